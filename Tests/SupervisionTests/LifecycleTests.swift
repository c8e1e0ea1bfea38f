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
        .stopping(killAt: later),
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
        #expect(after(state) { $0.startRequested() } == (state, .nothing))
    }

    @Test(arguments: withoutProcess)
    func `begins with ten seconds to become ready`(state: Lifecycle) {
        var state = state
        state.spawned(now: Self.now)
        #expect(state == .starting(deadline: Self.now + .seconds(10)))
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
        for state in Self.withProcess.dropLast() {
            let asked = after(state) { $0.stopRequested(killAt: Self.later) }
            #expect(asked == (.stopping(killAt: Self.later), .terminate))
        }
        let hastened = after(.stopping(killAt: Self.later)) { $0.stopRequested(killAt: Self.now) }
        #expect(hastened == (.stopping(killAt: Self.now), .nothing))
        let slowed = after(.stopping(killAt: Self.now)) { $0.stopRequested(killAt: Self.later) }
        #expect(slowed == (.stopping(killAt: Self.now), .nothing))
        let waiting = after(.backoff(until: Self.later)) { $0.stopRequested(killAt: Self.now) }
        #expect(waiting == (.stopped, .nothing))
        for state in [Lifecycle.stopped, .failed] {
            #expect(after(state) { $0.stopRequested(killAt: Self.now) } == (state, .nothing))
        }
    }

    @Test
    func `that is late to start or to end is killed once`() {
        for state in [Lifecycle.starting(deadline: Self.now), .stopping(killAt: Self.now)] {
            let late = after(state) { $0.deadlinePassed() }
            #expect(late.action == .kill)
            #expect(late.state.deadline == .never)
            #expect(late.state.state == state.state)
        }
        #expect(after(.backoff(until: Self.now)) { $0.deadlinePassed() }.action == .spawn)
        for state in [Lifecycle.stopped, .failed, .ready(since: Self.now)] {
            #expect(after(state) { $0.deadlinePassed() } == (state, .nothing))
        }
    }

    @Test
    func `that ends by itself becomes what the verdict says`() {
        for state in Self.withProcess.dropLast() {
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
        let ended = after(.stopping(killAt: Self.later)) {
            $0.exited(.restart(after: Nanoseconds(0)), now: Self.now)
        }
        #expect(ended == (.stopped, .tell))
    }

    @Test
    func `is offered to the balancers only while it is ready`() {
        for state in Self.withProcess + Self.withoutProcess {
            let isReady = if case .ready = state { true } else { false }
            #expect((state.fact == .ready) == isReady)
            #expect((state.fact == .gone) == !state.hasProcess)
        }
    }

    @Test
    func `can't end where there is no process`() async {
        await #expect(processExitsWith: .failure) {
            var state = Lifecycle.stopped
            _ = state.exited(.stay, now: Instant(nanoseconds: 1))
        }
    }

    @Test
    func `can't begin where there is a process`() async {
        await #expect(processExitsWith: .failure) {
            var state = Lifecycle.ready(since: Instant(nanoseconds: 1))
            state.spawned(now: Instant(nanoseconds: 2))
        }
    }
}
