import Basics

/// What a member's recent failures count for, in requests in flight: each counts as one, and half
/// as much with every second that has passed.
///
/// A member that fails r times a second comes to 1.44·r, as though each request that failed had
/// been in flight for 1.44 s; so it is left alone as long as the others answer faster. One word,
/// fit for shared memory: of two failures that are written at the same time one is lost.
public struct FailurePenalty: Equatable, Sendable {
    /// Sixteenths of a point (20 bits), and when that was, in units of 2^20 ns (44 bits).
    public var word: UInt64

    /// No failures are the word 0.
    @inlinable
    public init(word: UInt64 = 0) { self.word = word }

    /// A request has failed.
    public mutating func failed(now: Instant) {
        let sum = min(sixteenths(now: now) + 16, 0xF_FFFF)
        // A writer that is behind another must not have the time run backward.
        let time = max(now.nanoseconds >> 20, word & Self.timeMask)
        word = sum << 44 | time & Self.timeMask
    }

    /// What they count for now.
    public func points(now: Instant) -> UInt32 {
        if word == 0 { return 0 }
        return UInt32((sixteenths(now: now) + 8) / 16)
    }

    private static let timeMask: UInt64 = (1 << 44) - 1

    private func sixteenths(now: Instant) -> UInt64 {
        let then = word & Self.timeMask
        let time = now.nanoseconds >> 20
        let units = (time > then ? time - then : 0) << 20
        let (seconds, rest) = units.quotientAndRemainder(dividingBy: 1_000_000_000)
        if seconds >= 20 { return 0 }
        // Straight from one half to the next: continuous, and exact at every second.
        let whole = word >> (44 + seconds)
        return whole - whole * rest / 2_000_000_000
    }
}
