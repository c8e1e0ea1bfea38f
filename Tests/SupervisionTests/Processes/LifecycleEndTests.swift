import Basics
import Control
import Testing

@testable import Supervision

/// How it is asked to end, and what becomes of what came of it.
extension LifecycleTests {
    @Test
    func `is asked to end once, and hastened after that`() {
        for state in Self.withProcess.prefix(5) {
            let asked = after(state) { $0.stopRequested(killAt: Self.later, now: Self.now) }
            #expect(asked == (Self.stopping(within: .seconds(3), then: .rest), .terminate))
        }
        for sequel in Self.sequels {
            let half = Self.now + .milliseconds(1500)
            for (tellAllAt, sooner) in [
                (Instant.never, Instant.never), (Self.later + .seconds(9), half),
                (Self.now, Self.now),
            ] {
                let late = Lifecycle.stopping(
                    tellAllAt: tellAllAt, killAt: Self.later + .seconds(9), sequel: sequel)
                let early = Lifecycle.stopping(
                    tellAllAt: sooner, killAt: Self.later, sequel: .rest)
                #expect(
                    after(late) { $0.stopRequested(killAt: Self.later, now: Self.now) }
                        == (early, .nothing))
                // More time than it has it does not get.
                #expect(
                    after(early) { $0.stopRequested(killAt: .never, now: Self.now) }
                        == (early, .nothing))
            }
        }
        let waiting = after(.backoff(until: Self.later)) {
            $0.stopRequested(killAt: Self.now, now: Self.now)
        }
        #expect(waiting == (.stopped, .nothing))
        for state in [Lifecycle.stopped, .failed] {
            #expect(
                after(state) { $0.stopRequested(killAt: Self.now, now: Self.now) }
                    == (state, .nothing))
        }
    }

    @Test
    func `is not started again where that is withdrawn, and else goes on as it was`() {
        for state in OperationStage.lifecycles {
            let expected: Lifecycle =
                switch state {
                case .draining(let until, let since, .start):
                    .draining(until: until, readySince: since, sequel: .rest)
                case .stopping(let half, let end, .start):
                    .stopping(tellAllAt: half, killAt: end, sequel: .rest)
                case .stoppingRest(let half, let end, .start):
                    .stoppingRest(tellAllAt: half, killAt: end, sequel: .rest)
                default: state
                }
            #expect(after(state) { $0.restartWithdrawn() } == (expected, .nothing))
        }
    }

    @Test(arguments: sequels)
    func `whose leader still lives after half of the time has all the rest asked, once`(
        sequel: Lifecycle.Sequel
    ) {
        let asked = Self.stopping(within: Self.limit, then: sequel)
        #expect(asked.deadline == Self.now + .seconds(10))
        #expect(asked.killAt == Self.now + Self.limit)
        let told = Lifecycle.stopping(
            tellAllAt: .never, killAt: Self.now + Self.limit, sequel: sequel)
        func passed(
            _ state: Lifecycle, after time: Nanoseconds
        ) -> (state: Lifecycle, action: Lifecycle.Action) {
            after(state) { $0.deadlinePassed(stopLimit: Self.limit, now: Self.now + time) }
        }
        #expect(passed(asked, after: .seconds(11)) == (told, .tellAllOfRest))
        #expect(told.deadline == Self.now + Self.limit)
        #expect(passed(told, after: .seconds(11)) == (told, .nothing))
        let killed = Lifecycle.stopping(tellAllAt: .never, killAt: .never, sequel: sequel)
        // Also where it was not looked at half of the time.
        for state in [asked, told] {
            #expect(passed(state, after: .seconds(21)) == (killed, .kill))
        }
        let ended = after(told) { $0.leaderEnded(killAt: .never, now: Self.now) }
        #expect(
            ended
                == (
                    .stoppingRest(
                        tellAllAt: Self.now + .seconds(10), killAt: Self.now + Self.limit,
                        sequel: sequel), .tellRest
                ))
    }

    @Test
    func `that is late to start is asked to end first, and its end is a crash`() {
        let late = after(.starting(deadline: Self.now)) {
            $0.deadlinePassed(stopLimit: Self.limit, now: Self.now)
        }
        let stopping = Self.stopping(within: Self.limit, then: .asRuled)
        #expect(late == (stopping, .terminate))
        #expect(!stopping.isEndPlanned)
    }

    @Test(arguments: sequels)
    func `that is late to end is killed once, with all that came of it`(
        sequel: Lifecycle.Sequel
    ) {
        for (state, killed) in [
            (
                Lifecycle.stopping(tellAllAt: Self.now, killAt: Self.now, sequel: sequel),
                Lifecycle.stopping(tellAllAt: .never, killAt: .never, sequel: sequel)
            ),
            (
                .stoppingRest(tellAllAt: Self.now, killAt: Self.now, sequel: sequel),
                .stoppingRest(tellAllAt: .never, killAt: .never, sequel: sequel)
            ),
        ] {
            let late = after(state) { $0.deadlinePassed(stopLimit: Self.limit, now: Self.now) }
            #expect(late == (killed, .kill))
            #expect(killed.deadline == .never)
        }
    }

    @Test(arguments: sequels)
    func `whose leader has ended as planned gives the rest what is left of the time`(
        sequel: Lifecycle.Sequel
    ) {
        let killAt = Self.now + .seconds(4)
        let rest = Lifecycle.stoppingRest(
            tellAllAt: Self.now + .seconds(2), killAt: killAt, sequel: sequel)
        let asked = after(
            .stopping(tellAllAt: Self.now, killAt: killAt, sequel: sequel)
        ) {
            $0.leaderEnded(killAt: .never, now: Self.now)
        }
        #expect(asked == (rest, .tellRest))
        #expect(rest.hasProcess && rest.state == .stopping && rest.fact == .draining)
        let draining = after(
            .draining(until: .never, readySince: Self.now, sequel: sequel)
        ) { $0.leaderEnded(killAt: killAt, now: Self.now) }
        #expect(draining == (rest, .tellRest))
        // Those that were not seen to by half the time are asked too.
        #expect(rest.deadline == Self.now + .seconds(2))
        let half = after(rest) {
            $0.deadlinePassed(stopLimit: Self.limit, now: Self.now + .seconds(3))
        }
        #expect(
            half
                == (
                    .stoppingRest(tellAllAt: .never, killAt: killAt, sequel: sequel),
                    .tellAllOfRest
                ))
        #expect(half.state.deadline == killAt)
    }

    @Test
    func `that has lost its leader to a kill leaves no time`() {
        let ended = after(
            .stopping(tellAllAt: .never, killAt: .never, sequel: .rest)
        ) {
            $0.leaderEnded(killAt: Self.later, now: Self.now)
        }
        #expect(
            ended == (.stoppingRest(tellAllAt: .never, killAt: .never, sequel: .rest), .kill))
    }

    @Test
    func `whose leader ended of a signal goes by the rule when the rest has ended`() {
        for state in Self.withProcess.prefix(3) {
            let ended = after(state) { $0.leaderEnded(killAt: Self.later, now: Self.now) }
            guard case .stoppingRest(_, Self.later, .asRuled) = ended.state else {
                Issue.record("\(state) became \(ended.state)")
                continue
            }
            #expect(ended.action == .tellRest)
            #expect(!ended.state.isEndPlanned)
            let again = after(ended.state) {
                $0.exited(.restart(after: .seconds(1)), now: Self.now)
            }
            #expect(again == (.backoff(until: Self.now + .seconds(1)), .tell))
            #expect(after(ended.state) { $0.exited(.giveUp, now: Self.now) }.state == .failed)
        }
    }

    @Test
    func `is hastened, and rests afterwards, while the rest is ending`() {
        for sequel in Self.sequels {
            let rest = Lifecycle.stoppingRest(
                tellAllAt: Self.later, killAt: Self.later, sequel: sequel)
            let sooner = Lifecycle.stoppingRest(
                tellAllAt: Self.now, killAt: Self.now, sequel: .rest)
            func asked(_ state: Lifecycle, by killAt: Instant) -> (Lifecycle, Lifecycle.Action) {
                let asked = after(state) { $0.stopRequested(killAt: killAt, now: Self.now) }
                return (asked.state, asked.action)
            }
            #expect(asked(rest, by: Self.now) == (sooner, .nothing))
            #expect(asked(sooner, by: .never) == (sooner, .nothing))
            let told = Lifecycle.stoppingRest(
                tellAllAt: .never, killAt: Self.later, sequel: sequel)
            #expect(
                asked(told, by: Self.now)
                    == (
                        .stoppingRest(tellAllAt: .never, killAt: Self.now, sequel: .rest),
                        .nothing
                    ))
            #expect(sooner.killAt == Self.now)
            #expect(after(sooner) { $0.exited(.giveUp, now: Self.now) } == (.stopped, .tell))
        }
    }

    @Test
    func `is killed at once where it is given no time, and only once`() {
        for state in Self.withProcess.prefix(5) {
            let killed = after(state) { $0.killRequested() }
            #expect(killed == (.stopping(tellAllAt: .never, killAt: .never, sequel: .rest), .kill))
        }
        for sequel in Self.sequels {
            let asked = Lifecycle.stopping(
                tellAllAt: Self.later, killAt: Self.later, sequel: sequel)
            let killed = Lifecycle.stopping(
                tellAllAt: .never, killAt: .never, sequel: .rest)
            #expect(after(asked) { $0.killRequested() } == (killed, .kill))
            #expect(after(killed) { $0.killRequested() } == (killed, .nothing))
            let rest = Lifecycle.stoppingRest(
                tellAllAt: Self.later, killAt: Self.later, sequel: sequel)
            let none = Lifecycle.stoppingRest(tellAllAt: .never, killAt: .never, sequel: .rest)
            #expect(after(rest) { $0.killRequested() } == (none, .kill))
            #expect(after(none) { $0.killRequested() } == (none, .nothing))
        }
        #expect(
            after(.backoff(until: Self.later)) { $0.killRequested() } == (.stopped, .nothing))
        for state in [Lifecycle.stopped, .failed] {
            #expect(after(state) { $0.killRequested() } == (state, .nothing))
        }
    }
}
