import Basics
import TestSupport
import Testing

@testable import Logs

@Suite struct HumanTimeTests {
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
