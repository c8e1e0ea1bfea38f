/// The method of a request, as far as it changes what is done with it (RFC 9110 §9).
public enum Method: UInt8, Sendable, CaseIterable {
    case get, head, post, put, delete, options, trace, patch, connect
    /// Any other token; it is passed on as it was sent.
    case other

    /// Whether doing it twice has the effect of doing it once (RFC 9110 §9.2.2).
    @inlinable
    public var isIdempotent: Bool {
        switch self {
        case .get, .head, .put, .delete, .options, .trace: true
        case .post, .patch, .connect, .other: false
        }
    }

    /// Whether it asks for no change of state (RFC 9110 §9.2.1).
    @inlinable
    public var isSafe: Bool {
        switch self {
        case .get, .head, .options, .trace: true
        case .post, .put, .delete, .patch, .connect, .other: false
        }
    }
}
