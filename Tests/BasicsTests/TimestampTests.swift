import TestSupport
import Testing

@testable import Basics

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
        #expect(Examples.now.timestamp == "2026-11-20T09:08:58.123456Z")
        #expect(spelt(Examples.now.nanoseconds) == "2026-11-20T09:08:58.123456Z")
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
}
