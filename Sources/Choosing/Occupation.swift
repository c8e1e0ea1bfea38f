import Basics

/// Until when a process of a backend keeps no idle connections, since they occupy all that it
/// serves connections with.
///
/// A server with one thread, or with N, that stays with a connection as long as it lasts accepts no
/// other meanwhile: an idle connection of ours is then what our own next request waits for. When
/// that has been seen, connections are given up with each answer for a second, and for twice as
/// long each time that it is seen again: so little waits on such a server, and one that was just
/// busy has its connections back soon.
///
/// One word, fit for shared memory.
public struct Occupation: Equatable, Sendable {
    /// How often it has been seen in a row, less one (8 bits), and until when it holds, in units of
    /// 2^20 ns (44 bits).
    public private(set) var word: UInt64

    /// What has never been seen is the word 0.
    public init(word: UInt64 = 0) { self.word = word }

    /// How long the first holds.
    static let first = Nanoseconds.seconds(1)
    /// How often that is doubled: up to 32 s.
    private static let mostDoublings: UInt64 = 5
    /// One that is seen so long after the last has ended is the first again.
    static let memory = Nanoseconds.minutes(1)

    /// It has been seen that connections of ours are what a request waits for.
    public mutating func seen(now: Instant) {
        if isInForce(now) { return }
        let isAgain = word != 0 && now < until + Self.memory
        let doublings = isAgain ? min((word >> 44 & 0xFF) + 1, Self.mostDoublings) : 0
        let until = now + Nanoseconds(Self.first.count << doublings)
        word = doublings << 44 | (until.nanoseconds >> 20) & Self.timeMask
    }

    /// Whether connections to the process are given up with each answer.
    public func isInForce(_ now: Instant) -> Bool { now < until }

    /// Its end, to about a millisecond.
    public var until: Instant { Instant(nanoseconds: (word & Self.timeMask) << 20) }

    private static let timeMask: UInt64 = (1 << 44) - 1
}

/// A request on a new connection to a process that had not read it a moment later, as far as that
/// can be told.
///
/// Two words, fit for shared memory: where two are noted at once, either or a mixture of both
/// stays, and a request that still waits is noted again.
public struct UnreadRequest: Equatable, Sendable {
    /// When it was sent.
    public let since: Instant
    /// When it was last seen not to have been read.
    public let seenAt: Instant
    /// Whether the kernel says so; of another machine all that is known is that no answer has come.
    public let isCertain: Bool

    public init(since: Instant, seenAt: Instant, isCertain: Bool) {
        self.since = since
        self.seenAt = seenAt
        self.isCertain = isCertain
    }

    /// `nil` where there is none, or it was seen too long ago to be still true.
    public init?(words: (UInt64, UInt64), now: Instant) {
        if words.1 == 0 { return nil }
        self.init(
            since: Instant(nanoseconds: words.0), seenAt: Instant(nanoseconds: words.1 & ~1),
            isCertain: words.1 & 1 == 1)
        if now.since(seenAt) > Self.memory { return nil }
    }

    /// For so long after it was seen: it is looked at again before.
    public static let memory = Nanoseconds.milliseconds(500)

    /// As it is kept in shared memory.
    public var words: (UInt64, UInt64) {
        (since.nanoseconds, seenAt.nanoseconds & ~1 | (isCertain ? 1 : 0))
    }
}
