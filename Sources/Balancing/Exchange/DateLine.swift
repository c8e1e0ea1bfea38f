import Basics

/// The Date line of the present second (RFC 9110 §6.6.1), made once a second.
struct DateLine {
    private var second: UInt64 = .max
    private var text = InlineText()
    private let wallOffset: UInt64

    init(wallOffset: UInt64) { self.wallOffset = wallOffset }

    /// `Date: Sat, 21 Nov 2026 08:00:00 GMT` with its line end.
    mutating func line(_ now: Instant) -> InlineText {
        let second = (now.nanoseconds &+ wallOffset) / 1_000_000_000
        if second != self.second {
            self.second = second
            text = Self.write(second)
        }
        return text
    }

    private static func write(_ second: UInt64) -> InlineText {
        let days = Int(second / 86400)
        // Howard Hinnant's civil_from_days: years begin in March, so that the leap day is the last.
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        let names = "JanFebMarAprMayJunJulAugSepOctNovDec"
        // 1970-01-01 was a Thursday.
        let weekdays = "ThuFriSatSunMonTueWed"
        var text = InlineText()
        append("Date: ", to: &text)
        append(three(weekdays, days % 7), to: &text)
        append(", \(two(day)) ", to: &text)
        append(three(names, month - 1), to: &text)
        let rest = Int(second % 86400)
        append(" \(year) \(two(rest / 3600)):\(two(rest / 60 % 60)):\(two(rest % 60))", to: &text)
        append(" GMT\r\n", to: &text)
        return text
    }

    private static func append(_ more: String, to text: inout InlineText) {
        text.append(more.utf8.span)
    }

    private static func three(_ names: String, _ index: Int) -> String {
        String(names.dropFirst(index * 3).prefix(3))
    }

    private static func two(_ number: Int) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }
}
