import Basics

/// What checks have shown of one process of a backend: up or down, and how sure that is.
///
/// The rules are HAProxy's: `fall` failures in a row take it down, `rise` successes in a row bring
/// it back, and one result of the other kind starts the count anew; so a backend that fails every
/// now and then does not flap. A new process begins up: it was ready.
public struct Health: Equatable, Sendable {
    /// How many in a row it takes.
    public struct Thresholds: Equatable, Sendable {
        /// Successes in a row that bring it back.
        public var rise: Int
        /// Failures in a row that take it down.
        public var fall: Int

        public init(rise: Int, fall: Int) {
            self.rise = rise
            self.fall = fall
        }
    }

    /// What one result has changed.
    public enum Change: Equatable, Sendable {
        case none
        case wentDown
        case cameUp
    }

    private enum State: Equatable {
        case up(failures: Int)
        case down(successes: Int)
    }

    private var state = State.up(failures: 0)

    /// The health of a process that has just become ready: up.
    public init() {}

    public var isUp: Bool {
        switch state {
        case .up: true
        case .down: false
        }
    }

    /// Whether the last result spoke against the present verdict: then the next check is due soon.
    public var isInDoubt: Bool {
        switch state {
        case .up(let failures): failures > 0
        case .down(let successes): successes > 0
        }
    }

    /// A check has passed.
    public mutating func succeeded(_ thresholds: Thresholds) -> Change {
        switch state {
        case .up:
            state = .up(failures: 0)
            return .none
        case .down(let successes):
            if successes + 1 < thresholds.rise {
                state = .down(successes: successes + 1)
                return .none
            }
            state = .up(failures: 0)
            return .cameUp
        }
    }

    /// A check has failed.
    public mutating func failed(_ thresholds: Thresholds) -> Change {
        switch state {
        case .down:
            state = .down(successes: 0)
            return .none
        case .up(let failures):
            if failures + 1 < thresholds.fall {
                state = .up(failures: failures + 1)
                return .none
            }
            state = .down(successes: 0)
            return .wentDown
        }
    }
}
