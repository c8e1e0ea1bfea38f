import Basics

/// What a request is told about its way when it is sent on.
public struct ForwardedFields: ~Copyable, Sendable {
    /// How the client spoke to us.
    public enum Scheme: UInt8, Sendable {
        case http, https
    }

    /// The client's address without a port, as text: `192.0.2.1` or `2001:db8::1`.
    public var clientAddress = InlineText()
    /// Whether what the client says about X-Forwarded-… and Forwarded is believed.
    public var isTrusted = false
    /// What X-Forwarded-Proto says.
    public var scheme = Scheme.http
    /// What X-Request-Id says where the client sent no valid one; nothing is written when empty.
    public var requestID = InlineText()
    /// What traceparent says; nothing is written where it is `nil`.
    public var trace: TraceParent?
    /// What Host says where an HTTP/1.0 client sent none.
    public var fallbackHost = InlineText()
    /// Our name in Via (RFC 9110 §7.6.3), a token; `lbctl` when empty.
    public var pseudonym = InlineText()
    /// Whether Forwarded (RFC 7239) is written too.
    public var writesForwarded = false

    private let pin = Pin()

    /// Nothing known yet.
    public init() {}
}
