import Basics
import Testing

@testable import Balancing

@Suite struct LogTimeTests {
    private func text(_ time: inout LogTime, _ nanoseconds: UInt64) -> String {
        var queue = ByteQueue(capacity: 64)
        time.append(Instant(nanoseconds: nanoseconds), to: &queue)
        return Utf8.string(queue.bytes)
    }

    @Test(
        arguments: [
            (0, "01/Jan/1970:00:00:00", "1970-01-01T00:00:00.000000Z"),
            (951_782_399_999_999_999, "28/Feb/2000:23:59:59", "2000-02-28T23:59:59.999999Z"),
            (951_782_400_000_001_000, "29/Feb/2000:00:00:00", "2000-02-29T00:00:00.000001Z"),
            (1_795_889_473_123_456_789, "28/Nov/2026:18:11:13", "2026-11-28T18:11:13.123456Z"),
            (4_102_444_799_000_000_000, "31/Dec/2099:23:59:59", "2099-12-31T23:59:59.000000Z"),
        ] as [(UInt64, String, String)])
    func `a moment is written as both forms have it`(
        _ time: UInt64, _ combined: String, _ standard: String
    ) {
        for offset in [0, min(time, 1_000_000_007)] {
            var one = LogTime(.combined, wallOffset: offset)
            #expect(text(&one, time - offset) == "[\(combined) +0000]")
            var other = LogTime(.standard, wallOffset: offset)
            #expect(text(&other, time - offset) == standard)
        }
    }

    @Test func `the second that is kept is that of the moment, also of one that lies before`() {
        var time = LogTime(.combined, wallOffset: 0)
        var fresh: [String] = []
        var kept: [String] = []
        for step in [0, 999_999_999, 1_000_000_000, 999_999_999, 59_000_000_000, 60_000_000_000, 0]
            as [UInt64]
        {
            var other = LogTime(.combined, wallOffset: 0)
            fresh.append(text(&other, step))
            kept.append(text(&time, step))
        }
        #expect(kept == fresh)
    }

    @Test func `every month has its name, and every day of the week`() {
        let months = (0..<12).map { "\(CivilTime(UInt64($0) * 31 * 86400).monthName)" }
        #expect(
            months == [
                "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
            ])
        let days = (0..<8).map { "\(CivilTime(UInt64($0) * 86400).weekdayName)" }
        #expect(days == ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed", "Thu"])
    }
}
