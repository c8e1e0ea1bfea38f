import Basics

/// The status line: `HTTP-version SP status-code SP [ reason-phrase ] CRLF` (RFC 9112 §4).
extension ResponseHead {
    /// Reads the status line; complete is where the fields begin.
    mutating func readStatusLine(_ bytes: Span<UInt8>) -> HeadParse {
        let n = bytes.count
        let afterVersion: Int
        switch HTTPVersion.read(bytes, 0) {
        case .complete(let length):
            if !HTTPVersion.isSpoken(bytes, endingAt: length) {
                return .malformed(.statusLineInvalid)
            }
            afterVersion = length
        case .partial: return .partial
        // Whatever was wrong with it, as a response it is no valid one.
        case .malformed: return .malformed(.statusLineInvalid)
        }
        let minor = bytes[afterVersion &- 1] &- Ascii.zero
        minorVersion = min(minor, 1)
        isLineVerbatim = minor == 1
        if afterVersion >= n { return .partial }
        if bytes[afterVersion] != Ascii.space { return .malformed(.statusLineInvalid) }
        var code: UInt16 = 0
        let digits = afterVersion &+ 1
        for index in digits..<digits &+ 3 {
            if index >= n { return .partial }
            if !Scan.isDigit(bytes[index]) { return .malformed(.statusLineInvalid) }
            code = code &* 10 &+ UInt16(bytes[index] &- Ascii.zero)
        }
        if code < 100 { return .malformed(.statusLineInvalid) }
        status = code
        return readReason(bytes, digits &+ 3)
    }

    /// Reads the reason phrase and the line end behind it.
    private mutating func readReason(_ bytes: Span<UInt8>, _ start: Int) -> HeadParse {
        let n = bytes.count
        if start >= n { return .partial }
        var reasonStart = start
        if bytes[start] == Ascii.space {
            reasonStart &+= 1
        } else if bytes[start] == Ascii.carriageReturn || bytes[start] == Ascii.lineFeed {
            // The space before an empty reason is often forgotten; we write it.
            isLineVerbatim = false
        } else {
            return .malformed(.statusLineInvalid)
        }
        let stop = Scan.valueEnd(bytes, from: reasonStart)
        if stop >= n { return .partial }
        reason = ByteRange(reasonStart..<stop)
        if bytes[stop] == Ascii.lineFeed {
            // RFC 9112 §2.2: a recipient may take it for the end of a line. We write both.
            isLineVerbatim = false
            return .complete(length: stop &+ 1)
        }
        if bytes[stop] != Ascii.carriageReturn { return .malformed(.controlCharacter) }
        if stop &+ 1 >= n { return .partial }
        if bytes[stop &+ 1] != Ascii.lineFeed { return .malformed(.bareCarriageReturn) }
        return .complete(length: stop &+ 2)
    }
}
