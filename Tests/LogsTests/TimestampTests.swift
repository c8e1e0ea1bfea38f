import Basics
import TestSupport
import Testing

@testable import Logs

@Suite struct TimestampTests {
    private func spelt(_ nanoseconds: UInt64) -> String {
        var queue = ByteQueue(capacity: 64)
        var writer = TimestampWriter()
        writer.append(WallTime(nanoseconds: nanoseconds), to: &queue)
        return text(queue)
    }

    @Test func `known seconds are spelt as the calendar has them`() {
        #expect(spelt(0) == "1970-01-01T00:00:00.000000Z")
        #expect(spelt(951_782_399_999_999_999) == "2000-02-28T23:59:59.999999Z")
        #expect(spelt(951_782_400_000_000_000) == "2000-02-29T00:00:00.000000Z")
        #expect(spelt(1_709_251_199_000_001_000) == "2024-02-29T23:59:59.000001Z")
        #expect(spelt(4_107_542_400_000_000_000) == "2100-03-01T00:00:00.000000Z")
        #expect(spelt(example.nanoseconds) == "2026-11-20T09:08:58.123456Z")
    }

    @Test func `each day for four centuries is the day after the one before`() {
        var previous = CivilTime(second: 0)
        for day in 1..<UInt64(146_097 + 365) {
            let civil = CivilTime(second: day * 86_400 + day % 86_400)
            #expect(civil.secondsSince1970 == day * 86_400 + day % 86_400)
            let follows =
                civil.day == previous.day + 1 && civil.month == previous.month
                || civil.day == 1 && civil.month == previous.month + 1
                || civil.day == 1 && civil.month == 1 && previous.month == 12
            #expect(follows)
            previous = civil
        }
    }

    @Test func `one writer spells times of changing seconds right`() {
        var writer = TimestampWriter()
        for nanoseconds: UInt64 in [5_000_001_000, 5_999_999_999, 6_000_000_000, 5_500_000_000] {
            var queue = ByteQueue(capacity: 64)
            writer.append(WallTime(nanoseconds: nanoseconds), to: &queue)
            #expect(text(queue) == spelt(nanoseconds))
        }
    }

    static let now = "2026-11-20T09:08:58Z"

    @Test(arguments: [
        ("10s", "2026-11-20T09:08:48Z"), ("5m", "2026-11-20T09:03:58Z"),
        ("2h", "2026-11-20T07:08:58Z"), ("1d", "2026-11-19T09:08:58Z"),
        ("1h30m", "2026-11-20T07:38:58Z"), ("500ms", "2026-11-20T09:08:57.5Z"),
        ("0s", "2026-11-20T09:08:58Z"), ("09:05", "2026-11-20T09:05:00Z"),
        ("09:08:58", "2026-11-20T09:08:58Z"), ("09:15", "2026-11-19T09:15:00Z"),
        ("2026-11-20", "2026-11-20T00:00:00Z"), ("2026-11-20T08:15", "2026-11-20T08:15:00Z"),
        ("2026-11-20T08:15Z", "2026-11-20T08:15:00Z"),
        ("2026-11-20 08:15:01", "2026-11-20T08:15:01Z"),
        ("2026-11-20T08:15:01+02:00", "2026-11-20T06:15:01Z"),
        ("2026-11-20T08:15:01.25-00:30", "2026-11-20T08:45:01.25Z"),
        ("2026-11-20t08:15:01z", "2026-11-20T08:15:01Z"),
    ])
    func `people may say when in their own words`(word: String, meaning: String) throws {
        let now = try #require(time(Self.now))
        let expected = try #require(time(meaning))
        #expect(HumanTime.parse(word, now: now) == expected)
    }

    @Test(arguments: [
        "", "s", "10", "5x", "5m5m", "5s2h", "-5s", "25:00", "9:15", "12:60", "2026-02-29",
        "2026-11-20T08:15:01+0200", "2026-11-20T08:15:01.Z", "yesterday",
        "2026-11-20T08:15:01Z ", "99999999999999d", "12345678", "1969-12-31",
    ])
    func `other words mean no time`(word: String) throws {
        let now = try #require(time(Self.now))
        #expect(HumanTime.parse(word, now: now) == nil)
    }
}
