/// 128 bits as 26 characters of Crockford's base 32: digits and letters without I, L, O, U.
///
/// A request's identifier is one, and its bits are the trace-id of a `traceparent`: one identity in
/// two spellings.
public struct ULID: Equatable, Sendable {
    public var bits: UInt128

    /// How many characters there are.
    public static let length = 26

    public init(bits: UInt128) { self.bits = bits }

    /// What a text spells, in capitals; `nil` where it is no such identifier.
    public init?(_ text: Span<UInt8>) {
        guard text.count == Self.length else { return nil }
        var bits: UInt128 = 0
        for index in text.indices {
            guard let value = Self.value(text[index]) else { return nil }
            // The first character has three bits: two of 130 are too many.
            if index == 0 && value > 7 { return nil }
            bits = bits << 5 | UInt128(value)
        }
        self.bits = bits
    }

    /// What 32 lower-case hexadecimal digits spell, which is how a trace-id is written.
    public init?(hexadecimal text: Span<UInt8>) {
        guard text.count == 32, let high = Hexadecimal.word(text, 0..<16),
            let low = Hexadecimal.word(text, 16..<32)
        else { return nil }
        bits = UInt128(high) << 64 | UInt128(low)
    }

    /// As it is written.
    public var text: InlineText {
        var text = InlineText()
        var shift = 125
        while shift >= 0 {
            text.append(Self.character(UInt64(truncatingIfNeeded: bits >> UInt128(shift))))
            shift -= 5
        }
        return text
    }

    /// The trace-id, 32 hexadecimal digits.
    public var hexadecimal: InlineText {
        var queue = ByteQueue(capacity: 32)
        Hexadecimal.append(UInt64(truncatingIfNeeded: bits >> 64), to: &queue)
        Hexadecimal.append(UInt64(truncatingIfNeeded: bits), to: &queue)
        return InlineText(queue.bytes)
    }

    /// The character for the lowest five bits.
    @inlinable @inline(__always)
    public static func character(_ bits: UInt64) -> UInt8 {
        let value = UInt8(truncatingIfNeeded: bits & 31)
        if value < 10 { return 48 &+ value }
        var letter = 55 &+ value
        if value > 17 { letter &+= 1 }
        if value > 19 { letter &+= 1 }
        if value > 21 { letter &+= 1 }
        if value > 26 { letter &+= 1 }
        return letter
    }

    private static func value(_ character: UInt8) -> UInt8? {
        switch character {
        case Ascii.zero...Ascii.nine: character - Ascii.zero
        case 0x41...0x48: character - 0x41 + 10
        case 0x4A, 0x4B: character - 0x4A + 18
        case 0x4D, 0x4E: character - 0x4D + 20
        case 0x50...0x54: character - 0x50 + 22
        case 0x56...0x5A: character - 0x56 + 27
        default: nil
        }
    }
}

/// Words as sixteen lower-case hexadecimal digits.
public enum Hexadecimal {
    /// The word that sixteen digits in `range` spell; `nil` where they are not digits, or capitals.
    @inlinable
    public static func word(_ text: Span<UInt8>, _ range: Range<Int>) -> UInt64? {
        var word: UInt64 = 0
        for index in range {
            let byte = text[index]
            let value: UInt8
            switch byte {
            case 0x30...0x39: value = byte &- 0x30
            case 0x61...0x66: value = byte &- 0x57
            default: return nil
            }
            word = word << 4 | UInt64(value)
        }
        return word
    }

    /// Appends the digits of a word, all sixteen.
    @inlinable
    public static func append(_ word: UInt64, to queue: inout ByteQueue) {
        queue.append(littleEndian: digits(UInt32(truncatingIfNeeded: word >> 32)))
        queue.append(littleEndian: digits(UInt32(truncatingIfNeeded: word)))
    }

    /// The eight digits of a half word, the first in the lowest byte.
    @inlinable
    static func digits(_ half: UInt32) -> UInt64 {
        // Each half byte in a byte of its own, the highest first.
        var spread = UInt64(half.byteSwapped)
        spread = (spread | spread << 16) & 0x0000_FFFF_0000_FFFF
        spread = (spread | spread << 8) & 0x00FF_00FF_00FF_00FF
        spread = (spread >> 4 & 0x000F_000F_000F_000F) | (spread << 8 & 0x0F00_0F00_0F00_0F00)
        // Those above nine are letters, which begin 39 behind where a digit ten would be.
        let isLetter = (spread &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
        return spread &+ 0x3030_3030_3030_3030 &+ isLetter &* 39
    }
}
