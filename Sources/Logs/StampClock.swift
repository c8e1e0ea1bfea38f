import Basics

/// What numbers the records and keeps their times from going back.
public struct StampClock: Sendable {
    /// The stamp that was given out last.
    public private(set) var last: Stamp

    /// A clock that goes on behind `last`, the last record of an earlier run.
    public init(after last: Stamp = Stamp(sequence: 0, time: WallTime(nanoseconds: 0))) {
        self.last = last
    }

    /// Takes the wall time, once a loop turn, cut to the microseconds that the history keeps. Where
    /// the clock was set back, time stands still here until it has caught up.
    public mutating func tick(_ now: WallTime) {
        let cut = WallTime(nanoseconds: now.nanoseconds / 1_000 * 1_000)
        last.time = max(cut, last.time)
    }

    /// The stamp of the next record.
    public mutating func next() -> Stamp {
        last.sequence = last.sequence.addingClamped(1)
        return last
    }
}
