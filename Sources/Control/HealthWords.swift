import Basics

/// What a check says and hears: `--health-check`, `--health-send`, `--health-expect`.
extension BalancerOptions {
    /// How it is found out whether a backend serves.
    public enum HealthCheck: Equatable, Sendable {
        case off
        /// A connection can be made.
        case tcp
        /// A GET of this path is answered with 2xx or 3xx.
        case http(path: String)
        /// What the backend says, when it has been sent these bytes, has those in it.
        case words(send: [UInt8], expect: [UInt8])

        /// The words of `--health-check`.
        init?(_ text: String) {
            switch text {
            case "off": self = .off
            case "tcp": self = .tcp
            case "http": self = .http(path: "/")
            default:
                let path = text.dropFirst("http:".count)
                let isPlain = path.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
                guard text.hasPrefix("http:/"), isPlain else { return nil }
                self = .http(path: String(path))
            }
        }
    }

    /// Makes one check of the three options that ask for it together.
    mutating func completeHealthCheck() throws(UsageError) {
        guard let expected = healthExpect else {
            if healthSend == nil { return }
            throw UsageError(
                "--health-send needs --health-expect",
                hint: "as in --health-send 'PING\\r\\n' --health-expect +PONG")
        }
        let words = healthSend ?? []
        if expected.isEmpty || expected.count > 1024 || words.count > 1024 {
            throw UsageError("--health-send and --health-expect take up to 1024 bytes")
        }
        switch healthCheck {
        case nil, .tcp: healthCheck = .words(send: words, expect: expected)
        case .off, .http, .words:
            throw UsageError("--health-expect goes with --health-check tcp alone")
        }
    }

    /// The bytes that a text stands for: `\r`, `\n`, `\t`, `\0`, `\\` and `\x1F` are what they are
    /// in C.
    static func bytes(_ text: String) throws(UsageError) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\") else {
                bytes.append(byte)
                continue
            }
            switch rest.popFirst() {
            case UInt8(ascii: "r"): bytes.append(0x0D)
            case UInt8(ascii: "n"): bytes.append(0x0A)
            case UInt8(ascii: "t"): bytes.append(0x09)
            case UInt8(ascii: "0"): bytes.append(0)
            case UInt8(ascii: "\\"): bytes.append(UInt8(ascii: "\\"))
            case UInt8(ascii: "x"):
                guard rest.count >= 2, rest.first != UInt8(ascii: "+"),
                    let value = UInt8(String(Substring(rest.prefix(2))), radix: 16)
                else { throw misspelt(text) }
                bytes.append(value)
                rest = rest.dropFirst(2)
            default: throw misspelt(text)
            }
        }
        return bytes
    }

    private static func misspelt(_ text: String) -> UsageError {
        UsageError(
            "'\(text)' is no text for a check",
            hint: "behind a backslash stands r, n, t, 0, a backslash or x and two digits")
    }
}
