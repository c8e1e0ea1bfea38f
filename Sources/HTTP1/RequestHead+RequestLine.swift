import Basics

/// The request line: `method SP request-target SP HTTP-version CRLF` (RFC 9112 §3).
extension RequestHead {
    private static let maxMethod = 32
    private static let maxEmptyLines = 2

    /// Reads the request line with the empty lines in front; complete is where the fields begin.
    @inline(__always)
    mutating func readRequestLine(_ bytes: Span<UInt8>, maxTarget: Int) -> HeadParse {
        let n = bytes.count
        var start = 0
        if n == 0 { return .partial }
        if bytes[0] == Ascii.carriageReturn || bytes[0] == Ascii.lineFeed {
            switch RequestHead.skipEmptyLines(bytes) {
            case .complete(let length): start = length
            case .partial: return .partial
            case .malformed(let reason): return .malformed(reason)
            }
        }
        let methodEnd = Scan.tokenEnd(bytes, from: start)
        if methodEnd &- start > RequestHead.maxMethod { return .malformed(.methodTooLong) }
        if methodEnd >= n { return .partial }
        if bytes[methodEnd] != Ascii.space || methodEnd == start {
            return .malformed(
                RequestHead.methodFault(bytes[methodEnd], isEmpty: methodEnd == start))
        }
        methodRange = ByteRange(start..<methodEnd)
        let targetStart = methodEnd &+ 1
        let targetEnd = RequestHead.targetEnd(bytes, targetStart)
        if targetEnd &- targetStart > maxTarget { return .malformed(.targetTooLong) }
        if targetEnd >= n { return .partial }
        if bytes[targetEnd] != Ascii.space || targetEnd == targetStart {
            return .malformed(
                RequestHead.targetFault(bytes[targetEnd], isEmpty: targetEnd == targetStart))
        }
        target = ByteRange(targetStart..<targetEnd)
        let version = readVersion(bytes, targetEnd &+ 1)
        guard case .complete = version else { return version }
        method = RequestHead.method(bytes, start, methodEnd)
        if let reason = readTarget(bytes) { return .malformed(reason) }
        return version
    }

    /// Whether what begins with `bytes`, of which the parser may have understood nothing, is asked
    /// with HEAD: whatever is said to it has no content (RFC 9110 §9.3.2).
    public static func asksWithHead(_ bytes: Span<UInt8>) -> Bool {
        var start = 0
        while start < bytes.count
            && (bytes[start] == Ascii.carriageReturn || bytes[start] == Ascii.lineFeed)
        {
            start += 1
        }
        let end = Scan.tokenEnd(bytes, from: start)
        // HEAD, the first letter in the lowest bits; a blank follows where more has come.
        var name: UInt32 = 0x4441_4548
        if end - start != 4 { return false }
        for index in start..<end {
            if bytes[index] != UInt8(truncatingIfNeeded: name) { return false }
            name >>= 8
        }
        return true
    }

    /// RFC 9112 §2.2: a server ought to ignore at least one empty line before the request line.
    private static func skipEmptyLines(_ bytes: Span<UInt8>) -> HeadParse {
        var start = 0
        while start < bytes.count {
            if bytes[start] == Ascii.lineFeed { return .malformed(.bareLineFeed) }
            if bytes[start] != Ascii.carriageReturn { return .complete(length: start) }
            if start == 2 * maxEmptyLines { return .malformed(.tooManyEmptyLines) }
            if start + 1 == bytes.count { return .partial }
            if bytes[start + 1] != Ascii.lineFeed { return .malformed(.bareCarriageReturn) }
            start += 2
        }
        return .partial
    }

    private static func methodFault(_ byte: UInt8, isEmpty: Bool) -> Malformation {
        switch byte {
        case Ascii.space, Ascii.tab, Ascii.carriageReturn, Ascii.lineFeed:
            isEmpty ? .methodInvalid : .requestLineSpacing
        default: .methodInvalid
        }
    }

