import Basics
import Control
import Kernel
import Planning

/// Where a child is in its life, and when it is started again.
struct ChildLife {
    private(set) var lifecycle: Lifecycle
    private(set) var restarting: Restarting
    /// Whether its last process ended by itself, with 0, and need not run again.
    private(set) var hasFinished = false

    init(_ plan: ChildPlan) {
        self.init(.stopped, Restarting(rule: plan.rule, delay: plan.restartDelay))
    }

    init(_ lifecycle: Lifecycle, _ restarting: Restarting) {
        self.lifecycle = lifecycle
        self.restarting = restarting
    }

    /// What people are told.
    var state: ChildState {
        hasFinished && lifecycle == .stopped ? .done : lifecycle.state
    }

    /// Lets an event change the lifecycle, and returns what is to be done about it.
    mutating func take(_ event: (inout Lifecycle) -> Lifecycle.Action) -> Lifecycle.Action {
        event(&lifecycle)
    }

    /// Its plan has become another.
    mutating func planChanged(to plan: ChildPlan) {
        restarting.rule = plan.rule
        restarting.delay = plan.restartDelay
    }

    /// It is about to be started.
    mutating func began() { hasFinished = false }

    /// A process was started, which may take so long to become ready.
    mutating func spawned(limit: Nanoseconds, now: Instant) {
        restarting.started()
        lifecycle.spawned(now: now, limit: limit)
    }

    /// No process could be started for want of something that may be there again soon: it is tried
    /// later.
    mutating func wasBlocked(limit: Nanoseconds, now: Instant, chance: Double) -> Lifecycle.Action {
        let verdict = restarting.ended(.blocked, readyFor: nil, now: now, chance: chance)
        lifecycle.spawned(now: now, limit: limit)
        return lifecycle.exited(verdict, now: now)
    }

    /// All of its process has ended. `succeeded` says that it has done its work, by itself.
    mutating func exited(
        _ cause: Restarting.Cause, succeeded: Bool, now: Instant, chance: Double
    ) -> Lifecycle.Action {
        let ready = lifecycle.readySince.map { now.since($0) }
        let verdict = restarting.ended(cause, readyFor: ready, now: now, chance: chance)
        let action = lifecycle.exited(verdict, now: now)
        hasFinished = succeeded && lifecycle == .stopped
        return action
    }

    /// It is started by hand: earlier crashes count no more.
    mutating func forgave() { restarting.forgive() }

    /// It takes over from another, and counts on from there.
    mutating func inherited(from other: ChildLife) { restarting = other.restarting }
}
