import Basics

/// What a check says and hears: `--health-check`, `--health-send`, `--health-expect`.
extension BalancerOptions {
    /// The check that the options ask for together; nothing where they ask for none.
    static func healthCheck(_ parsed: ParsedOptions) throws(UsageError) -> HealthCheck? {
        let check = try parsed.value("health-check").map(Self.check)
        let words = try parsed.value("health-send").map(Self.bytes)
        guard let expected = try parsed.value("health-expect").map(Self.bytes) else {
            if words == nil { return check }
            throw UsageError(
                "--health-send needs --health-expect",
                hint: "as in --health-send 'PING\\r\\n' --health-expect +PONG")
        }
        if expected.isEmpty || expected.count > 1024 || (words?.count ?? 0) > 1024 {
            throw UsageError("--health-send and --health-expect take up to 1024 bytes")
        }
        switch check {
        case nil, .tcp: return .words(send: words ?? [], expect: expected)
        case .off, .http, .words:
            throw UsageError("--health-expect goes with --health-check tcp alone")
        }
    }

    private static func check(_ text: String) throws(UsageError) -> HealthCheck {
        switch text {
        case "off": return .off
        case "tcp": return .tcp
        case "http": return .http(path: "/")
        default:
            let path = text.dropFirst("http:".count)
            let isPlain = path.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
            if text.hasPrefix("http:/"), isPlain { return .http(path: String(path)) }
            throw UsageError("--health-check takes off, tcp or http:/PATH, not '\(text)'")
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
