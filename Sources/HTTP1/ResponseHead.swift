import Basics

/// The head of a response: read, asked, and sent on as it lies or written anew (RFC 9112 §4, §5).
public struct ResponseHead: ~Copyable {
    /// What our response says about the connection to the client.
    public enum ConnectionWord: UInt8, Sendable {
        /// Kept, which an HTTP/1.1 client need not be told.
        case keepAlive
        /// Kept for an HTTP/1.0 client, which must be told.
        case keepAliveFor10
        /// Closed after this response.
        case close
        /// Switched to another protocol; for 101.
        case upgrade
    }

    /// The status: 100 to 999.
    public internal(set) var status: UInt16 = 0
    /// The minor version the backend speaks: 0 or 1.
    public internal(set) var minorVersion: UInt8 = 1
    /// Whether the backend keeps the connection (RFC 9112 §9.3), where the body's end allows it.
    public internal(set) var isPersistent = true
    /// False where the head can go to an HTTP/1.1 client, on a kept connection, as it lies.
    public internal(set) var needsRewrite = false
    /// Whether there is a Date field; one must be added where there is none (RFC 9110 §6.6.1).
    public internal(set) var hasDate = false
    /// Whether Connection names fields of its own: then trailers must not be sent on either.
    public internal(set) var hasNominations = false
    /// The reason phrase; may be empty.
    public internal(set) var reason = ByteRange.empty

    /// A head that has not been parsed.
    public init() {}

    /// Reads the head that begins at the first of `bytes`.
    ///
    /// After `.partial` it is called again, with the same bytes and more behind them.
    public mutating func parse(_ bytes: Span<UInt8>, limits: HeadLimits) -> HeadParse {
        .partial
    }

    /// How the body ends, which depends on what was asked for (RFC 9112 §6.3).
    public func framing(answering method: Method) -> BodyFraming {
        .none
    }

    /// The value of the first field of this name, found by looking at each.
    public func value(of name: StaticString, in bytes: Span<UInt8>) -> ByteRange? {
        nil
    }

    /// Writes the head as it is sent to the client, to the empty line at its end.
    ///
    /// `chunked` says that the body follows in chunks of ours.
    public func writeForwarded(
        from bytes: Span<UInt8>, connection: ConnectionWord, chunked: Bool,
        to out: inout ByteQueue
    ) {
    }

    /// The same with whole field lines of ours (each with its line end) behind the others.
    public func writeForwarded(
        from bytes: Span<UInt8>, connection: ConnectionWord, chunked: Bool,
        adding lines: Span<UInt8>, to out: inout ByteQueue
    ) {
    }
}
