import Basics
import Planning

/// When a child that has ended starts again: its rule, and what it remembers of earlier crashes.
public struct Restarting: Equatable, Sendable {
    /// How a child came to end.
    public enum Cause: Equatable, Sendable {
        /// It was asked for with `lbctl kill`.
        case killed(restarts: Bool)
        /// It ended by itself, or by a signal that was not lbctl's.
        case byItself(succeeded: Bool)
        /// Another process has its port, or the machine is short of something that a process needs:
        /// that is no crash, and passes.
        case blocked
    }

    /// What is to come of it.
    public enum Verdict: Equatable, Sendable {
        case restart(after: Nanoseconds)
        /// It stays as it is: it is not wanted to run again.
        case stay
        /// It has crashed too often.
        case giveUp
    }

    /// A child that was ready for so long starts at once after a crash.
    static let settled = Nanoseconds.seconds(10)
    static let firstDelay = Nanoseconds.milliseconds(100)
    static let longestDelay = Nanoseconds.seconds(10)
    static let window = Nanoseconds.seconds(30)
    /// One more than so many crashes within the window is too many.
    static let crashesAllowed = 5

    public var rule: RestartRule
    /// Added before every restart, to have time to look.
    public var delay: Nanoseconds?
    /// How often it was started again after an end that was not planned.
    public private(set) var count: UInt64 = 0
    /// Whether its next start is one of these.
    private var isDue = false
    var crashes: [Instant] = []
    /// Crashes in a row, without a settled time between them.
    var row = 0

    public init(rule: RestartRule, delay: Nanoseconds? = nil) {
        self.rule = rule
        self.delay = delay
    }

    /// The child ended, having been ready for `ready`. `chance`, from 0 to 1, spreads the delay.
    public mutating func ended(
        _ cause: Cause, readyFor ready: Nanoseconds?, now: Instant, chance: Double
    ) -> Verdict {
        let verdict = verdict(cause, readyFor: ready, now: now, chance: chance)
        if case .restart = verdict { isDue = true } else { isDue = false }
        return verdict
    }

    /// A process was started.
    public mutating func started() {
        if isDue { count += 1 }
        isDue = false
    }

    private mutating func verdict(
        _ cause: Cause, readyFor ready: Nanoseconds?, now: Instant, chance: Double
    ) -> Verdict {
        switch cause {
        case .killed(let restarts):
            return restarts && rule != .never ? .restart(after: wait(Nanoseconds(0))) : .stay
        case .byItself(let succeeded):
            switch rule {
            case .never: return .stay
            case .onFailure: if succeeded { return .stay }
            case .always: break
            }
        case .blocked:
            if rule == .never { return .stay }
            row += 1
            return .restart(after: wait(Self.backoff(row: row, chance: chance)))
        }
        crashes.removeAll { now.since($0) > Self.window }
        crashes.append(now)
        if let ready, ready >= Self.settled { row = 0 } else { row += 1 }
        if crashes.count > Self.crashesAllowed { return .giveUp }
        if row == 0 { return .restart(after: wait(Nanoseconds(0))) }
        return .restart(after: wait(Self.backoff(row: row, chance: chance)))
    }

    /// The child was started by hand: what was before is forgiven.
    public mutating func forgive() {
        crashes = []
        row = 0
        isDue = false
    }

    private func wait(_ least: Nanoseconds) -> Nanoseconds { max(least, delay ?? Nanoseconds(0)) }

    /// 100 ms, doubled with each crash in a row up to 10 s, and a quarter more or less.
    static func backoff(row: Int, chance: Double) -> Nanoseconds {
        let doublings = UInt64(min(row - 1, 20))
        let plain = min(firstDelay.count << doublings, longestDelay.count)
        return Nanoseconds(UInt64(Double(plain) * (0.75 + 0.5 * chance)))
    }
}
