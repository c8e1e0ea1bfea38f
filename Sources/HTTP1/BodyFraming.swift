/// How the end of a message's body is found (RFC 9112 §6.3).
public enum BodyFraming: Equatable, Sendable {
    /// There is no body.
    case none
    /// The body has this many bytes.
    case length(UInt64)
    /// The body comes in chunks (RFC 9112 §7.1).
    case chunked
    /// The body ends with the connection; only a response can.
    case untilClose
}
