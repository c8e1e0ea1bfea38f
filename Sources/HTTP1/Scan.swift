import Basics

/// Finds where a run of octets of one class ends, eight octets at a time.
///
/// Tables would need a pointer; arithmetic on whole words needs one load that the compiler cannot
/// check, and its bounds are checked here.
enum Scan {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highs: UInt64 = 0x8080_8080_8080_8080
    private static let lows: UInt64 = 0x7F7F_7F7F_7F7F_7F7F

    /// Eight octets from `offset` on, the first in the lowest bits.
    @inline(__always)
    static func word(_ bytes: Span<UInt8>, _ offset: Int) -> UInt64 {
        invariant(offset >= 0 && offset <= bytes.count &- 8, "eight octets are not there")
        let raw = unsafe bytes.bytes.unsafeLoadUnaligned(
            fromUncheckedByteOffset: offset, as: UInt64.self)
        return UInt64(littleEndian: raw)
    }

    /// The offset of the first octet that may not be in a field value (RFC 9110 §5.5):
    /// a control character other than a tab. The end of `bytes` where there is none.
    @inline(__always)
    static func valueEnd(_ bytes: Span<UInt8>, from start: Int) -> Int {
        let n = bytes.count
        var i = start
        while i <= n &- 8 {
            let w = word(bytes, i)
            // The lowest flag of each test is exact; a borrow only reaches the octets above it.
            let controls = (w &- ones &* 0x20) & ~w
            let deletes = w ^ lows
            let found = (controls | ((deletes &- ones) & ~deletes)) & highs
            if found == 0 {
                i &+= 8
                continue
            }
            i &+= found.trailingZeroBitCount >> 3
            if bytes[i] != Ascii.tab { return i }
            i &+= 1
        }
        while i < n {
            let byte = bytes[i]
            if (byte < 0x20 && byte != Ascii.tab) || byte == Ascii.delete { return i }
            i &+= 1
        }
        return n
    }

    /// The offset of the first octet that may not be in a token (RFC 9110 §5.6.2), or the end.
    @inline(__always)
    static func tokenEnd(_ bytes: Span<UInt8>, from start: Int) -> Int {
        let n = bytes.count
        var i = start
        while i < n {
            if i <= n &- 8 {
                // Letters and dashes are nearly all there is in names; others are looked up below.
                let w = word(bytes, i)
                let seven = (w | ones &* 0x20) & lows
                let letter = (seven &+ ones &* 0x1F) & ~(seven &+ ones &* 0x05)
                let dash = ~(((w ^ ones &* 0x2D) & lows) &+ lows)
                let others = ~((letter | dash) & ~w) & highs
                if others == 0 {
                    i &+= 8
                    continue
                }
                i &+= others.trailingZeroBitCount >> 3
            }
            if !isToken(bytes[i]) { return i }
            i &+= 1
        }
        return n
    }

    /// The offset of the first octet that is not visible ASCII, or is `#` or a backslash;
    /// or the end.
    @inline(__always)
    static func targetEnd(_ bytes: Span<UInt8>, from start: Int) -> Int {
        let n = bytes.count
        var i = start
        while i <= n &- 8 {
            let w = word(bytes, i)
            let seven = w & lows
            // 0x21 to 0x7E without the high bit; then the number sign and the backslash.
            let visible = (seven &+ ones &* 0x5F) & ~(seven &+ ones) & ~w
            let hash = ~(((w ^ ones &* 0x23) & lows) &+ lows)
            let backslash = ~(((w ^ ones &* 0x5C) & lows) &+ lows)
            let found = (~visible | hash | backslash) & highs
            if found != 0 { return i &+ found.trailingZeroBitCount >> 3 }
            i &+= 8
        }
        while i < n {
            let byte = bytes[i]
            if byte < 0x21 || byte > 0x7E || byte == 0x23 || byte == 0x5C { return i }
            i &+= 1
        }
        return n
    }

    /// Whether a token at `range`, whose length is known to be right, is the name whose first and
    /// last eight octets are these, in lower case and the first in the lowest bits.
    ///
    /// Setting a bit makes letters small; no other octet of a token or a value becomes a letter or
    /// a dash by it. Names of up to eight octets have one word, twice.
    @inline(__always)
    static func isName(
        _ bytes: Span<UInt8>, _ range: Range<Int>, head: UInt64, tail: UInt64
    ) -> Bool {
        let start = range.lowerBound
        let small = ones &* 0x20
        if range.count > 8 {
            return word(bytes, start) | small == head
                && word(bytes, range.upperBound &- 8) | small == tail
        }
        if start > bytes.count &- 8 {
            for offset in 0..<range.count {
                let octet = UInt8(truncatingIfNeeded: head >> UInt64(8 &* offset))
                if Ascii.lowered(bytes[start &+ offset]) != octet { return false }
            }
            return true
        }
        let mask = UInt64.max >> UInt64(64 &- 8 &* range.count)
        return (word(bytes, start) | small) & mask == head
    }

    /// Whether `byte` is a tchar (RFC 9110 §5.6.2): ``!#$%&'*+-.^_`|~``, digits and letters.
    @inline(__always)
    static func isToken(_ byte: UInt8) -> Bool {
        has(byte, low: 0x03FF_6CFA_0000_0000, high: 0x57FF_FFFF_C7FF_FFFE)
    }

    /// Whether the bit of `byte` is set in one of two masks: 0 to 63, 64 to 127.
    @inline(__always)
    static func has(_ byte: UInt8, low: UInt64, high: UInt64) -> Bool {
        let mask = byte < 64 ? low : high
        return byte < 128 && (mask >> UInt64(byte & 63)) & 1 == 1
    }

    /// The range without spaces and tabs around it.
    @inline(__always)
    static func trimmed(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Range<Int> {
        var lower = start
        var upper = end
        while lower < upper && isBlank(bytes[lower]) { lower &+= 1 }
        while lower < upper && isBlank(bytes[upper &- 1]) { upper &-= 1 }
        return lower..<upper
    }

    /// Whether `byte` is a space or a tab.
    @inline(__always)
    static func isBlank(_ byte: UInt8) -> Bool {
        byte == Ascii.space || byte == Ascii.tab
    }

    /// Whether `byte` is a decimal digit.
    @inline(__always)
    static func isDigit(_ byte: UInt8) -> Bool {
        byte &- Ascii.zero < 10
    }
}
