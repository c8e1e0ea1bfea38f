import Basics

/// Where somebody listens or is connected to, as people write it: behind `--listen` and
/// `--backend`, by hand and on a Procfile's line. One grammar for all of them:
///
///     8080   :8080   localhost:8080      this machine, at 127.0.0.1 and at ::1
///     127.0.0.1:8080   [::1]:8080   unix:/path      as Kernel's `Address` reads it
public enum Endpoint: Equatable, Sendable {
    /// Both loopbacks: either will do to connect to, and both are listened on.
    case local(port: UInt16)
    /// An address, or what is none.
    case address(String)

    public init(_ text: String) {
        var rest = text[...]
        if let colon = rest.lastIndex(of: ":") {
            let host = rest[..<colon]
            let isLocal = host.isEmpty || host.lowercased() == "localhost"
            if isLocal { rest = rest[rest.index(after: colon)...] }
        }
        // UInt16 alone would take a sign too.
        let isNumber = !rest.isEmpty && rest.utf8.allSatisfy { $0 >= 48 && $0 <= 57 }
        if isNumber, let port = UInt16(rest) {
            self = .local(port: port)
        } else {
            self = .address(text)
        }
    }
}

extension Endpoint: CustomStringConvertible {
    /// `localhost:8080`, or the address.
    public var description: String {
        switch self {
        case .local(let port): "localhost:\(port)"
        case .address(let text): text
        }
    }
}
