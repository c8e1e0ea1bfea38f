import Basics
import Testing

@testable import Balancing

/// What a least rate asks of a client, and what it does not.
@Suite struct PaceTests {
    /// A thousand bytes within a hundred seconds of waiting.
    private let rule = PaceRule(rate: 10, stretch: .seconds(100))

    private func at(_ seconds: UInt64) -> Instant {
        Instant(nanoseconds: (1000 + seconds) * 1_000_000_000)
    }

    /// Moves `bytes` with each of `pauses`, and says whether it was in time throughout.
    private func isInTime(_ bytes: UInt64, pauses: [UInt64]) -> Bool {
        var pace = Pace()
        var (clock, total) = (0 as UInt64, 0 as UInt64)
        for pause in pauses {
            pace.waits(from: at(clock))
            clock += pause
            if at(clock) > pace.deadline(by: rule) { return false }
            total += bytes
            pace.moved(at: at(clock), to: total, by: rule)
        }
        return true
    }

    @Test func `a client that is not waited for has no deadline`() {
        var pace = Pace()
        #expect(pace.deadline(by: rule) == .never)
        pace.waits(from: at(0))
        pace.moved(at: at(1), to: 0, by: rule)
        #expect(pace.deadline(by: rule) == .never)
    }

    @Test func `a client has the whole stretch, however much it has moved before`() {
        for total in [0, 500, 1000, 1_000_000_000] as [UInt64] {
            var pace = Pace()
            pace.waits(from: at(0))
            pace.moved(at: at(0), to: total, by: rule)
            pace.waits(from: at(0))
            #expect(pace.deadline(by: rule) == at(100))
        }
    }

    @Test func `only the time in which it was waited for counts`() {
        var pace = Pace()
        for round in 0..<3 as Range<UInt64> {
            // Two seconds of its own in each hundred.
            pace.waits(from: at(100 * round))
            pace.moved(at: at(100 * round + 2), to: round, by: rule)
        }
        pace.waits(from: at(300))
        #expect(pace.deadline(by: rule) == at(394))
    }

    @Test func `waiting again without having moved goes on as before`() {
        var pace = Pace()
        pace.waits(from: at(0))
        pace.waits(from: at(5))
        #expect(pace.deadline(by: rule) == at(100))
    }

    @Test func `a client that has moved what was asked for has a stretch anew`() {
        var pace = Pace()
        pace.waits(from: at(0))
        pace.moved(at: at(60), to: 999, by: rule)
        pace.waits(from: at(60))
        #expect(pace.deadline(by: rule) == at(100))
        pace.progressed(at: at(90), to: 1000, by: rule)
        #expect(pace.deadline(by: rule) == at(190))
        pace.progressed(at: at(180), to: 1999, by: rule)
        #expect(pace.deadline(by: rule) == at(190))
    }

    @Test func `pauses and slow lines are in time, and a trickle is not`() {
        #expect(isInTime(20, pauses: Array(repeating: 1, count: 5000)))
        #expect(isInTime(65536, pauses: Array(repeating: 90, count: 50)))
        #expect(!isInTime(1, pauses: Array(repeating: 1, count: 200)))
        #expect(!isInTime(24, pauses: Array(repeating: 10, count: 20)))
        #expect(!isInTime(9, pauses: Array(repeating: 1, count: 200)))
    }

    @Test func `time used up is a deadline in the past, and no rate is no deadline`() {
        var pace = Pace()
        pace.waits(from: at(0))
        pace.moved(at: at(160), to: 999, by: rule)
        pace.waits(from: at(170))
        #expect(pace.deadline(by: rule) == at(170))
        #expect(pace.deadline(by: PaceRule(rate: 0, stretch: .seconds(60))) == .never)
    }

    @Test func `a rate beyond all numbers is one that no client keeps`() {
        let rule = PaceRule(rate: .max, stretch: .minutes(60))
        var pace = Pace()
        pace.waits(from: at(0))
        pace.moved(at: at(1), to: 1 << 50, by: rule)
        pace.waits(from: at(1))
        #expect(pace.deadline(by: rule) == at(3600))
    }
}
