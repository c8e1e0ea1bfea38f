/// Where a program listens or is connected to, as people write it: behind `--listen` and
/// `--backend`, by hand and on a Procfile's line. One grammar for all of them:
///
///     8080   :8080   localhost:8080   this machine, at 127.0.0.1 and at ::1
///     127.0.0.1:8080   [::1]:8080     an address with its port
///     unix:/path                      a path of unix(7)
///
/// Names other than `localhost` are not looked up.
public enum Endpoint: Hashable, Sendable {
    /// Both loopbacks: either will do to connect to, and both are listened on.
    case local(port: UInt16)
    case internet(InternetAddress, port: UInt16)
    case path(String)

    /// The most bytes of a path (unix(7), `sun_path` without the zero that ends it).
    public static let longestPath = 107

    /// Reads a text; `nil` where it is none of these.
    public init?(_ text: String) {
        if text.hasPrefix("unix:") {
            let path = String(text.dropFirst("unix:".count))
            if path.isEmpty || path.utf8.count > Self.longestPath { return nil }
            self = .path(path)
            return
        }
        let colon = text.lastIndex(of: ":")
        let host = colon.map { String(text[..<$0]) } ?? ""
        let digits = colon.map { text[text.index(after: $0)...] } ?? text[...]
        // UInt16 alone would take a sign too.
        guard digits.utf8.allSatisfy({ Ascii.zero...Ascii.nine ~= $0 }), let port = UInt16(digits)
        else { return nil }
        if host.isEmpty || host.lowercased() == "localhost" {
            self = .local(port: port)
        } else if let address = Self.host(host) {
            self = .internet(address, port: port)
        } else {
            return nil
        }
    }

    /// Reads a host without a port: `127.0.0.1`, `::1` or `[::1]`.
    public static func host(_ text: String) -> InternetAddress? {
        guard text.hasPrefix("["), text.hasSuffix("]") else { return InternetAddress(text) }
        guard let address = InternetAddress(String(text.dropFirst().dropLast())),
            case .v6 = address
        else { return nil }
        return address
    }

    /// The port; `nil` for a path.
    public var port: UInt16? {
        switch self {
        case .local(let port), .internet(_, let port): port
        case .path: nil
        }
    }

    /// The single addresses or the path that it stands for.
    public var parts: [Endpoint] {
        guard case .local(let port) = self else { return [self] }
        return [
            .internet(.v4(0x7F00_0001), port: port), .internet(.v6(high: 0, low: 1), port: port),
        ]
    }
}

extension Endpoint: CustomStringConvertible {
    /// `localhost:8080`, `127.0.0.1:8080`, `[::1]:8080` or `unix:/path`.
    public var description: String {
        switch self {
        case .local(let port): "localhost:\(port)"
        case .internet(let address, let port):
            if case .v6 = address { "[\(address)]:\(port)" } else { "\(address):\(port)" }
        case .path(let path): "unix:" + path
        }
    }
}
