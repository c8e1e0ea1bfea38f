import Basics

/// What a shell looks for files with, also where it stands in the value of a variable.
/// POSIX.1-2024, XCU 2.14.
enum ShellPattern {
    static let signs = Set("*?[".utf8)

    /// Whether a shell would look for files by these octets.
    static func isPresent(in bytes: [UInt8]) -> Bool {
        var index = 0
        while index < bytes.count {
            if let end = endOfHost(in: bytes, at: index) {
                index = end
            } else if signs.contains(bytes[index]) {
                return true
            } else {
                index += 1
            }
        }
        return false
    }

    /// Where the brackets end that begin at an index and hold an IPv6 address before a port, as in
    /// `[::1]:80`; `nil` for other brackets. A shell would look for a file `1:80` first, and pass
    /// the address on where there is none.
    static func endOfHost(in bytes: [UInt8], at start: Int) -> Int? {
        guard bytes[start] == UInt8(ascii: "[") else { return nil }
        let host = bytes[(start + 1)...].prefix(while: isHostPart)
        let end = host.endIndex + 1
        guard host.count(where: { $0 == Ascii.colon }) > 1, end < bytes.count,
            bytes[end - 1] == UInt8(ascii: "]"), bytes[end] == Ascii.colon
        else { return nil }
        return end
    }

    /// Hexadecimal digits, colons and the points of an IPv4 address in an IPv6 one.
    private static func isHostPart(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x46, 0x61...0x66, Ascii.colon, UInt8(ascii: "."): true
        default: false
        }
    }
}
