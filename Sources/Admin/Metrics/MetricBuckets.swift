import Basics
import Scoreboard

/// The ends of the buckets that are exported. Each is an end of the buckets in which is counted,
/// so what is exported is exact.
enum MetricBuckets {
    /// In microseconds.
    static let ends: [UInt64] = [
        100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000,
        1_000_000, 2_500_000, 5_000_000, 10_000_000,
    ]

    /// As they are spelt in both formats, or a series would break in two when the scraper changes
    /// its format.
    static let words = ends.map { "\(Double($0) / 1_000_000)" } + ["+Inf"]

    /// The bucket that a time falls into, by its number; the last has no end.
    static func index(_ span: Nanoseconds) -> Int {
        ends.firstIndex { span.count <= $0 * 1000 } ?? ends.count
    }

    /// What was counted, as it is exported.
    static func buckets(_ histogram: LatencyHistogram) -> MetricFamily.Buckets {
        var counts: [UInt64] = []
        var sum: UInt64 = 0
        var fine = 0
        for end in ends {
            while fine < LatencyBuckets.count - 1,
                LatencyBuckets.upperBound(fine).count <= end * 1000
            {
                sum = sum.addingClamped(histogram.counts[fine])
                fine += 1
            }
            counts.append(sum)
        }
        let total = histogram.counts.reduce(UInt64(0)) { $0.addingClamped($1) }
        return MetricFamily.Buckets(counts: counts, total: total, sum: histogram.sum.seconds)
    }
}
