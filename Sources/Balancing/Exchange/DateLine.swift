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
            text = Self.write(CivilTime(second))
        }
        return text
    }

    private static func write(_ time: CivilTime) -> InlineText {
        var text = InlineText()
        text.append("Date: ")
        text.append(time.weekdayName)
        text.append(", ")
        text.append(two: time.day)
        text.append(Ascii.space)
        text.append(time.monthName)
        text.append(Ascii.space)
        text.append(four: time.year)
        text.append(Ascii.space)
        text.append(two: time.hour)
        text.append(Ascii.colon)
        text.append(two: time.minute)
        text.append(Ascii.colon)
        text.append(two: time.second)
        text.append(" GMT\r\n")
        return text
    }
}
