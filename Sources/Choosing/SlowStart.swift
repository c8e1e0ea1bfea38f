import Basics

/// How much of its weight a member has that has just come back: from a tenth, evenly, up to all.
///
/// It runs with the time, not with checks. A member that was there from the beginning has no slow
/// start, nor have members of which all would have one.
///
/// Scans give a member `weight(_:at:)` instead of its weight (and then all of them: the unit is a
/// 1024th). In a `Rotation` the sequence stays as it is, and a member takes `admits(turn:of:at:)`
/// of its turns; a turn that it leaves is taken by `Rotation.standIn(turn:of:)`.
public struct SlowStart: Equatable, Sendable {
    /// How long it takes.
    public let window: Nanoseconds

    /// All of a weight.
    @inlinable
    public static var whole: UInt32 { 1024 }
    /// A tenth of it, rounded up: what there is from the start.
    @inlinable
    public static var least: UInt32 { 103 }

    /// `window` is the time from a member's return to its whole weight.
    @inlinable
    public init(window: Nanoseconds) { self.window = window }

    /// What a member that came back at `start` has of its weight, in 1024ths.
    @inlinable
    public func share(from start: Instant, now: Instant) -> UInt32 {
        let elapsed = now.since(start).count
        if elapsed >= window.count { return Self.whole }
        let scaled = elapsed.multipliedFullWidth(by: UInt64(Self.whole))
        let share = window.count.dividingFullWidth((scaled.high, scaled.low)).quotient
        return max(Self.least, UInt32(share))
    }

    /// A weight in 1024ths, as far as it is given out.
    @inlinable
    public static func weight(_ weight: UInt32, at share: UInt32) -> UInt32 {
        UInt32(min(UInt64(weight) * UInt64(share), UInt64(UInt32.max)))
    }

    /// Whether a member takes its turn, `turn` being the shared number and `count` the sequence's
    /// length. It follows from the number alone, so all threads and processes agree, and the turns
    /// taken are spread: of any n that a place has, share·n, give or take two.
    @inlinable
    public static func admits(turn: UInt64, of count: Int, at share: UInt32) -> Bool {
        if share >= whole { return true }
        let (round, place) = turn.quotientAndRemainder(dividingBy: UInt64(count))
        // The multiples of the golden ratio lie evenly. By the round and not by the turn: every
        // 89th of them lies close to the last. Each place begins elsewhere.
        let point = round &* KeyHash.golden &+ KeyHash.mixed(place)
        return point >> 54 < UInt64(share)
    }
}
