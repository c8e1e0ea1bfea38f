/// Why a head, a chunk or a trailer section is refused.
///
/// A request is answered with `status`; a response that is refused makes ours a 502.
public enum Malformation: UInt8, Error, Sendable, CaseIterable {
    // The size of things
    case headTooLarge, targetTooLong, tooManyFields, methodTooLong
    // The request line
    case tooManyEmptyLines, methodInvalid, targetInvalid, targetHasFragment, targetNotForMethod
    case versionInvalid, versionUnsupported, requestLineSpacing
    // The status line
    case statusLineInvalid
    // What a response may not do
    case switchedUnasked, tooManyInterims
    // Field lines
    case bareCarriageReturn, bareLineFeed, controlCharacter, obsoleteFold
    case fieldNameEmpty, fieldNameInvalid, spaceInFieldName, spaceBeforeColon, fieldWithoutColon
    // Fields we read
    case hostMissing, hostRepeated, hostInvalid, tooManyConnectionOptions
    case contentLengthInvalid, contentLengthRepeated, contentLengthWithTransferEncoding
    case transferEncodingInvalid, transferEncodingUnknown, transferEncodingInOldVersion
    // Chunks
    case chunkSizeInvalid, chunkSizeTooLarge, chunkExtensionInvalid, chunkExtensionTooLong
    case chunkDataUnterminated, trailerTooLarge

    /// The status to answer a request with.
    public var status: UInt16 {
        switch self {
        case .targetTooLong: 414
        case .headTooLarge, .tooManyFields, .trailerTooLarge: 431
        case .methodTooLong, .transferEncodingUnknown: 501
        case .versionUnsupported: 505
        case .tooManyEmptyLines, .methodInvalid, .targetInvalid, .targetHasFragment,
            .targetNotForMethod, .versionInvalid, .requestLineSpacing, .statusLineInvalid,
            .bareCarriageReturn, .bareLineFeed, .controlCharacter, .obsoleteFold,
            .fieldNameEmpty, .fieldNameInvalid, .spaceInFieldName, .spaceBeforeColon,
            .fieldWithoutColon,
            .hostMissing, .hostRepeated, .hostInvalid, .tooManyConnectionOptions,
            .contentLengthInvalid, .contentLengthRepeated, .contentLengthWithTransferEncoding,
            .transferEncodingInvalid, .transferEncodingInOldVersion,
            .chunkSizeInvalid, .chunkSizeTooLarge, .chunkExtensionInvalid,
            .chunkExtensionTooLong, .chunkDataUnterminated, .switchedUnasked,
            .tooManyInterims:
            400
        }
    }

    /// What was wrong, for the body of our answer and for the log.
    public var sentence: StaticString {
        switch self {
        case .headTooLarge: "the header section is larger than is accepted here"
        case .targetTooLong: "the request target is longer than is accepted here"
        case .tooManyFields: "there are more header fields than are accepted here"
        case .methodTooLong: "the method is longer than any known one"
        case .tooManyEmptyLines: "there is more than an empty line before the request line"
        case .methodInvalid: "the method is not a token"
        case .targetInvalid: "the request target is not a valid one"
        case .targetHasFragment: "the request target contains a fragment"
        case .targetNotForMethod: "this form of request target does not go with the method"
        case .versionInvalid: "the request line does not end with an HTTP version"
        case .versionUnsupported: "only HTTP/1.0 and HTTP/1.1 are spoken here"
        case .requestLineSpacing: "the parts of the request line are not separated by one space"
        case .statusLineInvalid: "the response does not begin with a valid status line"
        case .switchedUnasked: "the protocol was changed to one that was not asked for"
        case .tooManyInterims: "there are more interim responses than are accepted here"
        case .bareCarriageReturn: "a carriage return is not followed by a line feed"
        case .bareLineFeed: "a line ends with a line feed alone"
        case .controlCharacter: "a control character is in a line"
        case .obsoleteFold: "a header field is continued on another line"
        case .fieldNameEmpty: "a header field has no name"
        case .fieldNameInvalid: "the name of a header field is not a token"
        case .spaceInFieldName: "white space is in the name of a header field"
        case .spaceBeforeColon: "white space is between a field name and its colon"
        case .fieldWithoutColon: "a line of the header section has no colon"
        case .hostMissing: "the Host field is missing"
        case .hostRepeated: "there is more than one Host field"
        case .hostInvalid: "the host is not a valid one"
        case .tooManyConnectionOptions: "the Connection field has too many options"
        case .contentLengthInvalid: "Content-Length is not a number of bytes"
        case .contentLengthRepeated: "there is more than one Content-Length"
        case .contentLengthWithTransferEncoding:
            "both Content-Length and Transfer-Encoding are given"
        case .transferEncodingInvalid: "Transfer-Encoding does not end with one chunked"
        case .transferEncodingUnknown: "a transfer coding other than chunked is used"
        case .transferEncodingInOldVersion: "HTTP/1.0 has no Transfer-Encoding"
        case .chunkSizeInvalid: "a chunk size is not a hexadecimal number on a line of its own"
        case .chunkSizeTooLarge: "a chunk size is too large"
        case .chunkExtensionInvalid: "a chunk extension is not valid"
        case .chunkExtensionTooLong: "the chunk extensions are longer than is accepted here"
        case .chunkDataUnterminated: "the data of a chunk is not followed by a line end"
        case .trailerTooLarge: "the trailer section is larger than is accepted here"
        }
    }
}
