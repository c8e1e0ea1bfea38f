import Basics
import Glibc

/// The kernel's tables of TCP sockets, /proc/net/tcp and /proc/net/tcp6.
enum TCPTable {
    /// The sockets that listen on a port, as /proc/PID/fd names them (`socket:[4242]`): all, or
    /// those that answer at an address, which one that listens everywhere does too.
    static func listening(on port: UInt16, at address: Address?) -> Set<String> {
        var sockets = Set<String>()
        for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
            guard let text = try? Files.text(table) else { continue }
            for line in text.split(separator: "\n").dropFirst() {
                let words = line.split(separator: " ")
                // 0A is TCP_LISTEN.
                guard words.count > 9, words[3] == "0A",
                    let colon = words[1].lastIndex(of: ":"),
                    UInt16(words[1][words[1].index(after: colon)...], radix: 16) == port,
                    answers(String(words[1][..<colon]), at: address)
                else { continue }
                sockets.insert("socket:[\(words[9])]")
            }
        }
        return sockets
    }

    /// Whether a socket that is bound to `host`, as the tables write it, answers at the address.
    static func answers(_ host: String, at address: Address?) -> Bool {
        let everywhere6 = String(repeating: "0", count: 32)
        switch address {
        case nil: return true
        case .inet(let wanted, _):
            let words = hex(wanted.bigEndian)
            let mapped = "0000000000000000" + "FFFF0000" + words
            return [words, "00000000", everywhere6, mapped].contains(host)
        case .inet6(let high, let low, _):
            var words = ""
            for half in [high, low] {
                words += hex(UInt32(truncatingIfNeeded: half >> 32).bigEndian)
                words += hex(UInt32(truncatingIfNeeded: half).bigEndian)
            }
            return [words, everywhere6].contains(host)
        case .unix: return false
        }
    }

    private static func hex(_ word: UInt32) -> String {
        let digits = String(word, radix: 16, uppercase: true)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}
