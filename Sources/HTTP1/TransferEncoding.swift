import Basics

/// What the Transfer-Encoding lines of a head have said so far (RFC 9112 §6.1).
enum TransferEncoding: Equatable {
    case absent, chunked

    /// Takes one more line in: chunked is all that is understood, and only once.
    mutating func note(_ bytes: Span<UInt8>, _ value: ByteRange) -> Malformation? {
        var list = CommaList(value.range)
        while let coding = list.next(bytes) {
            if self == .chunked || coding.isEmpty { return .transferEncodingInvalid }
            if Ascii.equal(bytes, coding, ignoringCase: "chunked") {
                self = .chunked
                continue
            }
            let isToken = Scan.isToken(bytes[coding.lowerBound])
            return isToken ? .transferEncodingUnknown : .transferEncodingInvalid
        }
        return nil
    }
}
