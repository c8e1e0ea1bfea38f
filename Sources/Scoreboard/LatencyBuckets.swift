import Basics

/// The buckets that response times are counted in: fourteen a decade, from 10 µs to 100 s, with
/// decimal ends, so that a bucket of what is exported has the very same end.
///
/// A percentile read from them is at most 25 % too high.
public enum LatencyBuckets {
    /// Those with an end, and one for all that took longer.
    public static let count = 100

    /// The longest time that falls into each bucket but the last, in nanoseconds: 1 1.25 1.5 1.75 2
    /// 2.5 3 3.5 4 5 6 7 8 9 of each decade.
    @usableFromInline static let ends: [99 of UInt64] = [
        10_000, 12_500, 15_000, 17_500, 20_000, 25_000, 30_000, 35_000, 40_000, 50_000, 60_000,
        70_000, 80_000, 90_000, 100_000, 125_000, 150_000, 175_000, 200_000, 250_000, 300_000,
        350_000, 400_000, 500_000, 600_000, 700_000, 800_000, 900_000, 1_000_000, 1_250_000,
        1_500_000, 1_750_000, 2_000_000, 2_500_000, 3_000_000, 3_500_000, 4_000_000, 5_000_000,
        6_000_000, 7_000_000, 8_000_000, 9_000_000, 10_000_000, 12_500_000, 15_000_000, 17_500_000,
        20_000_000, 25_000_000, 30_000_000, 35_000_000, 40_000_000, 50_000_000, 60_000_000,
        70_000_000, 80_000_000, 90_000_000, 100_000_000, 125_000_000, 150_000_000, 175_000_000,
        200_000_000, 250_000_000, 300_000_000, 350_000_000, 400_000_000, 500_000_000, 600_000_000,
        700_000_000, 800_000_000, 900_000_000, 1_000_000_000, 1_250_000_000, 1_500_000_000,
        1_750_000_000, 2_000_000_000, 2_500_000_000, 3_000_000_000, 3_500_000_000, 4_000_000_000,
        5_000_000_000, 6_000_000_000, 7_000_000_000, 8_000_000_000, 9_000_000_000, 10_000_000_000,
        12_500_000_000, 15_000_000_000, 17_500_000_000, 20_000_000_000, 25_000_000_000,
        30_000_000_000, 35_000_000_000, 40_000_000_000, 50_000_000_000, 60_000_000_000,
        70_000_000_000, 80_000_000_000, 90_000_000_000, 100_000_000_000,
    ]

    /// The first bucket that a time may fall into, by its binary digits from 14 up and the two
    /// behind the first.
    @usableFromInline static let firsts: [96 of UInt8] = [
        0, 1, 1, 2, 3, 5, 5, 6, 7, 9, 9, 10, 11, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25,
        26, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 43, 44, 44, 45, 47, 48, 48, 49,
        51, 52, 52, 53, 55, 57, 57, 58, 59, 61, 61, 62, 63, 65, 65, 66, 67, 69, 70, 71, 72, 73, 74,
        75, 76, 77, 78, 79, 80, 81, 82, 83, 85, 86, 87, 87, 89, 90, 91, 91, 93, 94, 95, 95, 97, 98,
        98,
    ]

    /// The bucket for a response time.
    @inlinable
    public static func index(_ span: Nanoseconds) -> Int {
        let time = span.count
        if time <= 10_000 { return 0 }
        if time > 100_000_000_000 { return count - 1 }
        let digits = 64 - time.leadingZeroBitCount
        let quarter = Int(time >> UInt64(digits - 3)) & 3
        var index = Int(firsts[(digits - 14) * 4 + quarter])
        // At most one end lies between, since each is at least 12 % above the one before.
        while ends[index] < time { index += 1 }
        return index
    }

    /// The longest time that falls into a bucket; of the last, the shortest that is told of it.
    public static func upperBound(_ index: Int) -> Nanoseconds {
        Nanoseconds(ends[min(index, count - 2)])
    }
}

/// How long responses took, as counts in buckets.
public struct LatencyHistogram: Equatable, Sendable {
    public var counts: [UInt64]
    /// How long they took together.
    public var sum = Nanoseconds(0)

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