    private static func targetFault(_ byte: UInt8, isEmpty: Bool) -> Malformation {
        switch byte {
        case 0x23: .targetHasFragment
        case Ascii.space, Ascii.tab: .requestLineSpacing
        // A request line without a version is HTTP/0.9, which is not spoken here.
        case Ascii.carriageReturn, Ascii.lineFeed: isEmpty ? .targetInvalid : .versionInvalid
        default: .targetInvalid
        }
    }

    /// Where the target ends; a backslash is let through in the query alone, since some servers
    /// take it for a slash in a path.
    @inline(__always)
    private static func targetEnd(_ bytes: Span<UInt8>, _ start: Int) -> Int {
        var end = Scan.targetEnd(bytes, from: start)
        while end < bytes.count && bytes[end] == 0x5C {
            if !contains(0x3F, bytes, start..<end) { return end }
            end = Scan.targetEnd(bytes, from: end &+ 1)
        }
        return end
    }

    private static func contains(_ byte: UInt8, _ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        for index in range where bytes[index] == byte { return true }
        return false
    }

    /// Reads `HTTP/1.x` and the line end at `start`; complete is where the fields begin.
    @inline(__always)
    private mutating func readVersion(_ bytes: Span<UInt8>, _ start: Int) -> HeadParse {
        if start &+ 10 <= bytes.count {
            let isEnded =
                bytes[start &+ 8] == Ascii.carriageReturn
                && bytes[start &+ 9] == Ascii.lineFeed
            // "HTTP/1.1" and "HTTP/1.0", the first letter in the lowest bits.
            let word = Scan.word(bytes, start)
            if isEnded && (word == 0x312E_312F_5054_5448 || word == 0x302E_312F_5054_5448) {
                minorVersion = UInt8(truncatingIfNeeded: word >> 56) &- Ascii.zero
                isLineVerbatim = minorVersion == 1
                return .complete(length: start &+ 10)
            }
        }
        return readOtherVersion(bytes, start)
    }

    /// HTTP-version = HTTP-name "/" DIGIT "." DIGIT, an octet at a time (RFC 9112 §2.3).
    private mutating func readOtherVersion(_ bytes: Span<UInt8>, _ start: Int) -> HeadParse {
        switch HTTPVersion.read(bytes, start) {
        case .partial: return .partial
        case .malformed(let reason): return .malformed(reason)
        case .complete(let end):
            minorVersion = bytes[end - 1] == Ascii.zero ? 0 : 1
            // We speak 1.1 to backends, whatever higher minor version came.
            isLineVerbatim = false
            let line = RequestHead.lineEnd(bytes, end)
            guard case .complete = line, !HTTPVersion.isSpoken(bytes, endingAt: end) else {
                return line
            }
            return .malformed(.versionUnsupported)
        }
    }

    private static func lineEnd(_ bytes: Span<UInt8>, _ start: Int) -> HeadParse {
        if start >= bytes.count { return .partial }
        if bytes[start] == Ascii.lineFeed { return .malformed(.bareLineFeed) }
        if bytes[start] != Ascii.carriageReturn {
            return .malformed(
                Scan.isBlank(bytes[start]) ? .requestLineSpacing : .versionInvalid)
        }
        if start + 1 >= bytes.count { return .partial }
        if bytes[start + 1] != Ascii.lineFeed { return .malformed(.bareCarriageReturn) }
        return .complete(length: start + 2)
    }

    /// RFC 9110 §9.1: methods are case-sensitive.
    @inline(__always)
    private static func method(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Method {
        if end &- start > 7 { return .other }
        // The version behind it makes sure of eight octets; letters run backwards in the numbers.
        let mask = (1 as UInt64) << UInt64((end &- start) &* 8) &- 1
        switch Scan.word(bytes, start) & mask {
        case 0x54_4547: return .get
        case 0x4441_4548: return .head
        case 0x5453_4F50: return .post
        case 0x54_5550: return .put
        case 0x4554_454C_4544: return .delete
        case 0x53_4E4F_4954_504F: return .options
        case 0x45_4341_5254: return .trace
        case 0x48_4354_4150: return .patch
        case 0x54_4345_4E4E_4F43: return .connect
        default: return .other
        }
    }
}
