import Basics

/// A point in time as people type it after `--since` and `--until`.
///
/// `90s`, `10m`, `2h`, `3d` and `1h30m` are so long ago. `2026-11-20T09:15:00Z` is RFC 3339, and a
/// date may stand alone or have its time cut short. `09:15` and `09:15:30` are the last time that
/// the clock showed this. All are UTC, like the times that the log shows, unless an offset says
/// otherwise.
public enum HumanTime {
    /// The point in time that `text` means at `now`; `nil` when it means none.
    public static func parse(_ text: String, now: WallTime) -> WallTime? {
        if let ago = span(text) {
            return WallTime(nanoseconds: now.nanoseconds - min(ago.count, now.nanoseconds))
        }
        if let time = TimestampReader.parse(text.utf8.span) { return time }
        switch text.utf8.count {
        case 5: return clock(text + ":00", now: now)
        case 8: return clock(text, now: now)
        case 10: return TimestampReader.parse((text + "T00:00:00Z").utf8.span)
        case 16: return TimestampReader.parse((text + ":00Z").utf8.span)
        case 17: return shortened(text)
        case 19: return TimestampReader.parse((text + "Z").utf8.span)
        default: return nil
        }
    }

    /// The span that `text` spells as numbers with units (`ms`, `s`, `m`, `h`, `d`), each unit
    /// smaller than the one before; `nil` when it spells none or one beyond a hundred years.
    public static func span(_ text: String) -> Nanoseconds? {
        let octets = text.utf8.span
        var total: UInt64 = 0
        var previous = UInt64.max
        var index = 0
        if octets.isEmpty { return nil }
        while index < octets.count {
            var value: UInt64 = 0
            let first = index
            while index < octets.count, octets[index] >= Ascii.zero, octets[index] <= Ascii.nine {
                if index - first == 12 { return nil }
                value = value * 10 + UInt64(octets[index] - Ascii.zero)
                index += 1
            }
            guard index > first, let (unit, width) = unit(octets, at: index), unit < previous else {
                return nil
            }
            let (product, overflow) = value.multipliedReportingOverflow(by: unit)
            if overflow || product > 3_155_760_000_000_000_000 { return nil }
            total += product
            previous = unit
            index += width
            if total > 3_155_760_000_000_000_000 { return nil }
        }
        return Nanoseconds(total)
    }

    private static func unit(_ octets: Span<UInt8>, at index: Int) -> (UInt64, width: Int)? {
        guard index < octets.count else { return nil }
        switch octets[index] {
        case 0x6D:
            if index + 1 < octets.count, octets[index + 1] == 0x73 { return (1_000_000, 2) }
            return (60_000_000_000, 1)
        case 0x73: return (1_000_000_000, 1)
        case 0x68: return (3_600_000_000_000, 1)
        case 0x64: return (86_400_000_000_000, 1)
        default: return nil
        }
    }

    /// The last time that the clock showed `text`, today or yesterday.
    private static func clock(_ text: String, now: WallTime) -> WallTime? {
        let day: UInt64 = 86_400_000_000_000
        guard let sinceMidnight = TimestampReader.parse("1970-01-01T\(text)Z".utf8.span) else {
            return nil
        }
        let today = now.nanoseconds / day * day + sinceMidnight.nanoseconds
        if today <= now.nanoseconds { return WallTime(nanoseconds: today) }
        return today >= day ? WallTime(nanoseconds: today - day) : nil
    }

    /// A date and time without its seconds, but with its `Z`.
    private static func shortened(_ text: String) -> WallTime? {
        guard text.hasSuffix("Z") else { return nil }
        return TimestampReader.parse((text.dropLast() + ":00Z").utf8.span)
    }
}
