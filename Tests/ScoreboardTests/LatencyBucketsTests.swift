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
        for time in Self.times where time < 100_000_000_000 {
            let told = LatencyBuckets.upperBound(LatencyBuckets.index(Nanoseconds(time))).count
            #expect(told >= time)
            if time >= 16384 { #expect(Double(told) <= Double(time) * 1.25) }
        }
    }

    @Test func `every bucket is used, and their bounds rise`() {
        var last = Nanoseconds(0)
        for index in 0..<LatencyBuckets.count {
            let bound = LatencyBuckets.upperBound(index)
            #expect(bound > last)
            #expect(LatencyBuckets.index(Nanoseconds(bound.count - 1)) == index)
            last = bound
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
