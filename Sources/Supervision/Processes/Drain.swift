import Basics

/// A child that finishes what it has: since when, and when to look again whether it is done.
///
/// No balancer says when a count falls to nothing, so the scoreboard is looked at: soon at first,
/// more seldom later, and only while something is draining.
struct Drain {
    static let first = Nanoseconds.milliseconds(1)
    static let longest = Nanoseconds.milliseconds(20)

    let since: Instant
    /// The roster that tells the balancers to give it nothing new.
    let version: UInt64
    private(set) var nextLook: Instant
    private var delay = Drain.first

    init(version: UInt64, now: Instant) {
        since = now
        self.version = version
        nextLook = now
    }

    /// Puts the next look off.
    mutating func looked(now: Instant) {
        nextLook = now + delay
        delay = min(Nanoseconds(delay.count * 3 / 2), Self.longest)
    }
}
