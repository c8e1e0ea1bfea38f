import Basics

/// How long a member takes to answer: a moving average that jumps up at once and comes down slowly.
/// Least response time is `Least.pick` by its `cost`.
///
/// It is Finagle's peak EWMA: what is slower than the average becomes the average; what is faster
/// is weighed against it by how long ago the last one was (`decay`), and as a thirty-second part
/// at least (`leastPart`): under load, where thousands of responses come in that time, one that was
/// late by chance would else make a member look slow for seconds. What it would cost to send one
/// more is that average times the requests that are then pending. A member of which nothing is
/// known gets one request to find out, and no second one before that is answered.
///
/// Two words, fit for shared memory as two plain atomics: any average is a sound state with any
/// instant, so a reader that sees one word new and the other old is off by one observation, and of
/// two writers at the same time one is lost. The next observation mends it.
public struct PeakEWMA: Equatable, Sendable {
    /// The average in nanoseconds, as the bits of a `Double`.
    public var word0: UInt64
    /// When it was last observed, in nanoseconds; 0 for never.
    public var word1: UInt64

    /// Nothing is known is two zeros.
    @inlinable
    public init(word0: UInt64 = 0, word1: UInt64 = 0) {
        self.word0 = word0
        self.word1 = word1
    }

    /// As it is kept in shared memory.
    @inlinable
    public var words: (UInt64, UInt64) { (word0, word1) }

    /// How fast the past is forgotten: to a third in this time.
    @inlinable
    public static var decay: Nanoseconds { Nanoseconds(10_000_000_000) }
    /// What a response that is faster than the average counts for at least.
    @inlinable
    public static var leastPart: Double { 1.0 / 32 }
    /// What a failure counts for at least, however fast it came: `observe(max(rtt, failure))`.
    @inlinable
    public static var failure: Nanoseconds { .seconds(1) }
    /// What an unknown member with a request pending costs, 2^47 ns: more than any known one.
    @inlinable
    public static var penalty: UInt64 { 1 << 47 }

    /// A response came after this time.
    public mutating func observe(_ rtt: Nanoseconds, now: Instant) {
        let taken = Double(rtt.count)
        let average = Double(bitPattern: word0)
        if word1 == 0 || !(average >= 0) || taken > average {
            word0 = taken.bitPattern
        } else {
            let since = now.since(Instant(nanoseconds: word1))
            let weight = min(Self.remaining(after: since), 1 - Self.leastPart)
            word0 = (taken * (1 - weight) + average * weight).bitPattern
        }
        // Never backward, and never 0: that is for the unknown.
        word1 = max(word1, now.nanoseconds, 1)
    }

    /// What is left of the average now, if nothing more was observed.
    @inlinable
    public func average(now: Instant) -> Double {
        let average = Double(bitPattern: word0)
        // Memory that others write to may hold anything.
        if word1 == 0 || !(average >= 0) { return 0 }
        return average * Self.remaining(after: now.since(Instant(nanoseconds: word1)))
    }

    /// What it costs to send one more while so many are pending.
    ///
    /// `oldest`, if it is known, is for how long the oldest of them has been pending: a member that
    /// has stopped answering is as slow as that, though nothing comes that could be observed.
    @inlinable
    public func cost(
        pending: UInt32, oldest: Nanoseconds = Nanoseconds(0), now: Instant, weight: UInt32
    ) -> Cost {
        if word1 == 0 {
            let amount = pending == 0 ? 0 : Self.penalty + UInt64(pending)
            return Cost(amount: amount, weight: weight)
        }
        let each = max(average(now: now), Double(oldest.count))
        return Cost(amount: UInt64(min(each * (Double(pending) + 1), 0x1p62)), weight: weight)
    }

    /// e to the power of minus the time divided by `decay`, within a part in ten million.
    @inlinable
    static func remaining(after span: Nanoseconds) -> Double {
        // As a power of two, and that as a whole part and a rest of at most a half.
        let power = Double(span.count) * (1.442_695_040_888_963_4 / Double(decay.count))
        if power >= 1000 { return 0 }
        let whole = Int(power + 0.5)
        let x = (Double(whole) - power) * 0.693_147_180_559_945_3
        // The exponential series up to the sixth power.
        let high = 1.0 / 24 + x * (1.0 / 120 + x / 720)
        let series = 1 + x * (1 + x * (0.5 + x * (1.0 / 6 + x * high)))
        return series * Double(bitPattern: UInt64(1023 - whole) << 52)
    }
}
