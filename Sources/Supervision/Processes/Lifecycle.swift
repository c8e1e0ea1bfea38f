import Basics
import Control
import Planning

/// The life of one child: what it is doing now, and what an event makes of it.
///
/// It reads no clock and sends no signal: what tells it of an event gives the time, and does
/// what it answers. Pairs of state and event that can't be are bugs of the teller, but for those
/// that a race makes possible; these are answered with `nothing`.
public enum Lifecycle: Equatable, Sendable {
    case stopped
    /// There is a process, which must be ready by the deadline.
    case starting(deadline: Instant)
    case ready(since: Instant)
    /// It was stopped by SIGSTOP; it had been ready since then.
    case paused(readySince: Instant)
    /// It finishes what it has, and nothing new is given to it; when that takes too long it is
    /// asked to end all the same.
    case draining(until: Instant, readySince: Instant, sequel: Sequel)
    /// Its leader, the process that was started, was asked to end. Where it has not seen to the
    /// rest at `tellAllAt`, all that came of it is asked too: a shell runs its trap only when the
    /// program has ended that it waits for. It and all the rest are killed when the time is over.
    case stopping(tellAllAt: Instant, killAt: Instant, sequel: Sequel)
    /// The leader has ended, and what it left behind was asked to end too: those whose parent is
    /// gone at once, those that have one, which may look after them, at `tellAllAt`.
    case stoppingRest(tellAllAt: Instant, killAt: Instant, sequel: Sequel)
    /// There is no process until the time has come.
    case backoff(until: Instant)
    /// It is left alone until it is started by hand.
    case failed

    /// What comes after a planned end.
    public enum Sequel: Equatable, Sendable {
        /// It stays stopped until it is started by hand.
        case rest
        /// It is started again at once.
        case start
        /// What comes after an end that was not planned: it was asked to end for being late, or by
        /// a signal.
        case asRuled
    }

    /// What is to be done about an event.
    public enum Action: Equatable, Sendable {
        case nothing
        case spawn
        /// Ask the leader to end.
        case terminate
        /// Ask what the leader has left behind to end, and tell the balancers.
        case tellRest
        /// Ask the rest to end, those with living parents too.
        case tellAllOfRest
        /// Send SIGKILL to the leader and to all that came of it.
        case kill
        /// What the balancers may know has changed.
        case tell
        /// What the balancers may know has changed, and it must go on to be able to finish: send
        /// SIGCONT.
        case proceedAndTell
    }

    /// It is wanted to run.
    public mutating func startRequested() -> Action {
        switch self {
        case .stopped, .failed, .backoff:
            return .spawn
        case .draining(_, let since, .rest):
            // It has not been asked to end yet.
            self = .ready(since: since)
            return .tell
        case .stopping(let tellAllAt, let killAt, _):
            self = .stopping(tellAllAt: tellAllAt, killAt: killAt, sequel: .start)
            return .nothing
        case .stoppingRest(let tellAllAt, let killAt, _):
            self = .stoppingRest(tellAllAt: tellAllAt, killAt: killAt, sequel: .start)
            return .nothing
        case .draining, .starting, .ready, .paused:
            return .nothing
        }
    }

    /// A process has been started.
    public mutating func spawned(now: Instant, limit: Nanoseconds = PlanLimits.start) {
        switch self {
        case .stopped, .failed, .backoff:
            self = .starting(deadline: now + limit)
        case .starting, .ready, .paused, .draining, .stopping, .stoppingRest:
            fatalError("a child was started in state \(self), where it has a process")
        }
    }

    /// No process could be started, and trying again would not help.
    public mutating func couldNotBeSpawned() -> Action {
        switch self {
        case .stopped, .failed, .backoff:
            self = .failed
            return .tell
        case .starting, .ready, .paused, .draining, .stopping, .stoppingRest:
            fatalError("a child could not be started in state \(self), where it has a process")
        }
    }

    /// It says that it serves, or is seen to.
    public mutating func becameReady(now: Instant) -> Action {
        switch self {
        case .starting:
            self = .ready(since: now)
            return .tell
        case .ready, .paused, .draining, .stopping, .stoppingRest:
            // Racing: it may say so while it is already asked to end.
            return .nothing
        case .stopped, .backoff, .failed:
            fatalError("a child became ready in state \(self), where there is no process")
        }
    }

    /// The process was stopped by a signal.
    public mutating func wasPaused(now: Instant) -> Action {
        switch self {
        case .ready(let since):
            self = .paused(readySince: since)
            return .tell
        case .starting, .paused, .draining, .stopping, .stoppingRest:
            return .nothing
        case .stopped, .backoff, .failed:
            return .nothing
        }
    }

