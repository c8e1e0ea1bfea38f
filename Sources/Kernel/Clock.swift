import Basics
import CLinux
import Glibc

/// The kernel's clocks, clock_gettime(2).
public enum Clock {
    /// CLOCK_MONOTONIC.
    @inlinable
    public static func now() -> Instant { Instant(nanoseconds: clinux_clock(CLOCK_MONOTONIC)) }

    /// CLOCK_REALTIME.
    @inlinable
    public static func wallTime() -> WallTime {
        WallTime(nanoseconds: clinux_clock(CLOCK_REALTIME))
    }

    /// Seconds that local time is ahead of UTC at a second since 1970, localtime_r(3): by the
    /// variable TZ or /etc/localtime, and 0 where neither tells.
    public static func zoneOffset(atSecond second: UInt64) -> Int {
        Int(clinux_zone_offset(Int64(clamping: second)))
    }
}

/// Bytes that can't be foretold, getrandom(2).
public enum Randomness {
    /// Sixty-four random bits.
    public static func word() -> UInt64 {
        var word: UInt64 = 0
        let count = unsafe clinux_random(&word, 8)
        invariant(count == 8, "the kernel gave no random bytes")
        return word
    }

    /// A random number from 0 up to 1.
    public static func chance() -> Double { Double(word() >> 11) / Double(1 << 53 as UInt64) }
}
