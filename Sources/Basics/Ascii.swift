/// Names for the octets that protocols are made of.
public enum Ascii {
    public static let tab: UInt8 = 0x09
    public static let lineFeed: UInt8 = 0x0A
    public static let carriageReturn: UInt8 = 0x0D
    public static let escape: UInt8 = 0x1B
    public static let space: UInt8 = 0x20
    public static let quote: UInt8 = 0x22
    public static let percent: UInt8 = 0x25
    public static let comma: UInt8 = 0x2C
    public static let slash: UInt8 = 0x2F
    public static let zero: UInt8 = 0x30
    public static let nine: UInt8 = 0x39
    public static let colon: UInt8 = 0x3A
    public static let semicolon: UInt8 = 0x3B
    public static let backslash: UInt8 = 0x5C
    public static let delete: UInt8 = 0x7F

    /// The digit for a value below sixteen.
    public static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? 0x30 + value : 0x57 + value
    }

    /// The lower-case form of an ASCII letter, any other octet as it is.
    @inlinable @inline(__always)
    public static func lowered(_ byte: UInt8) -> UInt8 {
        byte &- 0x41 < 26 ? byte | 0x20 : byte
    }

    /// Whether two runs of octets are the same but for the case of ASCII letters.
    @inlinable
    public static func equal(
        _ bytes: Span<UInt8>, _ range: Range<Int>, ignoringCase literal: StaticString
    ) -> Bool {
        if range.count != literal.utf8CodeUnitCount { return false }
        let text = unsafe literal.utf8Start
        for index in 0..<range.count {
            let other = unsafe text[index]
            if lowered(bytes[range.lowerBound &+ index]) != lowered(other) { return false }
        }
        return true
    }

    /// Whether two names are the same to a program that gets them as variables (RFC 3875 §4.1.18),
    /// where neither case nor dashes and underscores are told apart.
    @inlinable
    public static func equal(
        _ bytes: Span<UInt8>, _ range: Range<Int>, asVariable literal: StaticString
    ) -> Bool {
        if range.count != literal.utf8CodeUnitCount { return false }
        let text = unsafe literal.utf8Start
        for index in 0..<range.count {
            let byte = bytes[range.lowerBound &+ index]
            let other = unsafe text[index]
            if lowered(byte) != other && !(byte == 0x5F && other == 0x2D) { return false }
        }
        return true
    }
}
