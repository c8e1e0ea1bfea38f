import Basics
import Planning
import Testing

@testable import Supervision

@Suite("The rule for restarts")
struct RestartingTests {
    private let start = Instant(nanoseconds: 1_000_000_000_000)
    private let crash = Restarting.Cause.byItself(succeeded: false)

    private func crashes(_ count: Int, apart: Nanoseconds) -> [Restarting.Verdict] {
        var restarting = Restarting(rule: .always)
        var now = start
        return (0..<count).map { _ in
            now = now + apart
            return restarting.ended(crash, readyFor: nil, now: now, chance: 0.5)
        }
    }

    @Test
    func `doubles the delay from 100 ms and gives up at the sixth crash in 30 s`() {
        let delays = [100, 200, 400, 800, 1600].map { UInt64($0) }
        #expect(
            crashes(6, apart: .seconds(1))
                == delays.map { .restart(after: .milliseconds($0)) } + [.giveUp])
    }

    @Test
    func `never waits longer than 10 s and never gives up where crashes are far apart`() {
        let verdicts = crashes(12, apart: .seconds(8))
        #expect(verdicts.last == .restart(after: .seconds(10)))
        #expect(!verdicts.contains(.giveUp))
    }

    @Test
    func `begins again at once for one that had been ready for 10 s`() {
        var restarting = Restarting(rule: .always)
        _ = restarting.ended(crash, readyFor: nil, now: start, chance: 0.5)
        let settled = restarting.ended(
            crash, readyFor: .seconds(10), now: start + .seconds(11), chance: 0.5)
        #expect(settled == .restart(after: Nanoseconds(0)))
        let next = restarting.ended(
            crash, readyFor: .seconds(9), now: start + .seconds(21), chance: 0.5)
        #expect(next == .restart(after: .milliseconds(100)))
    }

    @Test
    func `does not count a kill that was asked for`() {
        var restarting = Restarting(rule: .always)
        for _ in 0..<50 {
            let verdict = restarting.ended(
                .killed(restarts: true), readyFor: nil, now: start, chance: 0.5)
            #expect(verdict == .restart(after: Nanoseconds(0)))
        }
        #expect(
            restarting.ended(.killed(restarts: false), readyFor: nil, now: start, chance: 0.5)
                == .stay)
        #expect(
            restarting.ended(crash, readyFor: nil, now: start, chance: 0.5)
                == .restart(after: .milliseconds(100)))
    }

    @Test
    func `counts starts after an unplanned end, each once`() {
        var restarting = Restarting(rule: .always)
        func ended(_ cause: Restarting.Cause) {
            _ = restarting.ended(cause, readyFor: nil, now: start, chance: 0.5)
        }
        restarting.started()
        #expect(restarting.count == 0)
        ended(crash)
        // What is only to come has not been done yet.
        #expect(restarting.count == 0)
        restarting.started()
        ended(.killed(restarts: true))
        restarting.started()
        #expect(restarting.count == 2)
        // A planned restart, and one by hand while it was backing off.
        ended(.killed(restarts: false))
        restarting.started()
        ended(crash)
        restarting.forgive()
        restarting.started()
        #expect(restarting.count == 2)
    }

    @Test
    func `spreads the delay by a quarter to both sides`() {
        #expect(Restarting.backoff(row: 1, chance: 0) == .milliseconds(75))
        #expect(Restarting.backoff(row: 1, chance: 1) == .milliseconds(125))
    }

    @Test(arguments: [
        (RestartRule.always, true, true), (.always, false, true), (.onFailure, true, false),
        (.onFailure, false, true), (.never, true, false), (.never, false, false),
    ])
    func `heeds how the child ended`(rule: RestartRule, succeeded: Bool, restarts: Bool) {
        var restarting = Restarting(rule: rule)
        let verdict = restarting.ended(
            .byItself(succeeded: succeeded), readyFor: nil, now: start, chance: 0.5)
        #expect((verdict != .stay) == restarts)
    }

    @Test
    func `waits at least as long as was asked for, after a kill too`() {
        var restarting = Restarting(rule: .always, delay: .seconds(2))
        let killed = restarting.ended(
            .killed(restarts: true), readyFor: nil, now: start, chance: 0.5)
        #expect(killed == .restart(after: .seconds(2)))
    }

    @Test
    func `leaves a killed one dead where it is never to be restarted`() {
        var restarting = Restarting(rule: .never)
        let verdict = restarting.ended(
            .killed(restarts: true), readyFor: .seconds(60), now: start, chance: 0.5)
        #expect(verdict == .stay)
    }

    @Test
    func `forgets crashes when the child is started by hand`() {
        var restarting = Restarting(rule: .always)
        for _ in 0..<6 { _ = restarting.ended(crash, readyFor: nil, now: start, chance: 0.5) }
        restarting.forgive()
        #expect(
            restarting.ended(crash, readyFor: nil, now: start, chance: 0.5)
                == .restart(after: .milliseconds(100)))
    }
}
