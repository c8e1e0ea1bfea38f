import Basics

/// The buckets that response times are counted in: four for each doubling, from 16 µs up.
///
/// A percentile read from them is at most 25 % too high.
public enum LatencyBuckets {
    public static let count = 96

    /// The bucket for a response time.
    @inlinable
    public static func index(_ span: Nanoseconds) -> Int {
        // In units of 4 µs: below four of them all is one bucket.
        let units = span.count / 4096
        if units < 4 { return 0 }
        let doublings = 63 - units.leadingZeroBitCount
        let quarter = Int(units >> UInt64(doublings - 2)) & 3
        return min((doublings - 2) * 4 + quarter + 1, count - 1)
    }

    /// The longest time that falls into a bucket.
    public static func upperBound(_ index: Int) -> Nanoseconds {
        if index == 0 { return Nanoseconds(4 * 4096) }
        let doublings = (index - 1) / 4 + 2
        let quarter = UInt64((index - 1) % 4)
        return Nanoseconds((4 + quarter + 1) << UInt64(doublings - 2) * 4096)
    }
}

/// How long responses took, as counts in buckets.
public struct LatencyHistogram: Equatable, Sendable {
    public var counts: [UInt64]

    public init() { counts = .init(repeating: 0, count: LatencyBuckets.count) }

    /// The time that the given share of the responses did not exceed; `nil` when there are none.
    public func percentile(_ share: Double) -> Nanoseconds? {
        let total = counts.reduce(UInt64(0)) { $0.addingClamped($1) }
        if total == 0 { return nil }
        let wanted = max(1, Nanoseconds(clamping: (Double(total) * share).rounded(.up)).count)
        var seen: UInt64 = 0
        for (index, count) in counts.enumerated() {
            seen = seen.addingClamped(count)
            if seen >= wanted { return LatencyBuckets.upperBound(index) }
        }
        return LatencyBuckets.upperBound(LatencyBuckets.count - 1)
    }
}
