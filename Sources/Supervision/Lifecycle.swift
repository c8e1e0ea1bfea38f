import Basics
import Control

/// The life of one child: what it is doing now, and what an event makes of it.
///
/// It reads no clock and sends no signal: whoever tells it of an event gives the time, and does
/// what it answers. Pairs of state and event that can't be are bugs of the teller, but for those
/// that a race makes possible; these are answered with `nothing`.
public enum Lifecycle: Equatable, Sendable {
    case stopped
    /// There is a process, which must be ready by the deadline.
    case starting(deadline: Instant)
    case ready(since: Instant)
    /// It was stopped by SIGSTOP; it had been ready since then.
    case paused(readySince: Instant)
    /// It was asked to end, and is killed when the time is over.
    case stopping(killAt: Instant)
    /// There is no process until the time has come.
    case backoff(until: Instant)
    /// It is left alone until somebody starts it.
    case failed

    /// What is to be done about an event.
    public enum Action: Equatable, Sendable {
        case nothing
        case spawn
        /// Send SIGTERM.
        case terminate
        /// Send SIGKILL.
        case kill
        /// What the balancers may know has changed.
        case tell
    }

    /// How long a child may take to become ready.
    public static let startLimit = Nanoseconds.seconds(10)

    /// Somebody wants it to run.
    public mutating func startRequested() -> Action {
        switch self {
        case .stopped, .failed, .backoff:
            return .spawn
        case .starting, .ready, .paused, .stopping:
            return .nothing
        }
    }

    /// A process has been started.
    public mutating func spawned(now: Instant) {
        switch self {
        case .stopped, .failed, .backoff:
            self = .starting(deadline: now + Self.startLimit)
        case .starting, .ready, .paused, .stopping:
            fatalError("a child was started in state \(self), where it has a process")
        }
    }

    /// No process could be started, and trying again would not help.
    public mutating func couldNotBeSpawned() {
        switch self {
        case .stopped, .failed, .backoff:
            self = .failed
        case .starting, .ready, .paused, .stopping:
            fatalError("a child could not be started in state \(self), where it has a process")
        }
    }

    /// It says that it serves, or is seen to.
    public mutating func becameReady(now: Instant) -> Action {
        switch self {
        case .starting:
            self = .ready(since: now)
            return .tell
        case .ready, .paused, .stopping:
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
        case .starting, .paused, .stopping:
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
        case .starting, .ready, .stopping:
            return .nothing
        case .stopped, .backoff, .failed:
            return .nothing
        }
    }

    /// It is to end, gracefully until `killAt`.
    public mutating func stopRequested(killAt: Instant) -> Action {
        switch self {
        case .starting, .ready, .paused:
            self = .stopping(killAt: killAt)
            return .terminate
        case .stopping(let before):
            self = .stopping(killAt: min(before, killAt))
            return .nothing
        case .backoff:
            self = .stopped
            return .nothing
        case .stopped, .failed:
            return .nothing
        }
    }

    /// The time that `deadline` told has come.
    public mutating func deadlinePassed() -> Action {
        switch self {
        case .starting:
            // Its end then counts as a crash. No second deadline: SIGKILL needs no repetition.
            self = .starting(deadline: .never)
            return .kill
        case .stopping:
            self = .stopping(killAt: .never)
            return .kill
        case .backoff:
            return .spawn
        case .stopped, .ready, .paused, .failed:
            return .nothing
        }
    }

    /// The process has ended.
    public mutating func exited(_ verdict: Restarting.Verdict, now: Instant) -> Action {
        switch self {
        case .starting, .ready, .paused:
            switch verdict {
            case .restart(let after): self = .backoff(until: now + after)
            case .stay: self = .stopped
            case .giveUp: self = .failed
            }
            return .tell
        case .stopping:
            self = .stopped
            return .tell
        case .stopped, .backoff, .failed:
            fatalError("a child exited in state \(self), where there is no process")
        }
    }

    /// When `deadlinePassed` is to be called; nothing when time alone changes nothing.
    public var deadline: Instant? {
        switch self {
        case .starting(let deadline): deadline
        case .stopping(let killAt): killAt
        case .backoff(let until): until
        case .stopped, .ready, .paused, .failed: nil
        }
    }

    /// Since when it has been ready; nothing when it is not.
    public var readySince: Instant? {
        switch self {
        case .ready(let since), .paused(let since): since
        case .stopped, .starting, .stopping, .backoff, .failed: nil
        }
    }

    /// Whether there is a process.
    public var hasProcess: Bool {
        switch self {
        case .starting, .ready, .paused, .stopping: true
        case .stopped, .backoff, .failed: false
        }
    }

    /// What the balancers are told.
    public var fact: MemberFact {
        switch self {
        case .starting: .starting
        case .ready: .ready
        case .paused: .paused
        case .stopping: .draining
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
        case .stopping: .stopping
        case .backoff: .backoff
        case .failed: .failed
        }
    }
}
