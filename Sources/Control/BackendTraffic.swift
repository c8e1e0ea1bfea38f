import Basics

/// What a balanced child's name was sent and what came of it, counted since it was first started.
///
/// At rest what it was sent and `spoilt` are the sum of `classes`, `streams`, `retriedFrom`,
/// `unanswered`, `abandoned` and `lost`.
public struct BackendTraffic: Equatable, Sendable {
    /// Responses by class, 1xx to 5xx.
    public var classes: [UInt64] = [0, 0, 0, 0, 0]
    /// Requests that it failed and that no other answered, by cause.
    public var failures = CauseCounts()
    /// Those of them that it had not answered and that were not to go to another.
    public var unanswered: UInt64 = 0
    /// Requests that it failed and that went to another.
    public var retriedFrom: UInt64 = 0
    /// Requests that another had failed.
    public var retriedTo: UInt64 = 0
    /// Requests that would have gone to another if there had not been so many of them.
    public var retriesDenied: UInt64 = 0
    public var connections = Connections()
    /// Requests that ended, unanswered, for a reason that is none of its own.
    public var abandoned: UInt64 = 0
    /// Requests that it had not answered when their balancer was killed.
    public var lost: UInt64 = 0
    /// Responses that are in `classes` and were of no use, before the client had any of them.
    public var spoilt: UInt64 = 0
    /// In TCP mode, streams that were passed on to their end.
    public var streams: UInt64 = 0
    /// In octets, of heads and bodies, and of streams.
    public var bytesSent: UInt64 = 0
    public var bytesReceived: UInt64 = 0
    /// What its responses took together, to the head of each.
    public var responseTime = Nanoseconds(0)
    /// How often it died while balancers chose it, and how long it took together until none did.
    public var withdrawals: UInt64 = 0
    public var withdrawalTime = Nanoseconds(0)
    public var checksPassed: UInt64 = 0
    public var checksFailed: UInt64 = 0
    /// The moving average of its response times in milliseconds, where that is kept.
    public var average: Double?

    /// Connections to it.
    public struct Connections: Equatable, Sendable {
        /// Those that were tried, and those of them that were not made.
        public var tried: UInt64 = 0
        public var failed: UInt64 = 0
        /// Requests that went over one which had had another.
        public var reused: UInt64 = 0
        /// Those that are open at present, and those of them that idle.
        public var open: UInt64 = 0
        public var idle: UInt64 = 0

        public init() {}
    }

    public init() {}

    public var failed: UInt64 { failures.total }

    /// The counts beside `classes` and `failures`, in the order in which they are spelled.
    private static var counts: [WritableKeyPath<BackendTraffic, UInt64> & Sendable] {
        [
            \.unanswered, \.retriedFrom, \.retriedTo, \.retriesDenied, \.connections.tried,
            \.connections.failed, \.connections.reused, \.connections.open, \.connections.idle,
            \.abandoned, \.lost, \.spoilt, \.streams, \.bytesSent, \.bytesReceived,
            \.responseTime.count,
            \.withdrawals, \.withdrawalTime.count, \.checksPassed, \.checksFailed,
        ]
    }
}

extension BackendTraffic: Spelled {
    public func spell(into frame: inout FrameWriter) {
        for index in 0..<5 { frame.put(index < classes.count ? classes[index] : 0) }
        failures.spell(into: &frame)
        for count in Self.counts { frame.put(self[keyPath: count]) }
        frame.put(number: average)
    }

    public init(from frame: inout FrameReader) throws(Misspelling) {
        for index in 0..<5 { classes[index] = try frame.number() }
        failures = try CauseCounts(from: &frame)
        for count in Self.counts { self[keyPath: count] = try frame.number() }
        average = try frame.optionalDouble()
    }
}
