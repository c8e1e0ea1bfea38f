import Basics
import Kernel

/// Makes an identifier for each request: a ULID, 26 characters that sort by time.
///
/// Ten characters of milliseconds since 1970, sixteen that are random at first and then counted on,
/// so that no two of a worker are the same.
struct RequestIdentity {
    private var high: UInt64
    private var low: UInt64
    private var millisecond: UInt64 = .max
    private var template = InlineText()
    /// What the wall clock is ahead of the monotonic one.
    private let wallOffset: UInt64

    init(now: Instant) {
        high = Randomness.word() & 0xFFFF
        low = Randomness.word()
        wallOffset = Clock.wallTime().nanoseconds &- now.nanoseconds
    }

    mutating func next(_ now: Instant) -> InlineText {
        let time = (now.nanoseconds &+ wallOffset) / 1_000_000
        if time != millisecond {
            millisecond = time
            template = InlineText()
            for shift in stride(from: UInt64(45), through: 0, by: -5) {
                template.append(Self.character(time >> shift))
            }
        }
        low &+= 1
        if low == 0 { high &+= 1 }
        var text = template
        // 80 bits, five at a time: the upper 16 and one of the lower word, then the other 60 and 3.
        for shift in [11, 6, 1] as [UInt64] { text.append(Self.character(high >> shift)) }
        text.append(Self.character((high & 1) << 4 | low >> 60))
        for shift in stride(from: UInt64(55), through: 0, by: -5) {
            text.append(Self.character(low >> shift))
        }
        return text
    }

    /// Crockford's base 32: digits and letters without I, L, O, U.
    @inline(__always)
    private static func character(_ bits: UInt64) -> UInt8 {
        let value = UInt8(truncatingIfNeeded: bits & 31)
        if value < 10 { return 48 &+ value }
        var letter = 55 &+ value
        if value > 17 { letter &+= 1 }
        if value > 19 { letter &+= 1 }
        if value > 21 { letter &+= 1 }
        if value > 26 { letter &+= 1 }
        return letter
    }
}
