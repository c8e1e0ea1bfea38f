/// How large a head may be before it is refused.
public struct HeadLimits: Sendable {
    /// How many fields a parsed head has room for, whatever the limit says.
    public static let fieldCapacity = 256

    /// Bytes of the whole head, from the start line to the empty line.
    public var maxBytes = 16384
    /// Field lines of a request. Those of a response are bounded by `fieldCapacity` alone: the
    /// backend is ours, and an application that sets many cookies is no attack.
    public var maxFields = 100
    /// Bytes of the request target; RFC 9112 §3 recommends 8000 at least.
    public var maxTarget = 8192

    /// The limits that suit most.
    public init() {}
}
