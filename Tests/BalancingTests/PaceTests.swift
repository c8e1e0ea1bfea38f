import Basics
import Testing

@testable import Balancing

/// What a least rate asks of a client, and what it does not.
@Suite struct PaceTests {
    private func at(_ seconds: UInt64) -> Instant {
        Instant(nanoseconds: (1000 + seconds) * 1_000_000_000)
    }

    @Test func `who is not waited for has no deadline`() {
        var pace = Pace()
        #expect(pace.deadline(moved: 0, rate: 1024) == .never)
        pace.waits(from: at(0))
        pace.moved(at: at(1))
        #expect(pace.deadline(moved: 0, rate: 1024) == .never)
    }

    @Test func `a client has ten seconds, and a second for each kibibyte`() {
        var pace = Pace()
        pace.waits(from: at(0))
        #expect(pace.deadline(moved: 0, rate: 1024) == at(10))
        #expect(pace.deadline(moved: 5 * 1024, rate: 1024) == at(15))
    }

    @Test func `only the time in which it was waited for counts`() {
        var pace = Pace()
        for round in 0..<3 as Range<UInt64> {
            // Two seconds of its own in each hundred.
            pace.waits(from: at(100 * round))
            pace.moved(at: at(100 * round + 2))
        }
        pace.waits(from: at(300))
        #expect(pace.deadline(moved: 0, rate: 1024) == at(304))
    }

    @Test func `waiting again without having moved goes on as before`() {
        var pace = Pace()
        pace.waits(from: at(0))
        pace.waits(from: at(5))
        #expect(pace.deadline(moved: 0, rate: 1024) == at(10))
    }

    @Test func `time used up is a deadline in the past, and no rate is no deadline`() {
        var pace = Pace()
        pace.waits(from: at(0))
        pace.moved(at: at(60))
        pace.waits(from: at(70))
        #expect(pace.deadline(moved: 1024, rate: 1024) == at(70))
        #expect(pace.deadline(moved: 1024, rate: 0) == .never)
        #expect(pace.deadline(moved: .max, rate: 1) > at(1_000_000))
    }
}