    /// The process goes on.
    public mutating func wasResumed() -> Action {
        switch self {
        case .paused(let since):
            self = .ready(since: since)
            return .tell
        case .starting, .ready, .draining, .stopping, .stoppingRest:
            return .nothing
        case .stopped, .backoff, .failed:
            return .nothing
        }
    }

    /// It is to end once it has finished what it has, which may take until `until`; then it rests
    /// or is started again. `stopLimit` is how long it may take to end.
    public mutating func drainRequested(
        until: Instant, then sequel: Sequel, stopLimit: Nanoseconds, now: Instant
    ) -> Action {
        switch self {
        case .ready(let since):
            self = .draining(until: until, readySince: since, sequel: sequel)
            return .tell
        case .paused(let since):
            self = .draining(until: until, readySince: since, sequel: sequel)
            return .proceedAndTell
        case .draining(let before, let since, _):
            self = .draining(until: min(before, until), readySince: since, sequel: sequel)
            return .nothing
        case .starting:
            // It has nothing to finish.
            return askToEnd(by: now + stopLimit, then: sequel, now: now)
        case .stopping(let tellAllAt, let killAt, _):
            self = .stopping(tellAllAt: tellAllAt, killAt: killAt, sequel: sequel)
            return .nothing
        case .stoppingRest(let tellAllAt, let killAt, _):
            self = .stoppingRest(tellAllAt: tellAllAt, killAt: killAt, sequel: sequel)
            return .nothing
        case .backoff:
            if sequel == .start { return .spawn }
            self = .stopped
            return .nothing
        case .stopped, .failed:
            return sequel == .start ? .spawn : .nothing
        }
    }

    /// It has nothing left to finish.
    public mutating func drained(stopLimit: Nanoseconds, now: Instant) -> Action {
        switch self {
        case .draining(_, _, let sequel):
            return askToEnd(by: now + stopLimit, then: sequel, now: now)
        case .starting, .ready, .paused, .stopping, .stoppingRest, .stopped, .backoff, .failed:
            return .nothing
        }
    }

    private mutating func askToEnd(
        by killAt: Instant, then sequel: Sequel, now: Instant
    ) -> Action {
        self = .stopping(
            tellAllAt: Self.half(of: killAt, now), killAt: killAt, sequel: sequel)
        return .terminate
    }

    /// When half of the time until a moment is over.
    private static func half(of end: Instant, _ now: Instant) -> Instant {
        now + Nanoseconds(end.since(now).count / 2)
    }

    /// When all are told where the end comes sooner than was thought; `never` where they have been.
    private static func hastened(
        _ tellAllAt: Instant, _ killAt: Instant, _ now: Instant
    ) -> Instant {
        tellAllAt == .never ? .never : min(tellAllAt, half(of: killAt, now))
    }

    /// It is to end and to rest, gracefully until `killAt`.
    public mutating func stopRequested(killAt: Instant, now: Instant) -> Action {
        switch self {
        case .starting, .ready, .paused, .draining:
            return askToEnd(by: killAt, then: .rest, now: now)
        case .stopping(let tellAllAt, let before, _):
            let first = min(before, killAt)
            self = .stopping(
                tellAllAt: Self.hastened(tellAllAt, first, now), killAt: first, sequel: .rest)
            return .nothing
        case .stoppingRest(let tellAllAt, let before, _):
            let first = min(before, killAt)
            self = .stoppingRest(
                tellAllAt: Self.hastened(tellAllAt, first, now), killAt: first, sequel: .rest)
            return .nothing
        case .backoff:
            self = .stopped
            return .nothing
        case .stopped, .failed:
            return .nothing
        }
    }

    /// The time that `deadline` told has come.
    public mutating func deadlinePassed(stopLimit: Nanoseconds, now: Instant) -> Action {
        switch self {
        case .starting:
            // Its end then counts as a crash.
            return askToEnd(by: now + stopLimit, then: .asRuled, now: now)
        case .draining:
            return drained(stopLimit: stopLimit, now: now)
        case .stopping(let tellAllAt, let killAt, let sequel):
            if now < killAt {
                self = .stopping(tellAllAt: .never, killAt: killAt, sequel: sequel)
                return tellAllAt == .never ? .nothing : .tellAllOfRest
            }
            // No second deadline: SIGKILL needs no repetition.
            self = .stopping(tellAllAt: .never, killAt: .never, sequel: sequel)
            return .kill
        case .stoppingRest(let tellAllAt, let killAt, let sequel):
            if now < killAt {
                self = .stoppingRest(tellAllAt: .never, killAt: killAt, sequel: sequel)
                return tellAllAt == .never ? .nothing : .tellAllOfRest
            }
            self = .stoppingRest(tellAllAt: .never, killAt: .never, sequel: sequel)
            return .kill
        case .backoff:
            return .spawn
        case .stopped, .ready, .paused, .failed:
            return .nothing
        }
    }

