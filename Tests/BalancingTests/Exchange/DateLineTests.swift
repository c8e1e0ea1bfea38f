import Basics
import Testing

@testable import Balancing

/// The Date line against a calendar that goes day by day.
@Suite struct DateLineTests {
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let second: UInt64 = 1_000_000_000

    private func length(ofMonth month: Int, _ year: Int) -> Int {
        if month == 1 {
            return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        }
        return [3, 5, 8, 10].contains(month) ? 30 : 31
    }

    private func text(_ line: InlineText) -> String { Utf8.string(line.bytes) }

    @Test func `the date of a known second is right`() {
        var line = DateLine(wallOffset: 0)
        // The example of RFC 9110 §5.6.7.
        let now = Instant(nanoseconds: 784_111_777 * Self.second)
        #expect(text(line.line(now)) == "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n")
    }

    @Test func `at the turn of every month until 2110 it is right, the second before and at it`() {
        var line = DateLine(wallOffset: 0)
        var day = 0
        for year in 1970..<2110 {
            for month in 0..<12 {
                let length = length(ofMonth: month, year)
                for (day, date, time) in [
                    (day, "01", "00:00:00"), (day + length - 1, "\(length)", "23:59:59"),
                ] {
                    let seconds = UInt64(day) * 86400 + (time == "00:00:00" ? 0 : 86399)
                    let expected =
                        "Date: \(Self.weekdays[day % 7]), \(date) \(Self.months[month]) "
                        + "\(year) \(time) GMT\r\n"
                    let now = Instant(nanoseconds: seconds &* Self.second)
                    #expect(text(line.line(now)) == expected)
                }
                day += length
            }
        }
    }

    @Test func `it changes with the second of the wall clock, not with ours`() {
        // Ours began 0.3 s before a second's turn.
        let start = 1_700_000_000 * Self.second + 700_000_000
        var line = DateLine(wallOffset: start)
        for (nanoseconds, expected) in [
            (0, "20"), (299_999_999, "20"), (300_000_000, "21"), (300_000_001, "21"),
            (1_299_999_999, "21"), (1_300_000_000, "22"), (40_300_000_000, "01"),
        ] as [(UInt64, String)] {
            let text = text(line.line(Instant(nanoseconds: nanoseconds)))
            #expect(text.hasSuffix(":\(expected) GMT\r\n"), "\(nanoseconds)")
        }
    }

    @Test func `of one second it is the same line, however often it is asked for`() {
        var line = DateLine(wallOffset: 0)
        let now = Instant(nanoseconds: 1_709_164_800 * Self.second)
        let first = text(line.line(now))
        for step in 0..<100 as Range<UInt64> {
            #expect(text(line.line(now + .milliseconds(step * 9))) == first)
        }
        // A clock that is asked for an earlier moment is believed.
        #expect(text(line.line(now)) == first)
        let before = Instant(nanoseconds: now.nanoseconds - 1)
        #expect(text(line.line(before)) == "Date: Wed, 28 Feb 2024 23:59:59 GMT\r\n")
    }
}
