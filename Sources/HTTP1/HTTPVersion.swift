import Basics

/// `HTTP/1.x`, told apart from everything else as early as it can be (RFC 9112 §2.3).
enum HTTPVersion {
    /// Reads the version at `start`; complete is the offset behind its last digit.
    static func read(_ bytes: Span<UInt8>, _ start: Int) -> HeadParse {
        // "HTTP/", the first letter in the lowest bits.
        var name: UInt64 = 0x2F_5054_5448
        var index = start
        while name != 0 {
            if index >= bytes.count { return .partial }
            if bytes[index] != UInt8(truncatingIfNeeded: name) {
                return .malformed(.versionInvalid)
            }
            name >>= 8
            index += 1
        }
        if index >= bytes.count { return .partial }
        let major = bytes[index]
        if !Scan.isDigit(major) { return .malformed(.versionInvalid) }
        if major != 0x31 { return .malformed(.versionUnsupported) }
        if index + 1 >= bytes.count { return .partial }
        if bytes[index + 1] != 0x2E { return .malformed(.versionInvalid) }
        if index + 2 >= bytes.count { return .partial }
        if !Scan.isDigit(bytes[index + 2]) { return .malformed(.versionInvalid) }
        return .complete(length: index + 3)
    }
}
