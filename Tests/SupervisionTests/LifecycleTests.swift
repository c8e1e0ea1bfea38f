import Basics
import Control
import Testing

@testable import Supervision

@Suite("A child's life")
struct LifecycleTests {
    private static let now = Instant(nanoseconds: 1_000_000_000_000)
    private static let later = now + .seconds(3)

    static let withProcess: [Lifecycle] = [
        .starting(deadline: later), .ready(since: now), .paused(readySince: now),
        .draining(until: later, readySince: now, sequel: .rest),
        .draining(until: later, readySince: now, sequel: .start),
        .stopping(killAt: later, sequel: .rest), .stopping(killAt: later, sequel: .start),
        .stopping(killAt: later, sequel: .asRuled),
        .stoppingRest(tellAllAt: later, killAt: later, sequel: .rest),
        .stoppingRest(tellAllAt: later, killAt: later, sequel: .start),
        .stoppingRest(tellAllAt: later, killAt: later, sequel: .asRuled),
    ]
    static let withoutProcess: [Lifecycle] = [.stopped, .backoff(until: later), .failed]

    private func after(
        _ state: Lifecycle, _ event: (inout Lifecycle) -> Lifecycle.Action
    ) -> (state: Lifecycle, action: Lifecycle.Action) {
        var state = state
        let action = event(&state)
        return (state, action)
    }

    @Test(arguments: withoutProcess)
    func `without a process is begun when somebody wants it`(state: Lifecycle) {
        #expect(after(state) { $0.startRequested() } == (state, .spawn))
    }

    @Test(arguments: withProcess)
    func `with a process is not begun twice`(state: Lifecycle) {
        let asked = after(state) { $0.startRequested() }
        switch state {
        case .draining(_, let since, .rest): #expect(asked == (.ready(since: since), .tell))
        case .stopping(let killAt, _):
            #expect(asked == (.stopping(killAt: killAt, sequel: .start), .nothing))
        case .stoppingRest(let tellAllAt, let killAt, _):
            let wanted = Lifecycle.stoppingRest(
                tellAllAt: tellAllAt, killAt: killAt, sequel: .start)
            #expect(asked == (wanted, .nothing))
        case .starting, .ready, .paused, .draining, .stopped, .backoff, .failed:
            #expect(asked == (state, .nothing))
        }
    }

    private static let sequels: [Lifecycle.Sequel] = [.rest, .start, .asRuled]
    private static let wishes: [Lifecycle.Sequel] = [.rest, .start]
    private static let limit = Nanoseconds.seconds(20)

