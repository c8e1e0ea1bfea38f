import Basics

/// What a balancer has counted that is no backend's.
///
/// At rest `requests` is the sum of `classes`, `streams`, `abandoned` and `lost`.
public struct BalancerTraffic: Equatable, Sendable {
    /// Client connections that were accepted.
    public var connections: UInt64 = 0
    /// Requests that clients began; in TCP mode connections.
    public var requests: UInt64 = 0
    /// Those of them that a backend was chosen for.
    public var delivered: UInt64 = 0
    /// Responses that were sent whole, by class, 1xx to 5xx, its own included.
    public var classes: [UInt64] = [0, 0, 0, 0, 0]
    /// In TCP mode, connections that were passed on both ways.
    public var streams: UInt64 = 0
    /// Requests that ended without a whole response, since the client left or a backend failed.
    public var abandoned: UInt64 = 0
    /// Requests that a killed balancer had, and those of them whose response may have been sent.
    public var lost: UInt64 = 0
    public var uncertain: UInt64 = 0
    /// From clients and to them, in octets, of heads and bodies, and of streams.
    public var bytesReceived: UInt64 = 0
    public var bytesSent: UInt64 = 0
    /// Answers of its own: refusals, and requests that no backend could answer.
    public var ownAnswers: UInt64 = 0
    public var ownAnswersByCause = CauseCounts()
    /// Requests that were too many of their client.
    public var limited: UInt64 = 0
    /// Connections of clients that were banned.
    public var shutOut: UInt64 = 0
    /// Requests that wait at present for a backend, or for one to have room.
    public var waiting: UInt64 = 0
    /// Requests that had to wait and were then given to a backend, and how long they waited
    /// together.
    public var waited: UInt64 = 0
    public var waitingTime = Nanoseconds(0)
    /// Access lines that did not fit, and are in no log.
    public var linesDropped: UInt64 = 0

    public init() {}

    /// The counts beside `classes` and those by cause, in the order in which they are spelled.
    private static var counts: [WritableKeyPath<BalancerTraffic, UInt64> & Sendable] {
        [
            \.connections, \.requests, \.delivered, \.streams, \.abandoned, \.lost,
            \.uncertain, \.bytesReceived, \.bytesSent, \.ownAnswers, \.limited, \.shutOut,
            \.waiting, \.waited, \.waitingTime.count, \.linesDropped,
        ]
    }
}

extension BalancerTraffic: Spelled {
    public func spell(into frame: inout FrameWriter) {
        for index in 0..<5 { frame.put(index < classes.count ? classes[index] : 0) }
        for count in Self.counts { frame.put(self[keyPath: count]) }
        ownAnswersByCause.spell(into: &frame)
    }

    public init(from frame: inout FrameReader) throws(Misspelling) {
        for index in 0..<5 { classes[index] = try frame.number() }
        for count in Self.counts { self[keyPath: count] = try frame.number() }
        ownAnswersByCause = try CauseCounts(from: &frame)
    }
}
