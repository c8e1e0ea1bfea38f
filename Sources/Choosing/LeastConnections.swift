import Basics

/// Least connections: the member with the fewest requests in flight for its weight.
///
/// By itself it is drawn to the member that fails fastest, since what fails isn't in flight for
/// long: the black hole. So recent failures count as requests that are still in flight
/// (`FailurePenalty`), and a member that has just come back is given a part of its weight
/// (`SlowStart`), or all would go to it because it has nothing in flight yet.
public enum LeastConnections {
    /// What one member has to do.
    public struct Load: Sendable {
        /// Requests that it has not answered yet.
        public var inFlight: UInt32
        /// What its recent failures count for: `FailurePenalty.points`.
        public var penalty: UInt32
        public var weight: UInt32

        @inlinable @inline(__always)
        public init(inFlight: UInt32, penalty: UInt32 = 0, weight: UInt32) {
            self.inFlight = inFlight
            self.penalty = penalty
            self.weight = weight
        }

        @inlinable @inline(__always)
        /// Requests in flight and penalty together, for its weight.
        public var cost: Cost {
            Cost(amount: UInt64(inFlight) + UInt64(penalty), weight: weight)
        }
    }
}
