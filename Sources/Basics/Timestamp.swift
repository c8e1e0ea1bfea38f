/// The spelling of a point in time as `2026-11-20T09:08:58.123456Z` (RFC 3339, UTC), and back.
///
/// Formatting remembers what it spelt last: records of one turn share their time, and most others
/// their second.
public struct TimestampWriter: Sendable {
    /// How many bytes a timestamp has.
    public static let width = 27

    private var text: [27 of UInt8] = .init(repeating: Ascii.zero)
    private var second: UInt64 = .max
    private var last: WallTime?

    public init() {}

    /// Appends the timestamp of `time`, cut to microseconds.
    public mutating func append(_ time: WallTime, to queue: inout ByteQueue) {
        if time != last { spell(time) }
        queue.append(text.span)
    }

    private mutating func spell(_ time: WallTime) {
        last = time
        let second = time.nanoseconds / 1_000_000_000
        if second != self.second { spell(second: second) }
        var rest = UInt32(truncatingIfNeeded: time.nanoseconds % 1_000_000_000 / 1_000)
        for place in 0..<6 {
            text[25 - place] = Ascii.zero + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
    }

    private mutating func spell(second: UInt64) {
        self.second = second
        let civil = CivilTime(second: second)
        put(civil.year, at: 0, digits: 4)
        put(civil.month, at: 5, digits: 2)
        put(civil.day, at: 8, digits: 2)
        put(civil.hour, at: 11, digits: 2)
        put(civil.minute, at: 14, digits: 2)
        put(civil.second, at: 17, digits: 2)
        text[4] = 0x2D
        text[7] = 0x2D
        text[10] = 0x54
        text[13] = Ascii.colon
        text[16] = Ascii.colon
        text[19] = 0x2E
        text[26] = 0x5A
    }

    private mutating func put(_ value: Int, at place: Int, digits: Int) {
        var rest = value
        for index in stride(from: place + digits - 1, through: place, by: -1) {
            text[index] = Ascii.zero + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
    }
}

/// A second of the proleptic Gregorian calendar in UTC.
public struct CivilTime: Equatable, Sendable {
    public var year: Int
    public var month: Int
    public var day: Int
    public var hour: Int
    public var minute: Int
    public var second: Int

    /// The calendar's view of a number of seconds since 1970-01-01.
    public init(second: UInt64) {
        // Years are counted from March, so that the leap day comes last; 719468 days lie between
        // 0000-03-01 and 1970-01-01, and 146097 in the 400 years after which all repeats.
        let days = Int(second / 86_400) + 719_468
        let era = days / 146_097
        let dayOfEra = days % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shifted + 2) / 5 + 1
        month = shifted < 10 ? shifted + 3 : shifted - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        hour = Int(second % 86_400 / 3_600)
        self.minute = Int(second % 3_600 / 60)
        self.second = Int(second % 60)
    }

    /// A date and a time of day; `nil` when the calendar does not have them, and outside of 1970 to
    /// 2553. A leap second counts as the one before it.
    public init?(year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int) {
        // WallTime can't hold what lies beyond the year 2554.
        guard (1970...2553).contains(year), (1...12).contains(month), day >= 1 else { return nil }
        guard (0...23).contains(hour), (0...59).contains(minute), (0...60).contains(second) else {
            return nil
        }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths: [12 of Int] = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard day <= lengths[month - 1] else { return nil }
        self.year = year
        self.month = month
        self.day = day
        self.hour = hour
        self.minute = minute
        self.second = min(second, 59)
    }

    /// Seconds since 1970-01-01.
    public var secondsSince1970: UInt64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = shiftedYear / 400
        let yearOfEra = shiftedYear % 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let days = era * 146_097 + dayOfEra - 719_468
        return UInt64(days * 86_400 + hour * 3_600 + minute * 60 + second)
    }
}

extension WallTime {
    /// The point in time as `2026-11-20T09:08:58.123456Z`.
    public var timestamp: String {
        var queue = ByteQueue(capacity: 32)
        var writer = TimestampWriter()
        writer.append(self, to: &queue)
        return Utf8.string(queue.bytes)
    }
}