    /// The leader has ended while it, or what came of it, was to end gracefully, and it has left
    /// something behind. `killAt` is when that is killed where that has not been said before.
    public mutating func leaderEnded(killAt: Instant, now: Instant) -> Action {
        let state: (killAt: Instant, sequel: Sequel)
        switch self {
        case .starting, .ready, .paused: state = (killAt, .asRuled)
        case .draining(_, _, let sequel): state = (killAt, sequel)
        case .stopping(_, let before, let sequel): state = (before, sequel)
        case .stoppingRest, .stopped, .backoff, .failed:
            fatalError("a child's leader ended in state \(self), where there is none")
        }
        if state.killAt == .never {
            // The leader was killed, and all the rest with it but what was started meanwhile.
            self = .stoppingRest(tellAllAt: .never, killAt: .never, sequel: state.sequel)
            return .kill
        }
        self = .stoppingRest(
            tellAllAt: Self.half(of: state.killAt, now), killAt: state.killAt,
            sequel: state.sequel)
        return .tellRest
    }

    /// The leader has ended, and so has all that came of it.
    public mutating func exited(_ verdict: Restarting.Verdict, now: Instant) -> Action {
        switch self {
        case .starting, .ready, .paused:
            follow(verdict, now: now)
        case .draining(_, _, let sequel), .stopping(_, _, let sequel),
            .stoppingRest(_, _, let sequel):
            switch sequel {
            case .rest: self = .stopped
            case .start: self = .backoff(until: now)
            case .asRuled: follow(verdict, now: now)
            }
        case .stopped, .backoff, .failed:
            fatalError("a child exited in state \(self), where there is no process")
        }
        return .tell
    }

    private mutating func follow(_ verdict: Restarting.Verdict, now: Instant) {
        switch verdict {
        case .restart(let after): self = .backoff(until: now + after)
        case .stay: self = .stopped
        case .giveUp: self = .failed
        }
    }

    /// When `deadlinePassed` is to be called; nil when time alone changes nothing.
    public var deadline: Instant? {
        switch self {
        case .starting(let deadline): deadline
        case .draining(let until, _, _): until
        case .stopping(let tellAllAt, let killAt, _),
            .stoppingRest(let tellAllAt, let killAt, _):
            min(tellAllAt, killAt)
        case .backoff(let until): until
        case .stopped, .ready, .paused, .failed: nil
        }
    }

    /// When what still runs of it is killed; nil where it has not been asked to end.
    public var killAt: Instant? {
        switch self {
        case .stopping(_, let killAt, _), .stoppingRest(_, let killAt, _): killAt
        case .stopped, .starting, .ready, .paused, .draining, .backoff, .failed: nil
        }
    }

    /// Since when it has been ready; nil when it is not.
    public var readySince: Instant? {
        switch self {
        case .ready(let since), .paused(let since), .draining(_, let since, _): since
        case .stopped, .starting, .stopping, .stoppingRest, .backoff, .failed: nil
        }
    }

    /// Whether there is a process.
    public var hasProcess: Bool {
        switch self {
        case .starting, .ready, .paused, .draining, .stopping, .stoppingRest: true
        case .stopped, .backoff, .failed: false
        }
    }

    /// Whether it is without a process until it is started by hand.
    public var isAtRest: Bool {
        switch self {
        case .stopped, .failed: true
        case .starting, .ready, .paused, .draining, .stopping, .stoppingRest, .backoff: false
        }
    }

    /// Whether its end was planned, and is under way.
    public var isEndPlanned: Bool {
        switch self {
        case .draining(_, _, let sequel), .stopping(_, _, let sequel),
            .stoppingRest(_, _, let sequel):
            sequel != .asRuled
        case .stopped, .starting, .ready, .paused, .backoff, .failed: false
        }
    }

    /// What the balancers are told.
    public var fact: MemberFact {
        switch self {
        case .starting: .starting
        case .ready: .ready
        case .paused: .paused
        case .draining, .stopping, .stoppingRest: .draining
        case .stopped, .backoff, .failed: .gone
        }
    }

    /// What people are told.
    public var state: ChildState {
        switch self {
        case .stopped: .stopped
        case .starting: .starting
        case .ready: .ready
        case .paused: .paused
        case .draining: .draining
        case .stopping, .stoppingRest: .stopping
        case .backoff: .backoff
        case .failed: .failed
        }
    }
}
