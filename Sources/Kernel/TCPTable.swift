import Basics
import Glibc

/// The kernel's tables of TCP sockets, /proc/net/tcp and /proc/net/tcp6.
enum TCPTable {
    /// The sockets that listen on a port, as /proc/PID/fd names them (`socket:[4242]`): all, or
    /// those that answer at an address, which one that listens everywhere does too.
    static func listening(on port: UInt16, at address: Address?) -> Set<String> {
        var sockets = Set<String>()
        for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
            for words in listeners(in: table) {
                guard let colon = words[1].lastIndex(of: ":"),
                    UInt16(words[1][words[1].index(after: colon)...], radix: 16) == port,
                    answers(String(words[1][..<colon]), at: address)
                else { continue }
                sockets.insert("socket:[\(words[9])]")
            }
        }
        return sockets
    }

    /// All sockets that listen, as /proc/PID/fd names them, and their ports.
    static func listening() -> [String: UInt16] {
        var sockets: [String: UInt16] = [:]
        for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
            for words in listeners(in: table) {
                guard let colon = words[1].lastIndex(of: ":"),
                    let port = UInt16(words[1][words[1].index(after: colon)...], radix: 16)
                else { continue }
                sockets["socket:[\(words[9])]"] = port
            }
        }
        return sockets
    }

    /// The lines of a table that speak of sockets which listen, in words.
    ///
    /// They come first, and no more is read: behind them there may be tens of thousands that wait
    /// for their time to pass, of which to read takes the better part of a second.
    private static func listeners(in table: String) -> [[Substring]] {
        guard let file = try? Files.open(table, for: .read) else { return [] }
        var found: [[Substring]] = []
        var queue = ByteQueue(capacity: 4096)
        var isHead = true
        while true {
            queue.reserve(4096)
            guard case .moved = file.read(into: &queue) else { return found }
            while let end = queue.bytes.first(Ascii.lineFeed) {
                let line = (0..<end).map { queue.bytes[$0] }
                let text = String(decoding: line, as: UTF8.self)
                queue.consume(end + 1)
                let words = text.split(separator: " ")
                if !isHead {
                    // 0A is TCP_LISTEN.
                    guard words.count > 9, words[3] == "0A" else { return found }
                    found.append(words)
                }
                isHead = false
            }
        }
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
