import Basics
import Scoreboard
import Testing

@testable import Balancing

@Suite struct HangDetectorTests {
    private static let start = Instant(nanoseconds: 1_000_000_000_000)

    /// Response times of which `count` took about as long as that.
    private func usual(_ time: Nanoseconds, _ count: UInt64) -> LatencyHistogram {
        var latency = LatencyHistogram()
        latency.counts[LatencyBuckets.index(time)] = count
        return latency
    }

    @Test func `of a backend that nothing is known of, a second is long`() {
        var hangs = HangDetector(backends: 1)
        let due = hangs.due(0, silentSince: Self.start, now: Self.start) { LatencyHistogram() }
        #expect(due == Self.start + .seconds(1))
    }

    @Test func `one that is usually fast is looked at sooner, and a slow one later`() {
        var hangs = HangDetector(backends: 2)
        let fast = hangs.due(0, silentSince: Self.start, now: Self.start) {
            usual(.milliseconds(1), 100)
        }
        let slow = hangs.due(1, silentSince: Self.start, now: Self.start) {
            usual(.seconds(2), 100)
        }
        #expect(fast == Self.start + .milliseconds(200))
        #expect(slow > Self.start + .seconds(10))
    }

    @Test func `what is usual is gone by for a while, and then learnt anew`() {
        var hangs = HangDetector(backends: 1)
        var asked = 0
        func due(at now: Instant) -> Instant {
            hangs.due(0, silentSince: Self.start, now: now) {
                asked += 1
                return usual(asked == 1 ? .milliseconds(1) : .seconds(2), 100)
            }
        }
        let first = due(at: Self.start)
        let soon = due(at: Self.start + .milliseconds(10))
        #expect(first == soon && asked == 1)
        let later = due(at: Self.start + Limits.patienceKept)
        #expect(later > first && asked == 2)
    }

    @Test func `that one may hang is told once`() {
        var hangs = HangDetector(backends: 1)
        let before = hangs.takeRaised()
        hangs.raised()
        hangs.raised()
        let first = hangs.takeRaised()
        let second = hangs.takeRaised()
        #expect(!before && first && !second)
    }
}