    @Test(arguments: wishes)
    func `finishes what it has before it ends`(sequel: Lifecycle.Sequel) {
        func asked(_ state: Lifecycle) -> (state: Lifecycle, action: Lifecycle.Action) {
            after(state) {
                $0.drainRequested(
                    until: Self.later, then: sequel, stopLimit: Self.limit, now: Self.now)
            }
        }
        let draining = Lifecycle.draining(
            until: Self.later, readySince: Self.now, sequel: sequel)
        let stopping = Lifecycle.stopping(killAt: Self.now + Self.limit, sequel: sequel)
        #expect(asked(.ready(since: Self.now)) == (draining, .tell))
        #expect(asked(.paused(readySince: Self.now)) == (draining, .proceedAndTell))
        #expect(asked(.starting(deadline: Self.later)) == (stopping, .terminate))
        #expect(asked(draining) == (draining, .nothing))
        for before in Self.sequels {
            #expect(
                asked(.draining(until: .never, readySince: Self.now, sequel: before))
                    == (draining, .nothing))
            #expect(
                asked(.stopping(killAt: Self.later, sequel: before))
                    == (.stopping(killAt: Self.later, sequel: sequel), .nothing))
            #expect(
                asked(.stoppingRest(tellAllAt: Self.now, killAt: Self.later, sequel: before))
                    == (
                        .stoppingRest(tellAllAt: Self.now, killAt: Self.later, sequel: sequel),
                        .nothing
                    ))
        }
        for state in Self.withoutProcess {
            let result = asked(state)
            if sequel == .start {
                #expect(result == (state, .spawn))
            } else {
                #expect(result == (state == .failed ? .failed : .stopped, .nothing))
            }
        }
        #expect(
            after(draining) { $0.drained(stopLimit: Self.limit, now: Self.now) } == (
                stopping, .terminate
            ))
        #expect(
            after(draining) { $0.deadlinePassed(stopLimit: Self.limit, now: Self.now) } == (
                stopping, .terminate
            ))
    }

    @Test
    func `has nothing more to finish where it finishes nothing`() {
        for state in Self.withProcess + Self.withoutProcess {
            if case .draining = state { continue }
            #expect(
                after(state) { $0.drained(stopLimit: Self.limit, now: Self.now) } == (
                    state, .nothing
                ))
        }
    }

    @Test
    func `starts again after a planned end if that was the plan`() {
        for state in [
            Lifecycle.draining(until: Self.later, readySince: Self.now, sequel: .start),
            .stopping(killAt: Self.later, sequel: .start),
            .stoppingRest(tellAllAt: Self.now, killAt: Self.later, sequel: .start),
        ] {
            for verdict in [Restarting.Verdict.stay, .giveUp, .restart(after: .seconds(1))] {
                let ended = after(state) { $0.exited(verdict, now: Self.now) }
                #expect(ended == (.backoff(until: Self.now), .tell))
            }
        }
    }

    @Test(arguments: withoutProcess)
    func `begins with a minute to become ready`(state: Lifecycle) {
        var state = state
        state.spawned(now: Self.now)
        #expect(state == .starting(deadline: Self.now + .seconds(60)))
    }

    @Test(arguments: withoutProcess)
    func `ends before it began where no process can be had`(state: Lifecycle) {
        var state = state
        state.couldNotBeSpawned()
        #expect(state == .failed)
    }

    @Test
    func `is told to the balancers when it becomes ready, and only then`() {
        let begun = after(.starting(deadline: Self.later)) { $0.becameReady(now: Self.now) }
        #expect(begun == (.ready(since: Self.now), .tell))
        for state in Self.withProcess.dropFirst() {
            #expect(after(state) { $0.becameReady(now: Self.later) } == (state, .nothing))
        }
    }

    @Test
    func `pauses only out of readiness, and goes on where it was`() {
        let paused = after(.ready(since: Self.now)) { $0.wasPaused(now: Self.later) }
        #expect(paused == (.paused(readySince: Self.now), .tell))
        #expect(after(paused.state) { $0.wasResumed() } == (.ready(since: Self.now), .tell))
        for state in Self.withProcess + Self.withoutProcess {
            if case .ready = state { continue }
            #expect(after(state) { $0.wasPaused(now: Self.later) } == (state, .nothing))
        }
        for state in Self.withProcess + Self.withoutProcess {
            if case .paused = state { continue }
            #expect(after(state) { $0.wasResumed() } == (state, .nothing))
        }
    }

    @Test
    func `is asked to end once, and hastened after that`() {
        for state in Self.withProcess.prefix(5) {
            let asked = after(state) { $0.stopRequested(killAt: Self.later) }
            #expect(asked == (.stopping(killAt: Self.later, sequel: .rest), .terminate))
        }
        for sequel in Self.sequels {
            let early = Lifecycle.stopping(killAt: Self.now, sequel: .rest)
            let late = Lifecycle.stopping(killAt: Self.later, sequel: sequel)
            #expect(after(late) { $0.stopRequested(killAt: Self.now) } == (early, .nothing))
            let before = Lifecycle.stopping(killAt: Self.now, sequel: sequel)
            #expect(after(before) { $0.stopRequested(killAt: Self.later) } == (early, .nothing))
        }
        let waiting = after(.backoff(until: Self.later)) { $0.stopRequested(killAt: Self.now) }
        #expect(waiting == (.stopped, .nothing))
        for state in [Lifecycle.stopped, .failed] {
            #expect(after(state) { $0.stopRequested(killAt: Self.now) } == (state, .nothing))
        }
    }

    @Test
    func `that is late to start is asked to end first, and its end is a crash`() {
        let late = after(.starting(deadline: Self.now)) {
            $0.deadlinePassed(stopLimit: Self.limit, now: Self.now)
        }
        let stopping = Lifecycle.stopping(killAt: Self.now + Self.limit, sequel: .asRuled)
        #expect(late == (stopping, .terminate))
        #expect(!stopping.isEndPlanned)
    }

    @Test(arguments: sequels)
    func `that is late to end is killed once, with all that came of it`(
        sequel: Lifecycle.Sequel
    ) {
        for (state, killed) in [
            (
                Lifecycle.stopping(killAt: Self.now, sequel: sequel),
                Lifecycle.stopping(killAt: .never, sequel: sequel)
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

    @Test
    func `that has no process, or is well, is past no deadline`() {
        let waiting = Lifecycle.backoff(until: Self.now)
        #expect(
            after(waiting) { $0.deadlinePassed(stopLimit: Self.limit, now: Self.now) }.action
                == .spawn)
        for state in [
            Lifecycle.stopped, .failed, .ready(since: Self.now), .paused(readySince: Self.now),
        ] {
            #expect(
                after(state) { $0.deadlinePassed(stopLimit: Self.limit, now: Self.now) }
                    == (state, .nothing))
        }
    }

    @Test(arguments: sequels)
    func `whose leader has ended as planned gives the rest what is left of the time`(
        sequel: Lifecycle.Sequel
    ) {
        let killAt = Self.now + .seconds(4)
        let rest = Lifecycle.stoppingRest(
            tellAllAt: Self.now + .seconds(2), killAt: killAt, sequel: sequel)
        let asked = after(.stopping(killAt: killAt, sequel: sequel)) {
            $0.leaderEnded(killAt: .never, now: Self.now)
        }
        #expect(asked == (rest, .tellRest))
        #expect(rest.hasProcess && rest.state == .stopping && rest.fact == .draining)
        let draining = after(
            .draining(until: .never, readySince: Self.now, sequel: sequel)
        ) { $0.leaderEnded(killAt: killAt, now: Self.now) }
        #expect(draining == (rest, .tellRest))
        // Those that nobody has seen to by half the time are asked too.
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
    func `whose leader was killed leaves nobody time`() {
        let ended = after(.stopping(killAt: .never, sequel: .rest)) {
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
    func `is killed at once where it is given no time, and only once`() {
        for state in Self.withProcess.prefix(5) {
            let killed = after(state) { $0.killRequested() }
            #expect(killed == (.stopping(killAt: .never, sequel: .rest), .kill))
        }
        for sequel in Self.sequels {
            let asked = Lifecycle.stopping(killAt: Self.later, sequel: sequel)
            let killed = Lifecycle.stopping(killAt: .never, sequel: .rest)
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

    @Test
    func `is hastened, and rests afterwards, while the rest is ending`() {
        for sequel in Self.sequels {
            let rest = Lifecycle.stoppingRest(
                tellAllAt: Self.later, killAt: Self.later, sequel: sequel)
            let sooner = Lifecycle.stoppingRest(
                tellAllAt: Self.later, killAt: Self.now, sequel: .rest)
            #expect(after(rest) { $0.stopRequested(killAt: Self.now) } == (sooner, .nothing))
            #expect(after(sooner) { $0.stopRequested(killAt: .never) } == (sooner, .nothing))
            #expect(sooner.killAt == Self.now)
            #expect(after(sooner) { $0.exited(.giveUp, now: Self.now) } == (.stopped, .tell))
        }
    }

    @Test
    func `that ends by itself becomes what the verdict says`() {
        for state in Self.withProcess.prefix(3) {
            let again = after(state) {
                $0.exited(.restart(after: .milliseconds(100)), now: Self.now)
            }
            #expect(again == (.backoff(until: Self.now + .milliseconds(100)), .tell))
            #expect(after(state) { $0.exited(.stay, now: Self.now) } == (.stopped, .tell))
            #expect(after(state) { $0.exited(.giveUp, now: Self.now) } == (.failed, .tell))
        }
    }

    @Test
    func `that was asked to end is not begun again`() {
        for state in [
            Lifecycle.stopping(killAt: Self.later, sequel: .rest),
            .draining(until: Self.later, readySince: Self.now, sequel: .rest),
            .stoppingRest(tellAllAt: Self.now, killAt: Self.later, sequel: .rest),
        ] {
            let ended = after(state) {
                $0.exited(.restart(after: Nanoseconds(0)), now: Self.now)
            }
            #expect(ended == (.stopped, .tell))
        }
    }

    @Test
    func `is offered to the balancers only while it is ready`() {
        for state in Self.withProcess + Self.withoutProcess {
            let isReady = if case .ready = state { true } else { false }
            #expect((state.fact == .ready) == isReady)
            #expect((state.fact == .gone) == !state.hasProcess)
        }
    }

    @Test(arguments: withoutProcess.indices)
    func `can neither end nor become ready where there is no process`(index: Int) async {
        await #expect(processExitsWith: .failure) { [index] in
            var state = LifecycleTests.withoutProcess[index]
            _ = state.exited(.stay, now: Instant(nanoseconds: 1))
        }
        await #expect(processExitsWith: .failure) { [index] in
            var state = LifecycleTests.withoutProcess[index]
            _ = state.becameReady(now: Instant(nanoseconds: 1))
        }
    }

    static let withoutLeader =
        withProcess.filter {
            if case .stoppingRest = $0 { true } else { false }
        } + withoutProcess

    @Test(arguments: withoutLeader.indices)
    func `can't lose its leader where there is none`(index: Int) async {
        await #expect(processExitsWith: .failure) { [index] in
            var state = LifecycleTests.withoutLeader[index]
            _ = state.leaderEnded(killAt: .never, now: Instant(nanoseconds: 1))
        }
    }

    @Test(arguments: withProcess.indices)
    func `can't begin where there is a process`(index: Int) async {
        await #expect(processExitsWith: .failure) { [index] in
            var state = LifecycleTests.withProcess[index]
            state.spawned(now: Instant(nanoseconds: 2))
        }
        await #expect(processExitsWith: .failure) { [index] in
            var state = LifecycleTests.withProcess[index]
            state.couldNotBeSpawned()
        }
    }
}
