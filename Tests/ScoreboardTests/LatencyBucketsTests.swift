import Basics
import Testing

@testable import Scoreboard

@Suite struct LatencyBucketsTests {
    /// Times from nothing to minutes, near every power of two too.
    private static let times: [UInt64] = {
        var times: [UInt64] = [0, 1, 4095, 4096, 16383, 16384]
        for shift in 12..<37 as Range<UInt64> {
            for step in 0..<32 as Range<UInt64> {
                times.append((1 << shift) + step << (shift - 5))
                times.append((1 << shift) + (step << (shift - 5)) &- 1)
            }
        }
        return times.sorted()
    }()

    @Test func `a longer time is never in an earlier bucket`() {
        var last = 0
        for time in Self.times {
            let index = LatencyBuckets.index(Nanoseconds(time))
            #expect(index >= last && index < LatencyBuckets.count)
            last = index
        }
        #expect(LatencyBuckets.index(Nanoseconds(.max)) == LatencyBuckets.count - 1)
    }

    @Test func `what is told is never less than it was, and at most a quarter more`() {
        for time in Self.times where time <= 100_000_000_000 {
            let told = LatencyBuckets.upperBound(LatencyBuckets.index(Nanoseconds(time))).count
            #expect(told >= time)
            if time >= 10_000 { #expect(Double(told) <= Double(time) * 1.25) }
        }
    }

    @Test func `the end of each bucket is its own, rises, and is a round decimal`() {
        var last = Nanoseconds(0)
        for index in 0..<LatencyBuckets.count - 1 {
            let end = LatencyBuckets.upperBound(index)
            #expect(end > last)
            #expect(LatencyBuckets.index(end) == index)
            #expect(LatencyBuckets.index(Nanoseconds(end.count + 1)) == index + 1)
            last = end
            var digits = end.count
            while digits % 10 == 0 { digits /= 10 }
            #expect(digits < 1000, "\(end)")
        }
        #expect(LatencyBuckets.upperBound(0) == .microseconds(10) && last == .seconds(100))
    }

    @Test(arguments: [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25])
    func `what dashboards ask for is the end of a bucket`(seconds: Double) {
        for factor in [1.0, 100] {
            let end = Nanoseconds(clamping: (seconds * factor * 1e9).rounded())
            #expect(LatencyBuckets.upperBound(LatencyBuckets.index(end)) == end)
        }
    }

    @Test func `a percentile counts the responses up to it`() {
        var histogram = LatencyHistogram()
        #expect(histogram.percentile(0.5) == nil)
        histogram.counts[3] = 99
        histogram.counts[50] = 1
        #expect(histogram.percentile(0) == LatencyBuckets.upperBound(3))
        #expect(histogram.percentile(0.5) == LatencyBuckets.upperBound(3))
        #expect(histogram.percentile(0.99) == LatencyBuckets.upperBound(3))
        #expect(histogram.percentile(0.995) == LatencyBuckets.upperBound(50))
        #expect(histogram.percentile(1) == LatencyBuckets.upperBound(50))
    }

    @Test func `counts of any size have their shares`() {
        var histogram = LatencyHistogram()
        histogram.counts[3] = .max
        histogram.counts[5] = .max
        #expect(histogram.percentile(0.5) == LatencyBuckets.upperBound(3))
        #expect(histogram.percentile(1) != nil)
    }
}
