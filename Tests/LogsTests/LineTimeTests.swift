import Basics
import TestSupport
import Testing

@testable import Logs

/// The times of lines.
@Suite struct LineTimeTests {
    /// 2026-10-25T00:59:58Z, two seconds before summer ends in Berlin.
    private static let autumn: UInt64 = 1_792_889_998

    private static let berlin: LineTime.Zone = { $0 < autumn + 2 ? 7_200 : 3_600 }

    private func text(
        _ time: inout LineTime, _ milliseconds: UInt64, colour: Bool = false
    ) -> String {
        var queue = ByteQueue(capacity: 64)
        let moment = WallTime(nanoseconds: milliseconds * 1_000_000 + 999_999)
        time.appendDay(of: moment, isColoured: colour, to: &queue)
        time.append(moment, isColoured: colour, to: &queue)
        return TestSupport.text(queue)
    }

    private func local(_ second: UInt64 = autumn, zone: @escaping LineTime.Zone) -> LineTime {
        LineTime(.local, now: WallTime(nanoseconds: second * 1_000_000_000), zone: zone)
    }

    @Test func `a local time has milliseconds, cut, and is dim where colours are on`() {
        var time = local(zone: Self.berlin)
        #expect(text(&time, Self.autumn * 1_000 + 7) == "02:59:58.007 ")
        #expect(
            text(&time, Self.autumn * 1_000 + 8, colour: true)
                == "\u{1B}[2m02:59:58.008\u{1B}[0m ")
        #expect(time.width == 13)
    }

    @Test func `where the clocks are changed, or the day is another, a line says so`() {
        var time = local(zone: Self.berlin)
        #expect(text(&time, Self.autumn * 1_000 + 1_999) == "02:59:59.999 ")
        #expect(
            text(&time, Self.autumn * 1_000 + 2_000)
                == "--- 2026-10-25, UTC+01:00 ---\n02:00:00.000 ")
        #expect(text(&time, Self.autumn * 1_000 + 2_001) == "02:00:00.001 ")
        #expect(
            text(&time, (Self.autumn + 86_400) * 1_000)
                == "--- 2026-10-26, UTC+01:00 ---\n01:59:58.000 ")
    }

    @Test func `zones west of Greenwich and with odd minutes are told right`() {
        var west = local(zone: { _ in -12_600 })
        #expect(text(&west, Self.autumn * 1_000) == "21:29:58.000 ")
        #expect(
            text(&west, (Self.autumn + 86_400) * 1_000)
                == "--- 2026-10-25, UTC-03:30 ---\n21:29:58.000 ")
    }

    @Test func `what comes a moment late does not step back, what comes after a set clock does`() {
        var time = local(zone: { _ in 0 })
        #expect(text(&time, Self.autumn * 1_000 + 1_500) == "00:59:59.500 ")
        #expect(text(&time, Self.autumn * 1_000 + 1_200) == "00:59:59.500 ")
        #expect(text(&time, Self.autumn * 1_000 + 1_501) == "00:59:59.501 ")
        #expect(text(&time, Self.autumn * 1_000 + 100) == "00:59:58.100 ")
    }

    @Test func `a zone is asked for once a minute`() {
        // A zone that is another at each question.
        let answers = Answers()
        var time = local(zone: { _ in answers.next() })
        for step in 0..<1_000 as Range<UInt64> {
            _ = text(&time, Self.autumn * 1_000 + 2_000 + step * 50)
        }
        #expect(answers.count == 2)
    }

    /// Counts how often it is asked.
    private final class Answers: @unchecked Sendable {
        private(set) var count = 0

        func next() -> Int {
            count += 1
            return 0
        }
    }

    @Test func `full times are as they are in a pipe, and none is none`() {
        var full = LineTime()
        #expect(text(&full, Self.autumn * 1_000 + 7) == "2026-10-25T00:59:58.007999Z ")
        var none = LineTime(.none, now: WallTime(nanoseconds: 0)) { _ in 0 }
        #expect(text(&none, Self.autumn * 1_000) == "" && none.width == 0)
    }
}
