import Basics

/// Whether a backend looks as though it hung, judged from how long it has owed an answer.
///
/// A request in flight that is much older than what the backend itself usually takes is a reason to
/// look at once, with a short check, and no more than that: it may be a slow request. Only if the
/// check fails is the backend taken out.
public enum HangSuspicion {
    /// When to look.
    public struct Thresholds: Equatable, Sendable {
        /// Nothing younger than this is suspect, however fast the backend usually is.
        public var least = Nanoseconds.milliseconds(200)
        /// How many times its own p99 a request must be old.
        public var factor: UInt64 = 8
        /// How many responses it takes for a p99 to say something.
        public var samples: UInt64 = 50
        /// How long after one such check there is another.
        public var pause = Nanoseconds.seconds(1)

        public init() {}
    }

    /// What to do, and why.
    public enum Decision: Equatable, Sendable {
        /// Nothing in flight is old for this backend.
        case calm
        /// Too few responses to say what is usual: the ordinary checks have to do.
        case unknown
        /// It is suspect, and was looked at a moment ago.
        case looked
        /// Look now: the oldest request is older than this limit.
        case look(limit: Nanoseconds)
    }

    /// `oldest` is the age of the oldest request in flight, nothing when there is none; `p99` and
    /// `samples` are of the backend's present process; `lastLook` is when it was last looked at for
    /// this reason, the origin of time for never.
    public static func decide(
        oldest: Nanoseconds?, p99: Nanoseconds, samples: UInt64, lastLook: Instant, now: Instant,
        _ thresholds: Thresholds = Thresholds()
    ) -> Decision {
        guard let oldest else { return .calm }
        if samples < thresholds.samples { return .unknown }
        let (usual, overflow) = p99.count.multipliedReportingOverflow(by: thresholds.factor)
        let limit = max(thresholds.least, Nanoseconds(overflow ? .max : usual))
        if oldest <= limit { return .calm }
        if lastLook.nanoseconds != 0 && now.since(lastLook) < thresholds.pause { return .looked }
        return .look(limit: limit)
    }
}
