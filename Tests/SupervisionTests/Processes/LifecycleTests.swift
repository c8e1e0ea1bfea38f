import Basics
import Control
import Testing

@testable import Supervision

@Suite("A child's life")
struct LifecycleTests {
    static let now = Instant(nanoseconds: 1_000_000_000_000)
    static let later = now + .seconds(3)

    static let withProcess: [Lifecycle] = [
        .starting(deadline: later), .ready(since: now), .paused(readySince: now),
        .draining(until: later, readySince: now, sequel: .rest),
        .draining(until: later, readySince: now, sequel: .start),
        .stopping(tellAllAt: later, killAt: later, sequel: .rest),
        .stopping(tellAllAt: later, killAt: later, sequel: .start),
        .stopping(tellAllAt: .never, killAt: later, sequel: .asRuled),
        .stoppingRest(tellAllAt: later, killAt: later, sequel: .rest),
        .stoppingRest(tellAllAt: later, killAt: later, sequel: .start),
        .stoppingRest(tellAllAt: later, killAt: later, sequel: .asRuled),
    ]
    static let withoutProcess: [Lifecycle] = [.stopped, .backoff(until: later), .failed]

    func after(
        _ state: Lifecycle, _ event: (inout Lifecycle) -> Lifecycle.Action
    ) -> (state: Lifecycle, action: Lifecycle.Action) {
        var state = state
        let action = event(&state)
        return (state, action)
    }

    @Test(arguments: withoutProcess)
    func `without a process is begun when it is wanted`(state: Lifecycle) {
        #expect(after(state) { $0.startRequested() } == (state, .spawn))
    }

    @Test(arguments: withProcess)
    func `with a process is not begun twice`(state: Lifecycle) {
        let asked = after(state) { $0.startRequested() }
        switch state {
        case .draining(_, let since, .rest): #expect(asked == (.ready(since: since), .tell))
        case .stopping(let tellAllAt, let killAt, _):
            let wanted = Lifecycle.stopping(
                tellAllAt: tellAllAt, killAt: killAt, sequel: .start)
            #expect(asked == (wanted, .nothing))
        case .stoppingRest(let tellAllAt, let killAt, _):
            let wanted = Lifecycle.stoppingRest(
                tellAllAt: tellAllAt, killAt: killAt, sequel: .start)
            #expect(asked == (wanted, .nothing))
        case .starting, .ready, .paused, .draining, .stopped, .backoff, .failed:
            #expect(asked == (state, .nothing))
        }
    }

    static let sequels: [Lifecycle.Sequel] = [.rest, .start, .asRuled]
    private static let wishes: [Lifecycle.Sequel] = [.rest, .start]
    static let limit = Nanoseconds.seconds(20)

    /// One that was asked to end just now: the rest is asked after half of the time.
    static func stopping(
        within limit: Nanoseconds, then sequel: Lifecycle.Sequel
    ) -> Lifecycle {
        .stopping(
            tellAllAt: now + Nanoseconds(limit.count / 2), killAt: now + limit, sequel: sequel)
    }

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
        let stopping = Self.stopping(within: Self.limit, then: sequel)
        #expect(asked(.ready(since: Self.now)) == (draining, .tell))
        #expect(asked(.paused(readySince: Self.now)) == (draining, .proceedAndTell))
        #expect(asked(.starting(deadline: Self.later)) == (stopping, .terminate))
        #expect(asked(draining) == (draining, .nothing))
        for before in Self.sequels {
            #expect(
                asked(.draining(until: .never, readySince: Self.now, sequel: before))
                    == (draining, .nothing))
            #expect(
                asked(.stopping(tellAllAt: Self.now, killAt: Self.later, sequel: before))
                    == (
                        .stopping(tellAllAt: Self.now, killAt: Self.later, sequel: sequel),
                        .nothing
                    ))
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
            .stopping(tellAllAt: Self.now, killAt: Self.later, sequel: .start),
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
        let action = state.couldNotBeSpawned()
        #expect(action == .tell)
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
            Lifecycle.stopping(tellAllAt: Self.now, killAt: Self.later, sequel: .rest),
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
            _ = state.couldNotBeSpawned()
        }
    }
}
