/// What reads timestamps as RFC 3339 §5.6 spells them.
public enum TimestampReader {
    /// The time that the first 27 bytes spell, exactly as `TimestampWriter` writes them.
    public static func parse(exact text: Span<UInt8>) -> WallTime? {
        guard text.count >= TimestampWriter.width else { return nil }
        guard text[10] == 0x54, text[19] == 0x2E, text[26] == 0x5A else { return nil }
        guard let second = civilSecond(text), let fraction = number(text, 20, 6) else { return nil }
        return WallTime(nanoseconds: second * 1_000_000_000 + UInt64(fraction) * 1_000)
    }

    /// The time that all of `text` spells: any fraction of a second or none, `Z` or an offset.
    public static func parse(_ text: Span<UInt8>) -> WallTime? {
        guard text.count >= 20, text[10] | 0x20 == 0x74 || text[10] == Ascii.space else {
            return nil
        }
        guard let second = civilSecond(text) else { return nil }
        var index = 19
        var fraction: UInt64 = 0
        if text[index] == 0x2E {
            index += 1
            let first = index
            var unit: UInt64 = 100_000_000
            while index < text.count, let digit = digit(text[index]) {
                fraction += UInt64(digit) * unit
                unit /= 10
                index += 1
            }
            if index == first { return nil }
        }
        guard let offset = offset(text, index) else { return nil }
        let local = Int64(second)
        guard local >= offset else { return nil }
        return WallTime(nanoseconds: UInt64(local - offset) * 1_000_000_000 + fraction)
    }

    /// The seconds that the zone at `index`, which must be the last thing, is ahead of UTC.
    private static func offset(_ text: Span<UInt8>, _ index: Int) -> Int64? {
        guard index < text.count else { return nil }
        if text[index] | 0x20 == 0x7A { return index + 1 == text.count ? 0 : nil }
        guard text[index] == 0x2B || text[index] == 0x2D, index + 6 == text.count else {
            return nil
        }
        guard text[index + 3] == Ascii.colon, let hours = number(text, index + 1, 2),
            let minutes = number(text, index + 4, 2), hours < 24, minutes < 60
        else { return nil }
        let seconds = Int64(hours * 3_600 + minutes * 60)
        return text[index] == 0x2B ? seconds : -seconds
    }

    /// The second that the first 19 bytes spell, whatever stands between date and time.
    private static func civilSecond(_ text: Span<UInt8>) -> UInt64? {
        guard text[4] == 0x2D, text[7] == 0x2D, text[13] == Ascii.colon, text[16] == Ascii.colon,
            let year = number(text, 0, 4), let month = number(text, 5, 2),
            let day = number(text, 8, 2), let hour = number(text, 11, 2),
            let minute = number(text, 14, 2), let second = number(text, 17, 2),
            let civil = CivilTime(
                year: year, month: month, day: day, hour: hour, minute: minute, second: second)
        else { return nil }
        return civil.secondsSince1970
    }

    private static func number(_ text: Span<UInt8>, _ start: Int, _ count: Int) -> Int? {
        var value = 0
        for index in start..<start + count {
            guard let digit = digit(text[index]) else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    private static func digit(_ byte: UInt8) -> Int? {
        byte >= Ascii.zero && byte <= Ascii.nine ? Int(byte - Ascii.zero) : nil
    }
}
