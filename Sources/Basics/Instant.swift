/// A point on the monotonic clock, in nanoseconds since an arbitrary origin (CLOCK_MONOTONIC).
public struct Instant: Comparable, Hashable, Sendable {
    public var nanoseconds: UInt64

    @inlinable
    public init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    /// The latest instant there is: a deadline that never comes.
    public static let never = Instant(nanoseconds: .max)

    @inlinable
    public static func < (a: Instant, b: Instant) -> Bool { a.nanoseconds < b.nanoseconds }

    /// The instant a span later; `never` where there is none so late.
    @inlinable
    public static func + (instant: Instant, span: Nanoseconds) -> Instant {
        let (sum, overflow) = instant.nanoseconds.addingReportingOverflow(span.count)
        return Instant(nanoseconds: overflow ? .max : sum)
    }

    /// The time from `earlier` to this instant; none when `earlier` is in fact later.
    @inlinable
    public func since(_ earlier: Instant) -> Nanoseconds {
        Nanoseconds(nanoseconds > earlier.nanoseconds ? nanoseconds - earlier.nanoseconds : 0)
    }
}

/// A span of time in nanoseconds, never negative. Sums stop at the longest there is.
public struct Nanoseconds: Comparable, Hashable, Sendable {
    public var count: UInt64

    @inlinable
    public init(_ count: UInt64) { self.count = count }

    /// So many nanoseconds; what is no number is none, and there are never more than there can be.
    public init(clamping nanoseconds: Double) {
        if nanoseconds >= 0x1p64 {
            count = .max
        } else {
            count = nanoseconds > 0 ? UInt64(nanoseconds) : 0
        }
    }

    /// So many microseconds, or the longest span there is.
    @inlinable
    public static func microseconds(_ n: UInt64) -> Nanoseconds {
        .init(n.multipliedClamped(by: 1_000))
    }
    /// So many milliseconds, or the longest span there is.
    @inlinable
    public static func milliseconds(_ n: UInt64) -> Nanoseconds {
        .init(n.multipliedClamped(by: 1_000_000))
    }
    /// So many seconds, or the longest span there is.
    @inlinable
    public static func seconds(_ n: UInt64) -> Nanoseconds {
        .init(n.multipliedClamped(by: 1_000_000_000))
    }
    /// So many minutes, or the longest span there is.
    @inlinable
    public static func minutes(_ n: UInt64) -> Nanoseconds { .seconds(n.multipliedClamped(by: 60)) }

    @inlinable
    public static func < (a: Nanoseconds, b: Nanoseconds) -> Bool { a.count < b.count }
    /// The sum, or the longest span there is.
    @inlinable
    public static func + (a: Nanoseconds, b: Nanoseconds) -> Nanoseconds {
        .init(a.count.addingClamped(b.count))
    }

    /// The span in seconds, as a fraction.
    @inlinable
    public var seconds: Double { Double(count) / 1e9 }
    /// The span in milliseconds, as a fraction.
    @inlinable
    public var milliseconds: Double { Double(count) / 1e6 }
}

/// A point in civil time, in nanoseconds since 1970-01-01 UTC (CLOCK_REALTIME).
public struct WallTime: Comparable, Hashable, Sendable {
    public var nanoseconds: UInt64

    @inlinable
    public init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    @inlinable
    public static func < (a: WallTime, b: WallTime) -> Bool { a.nanoseconds < b.nanoseconds }

    /// The time from `earlier` to this one; none where the clock has been set back since.
    public func since(_ earlier: WallTime) -> Nanoseconds {
        Nanoseconds(nanoseconds.subtractingClamped(earlier.nanoseconds))
    }
}
