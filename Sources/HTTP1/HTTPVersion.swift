import Basics

/// HTTP-version = HTTP-name "/" DIGIT "." DIGIT (RFC 9112 §2.3).
enum HTTPVersion {
    /// Reads the version at `start`; complete is the offset behind its last digit.
    ///
    /// Which version it is, the caller looks after: of one that is well formed and not spoken here
    /// more can be said than that it is wrong.
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
        if !Scan.isDigit(bytes[index]) { return .malformed(.versionInvalid) }
        if index + 1 >= bytes.count { return .partial }
        if bytes[index + 1] != 0x2E { return .malformed(.versionInvalid) }
        if index + 2 >= bytes.count { return .partial }
        if !Scan.isDigit(bytes[index + 2]) { return .malformed(.versionInvalid) }
        return .complete(length: index + 3)
    }

    /// Whether the version that ends at `end` is HTTP/1.x.
    static func isSpoken(_ bytes: Span<UInt8>, endingAt end: Int) -> Bool {
        bytes[end - 3] == 0x31
    }
}
