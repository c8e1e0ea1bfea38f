import Basics

/// When a backend looks as though it hung, judged from how long it usually takes.
///
/// A request in flight that is much older than that is a reason to look at once, with a short
/// check, and no more than that: it may be a slow request. Only if the check fails is the backend
/// taken out.
public enum HangSuspicion {
    /// When to look.
    public struct Thresholds: Equatable, Sendable {
        /// Nothing younger than this is suspect, however fast the backend usually is.
        public var least = Nanoseconds.milliseconds(200)
        /// How many times the backend's own p99 a request must be old.
        public var factor: UInt64 = 8
        /// How many responses it takes for a p99 to say something.
        public var samples: UInt64 = 50
        /// How old a request must be while too little is known.
        public var unknown = Nanoseconds.seconds(1)

        public init() {}
    }

    /// How old a request in flight may be before the backend is looked at: `p99` is the time that
    /// 99 of 100 of its responses did not exceed, `nil` when there are none, and `samples` how many
    /// there are.
    public static func limit(
        p99: Nanoseconds?, samples: UInt64, _ thresholds: Thresholds = Thresholds()
    ) -> Nanoseconds {
        guard let p99, samples >= thresholds.samples else { return thresholds.unknown }
        let (usual, overflow) = p99.count.multipliedReportingOverflow(by: thresholds.factor)
        return max(thresholds.least, Nanoseconds(overflow ? .max : usual))
    }
}
