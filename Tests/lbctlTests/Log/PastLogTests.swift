import Basics
import Control
import History
import Logs
import TestSupport
import Testing

@testable import lbctl

/// The history of a service, as `logs` reads it.
@Suite struct PastLogTests {
    private let two = [
        WrittenLog.Line(.run, "lbctl", "lbctl 0.1.0 runs 'x' (supervisor pid 1)"),
        .init(.out, "web.1", "of the first run"),
        .init(.run, "lbctl", "lbctl 0.1.0 runs 'x' (supervisor pid 2)"),
        .init(.out, "web.1", "of the second run"),
        .init(.out, "web.2", "too"),
    ]

    /// What is read of a history, by text.
    private func texts(_ log: WrittenLog, _ query: HistoryQuery) throws -> [String] {
        var texts: [String] = []
        try log.past.read(query) { record in
            texts.append(Utf8.string(record.text))
            return true
        }
        return texts
    }

    @Test func `the last run begins with its mark`() throws {
        let log = try WrittenLog(two)
        let run = try log.past.lastRun(isRunning: false)
        #expect(run == 3)
        #expect(
            try texts(log, HistoryQuery(from: run)) == [
                "lbctl 0.1.0 runs 'x' (supervisor pid 2)", "of the second run", "too",
            ])
    }

    @Test func `a history that lost its beginning is all of one run`() throws {
        let log = try WrittenLog([WrittenLog.Line(.out, "web.1", "a line")])
        #expect(try log.past.lastRun(isRunning: false) == 0)
        #expect(try texts(log, HistoryQuery()) == ["a line"])
    }

    @Test func `where nothing ever ran there is nothing to show, unless it runs now`() throws {
        let log = try WrittenLog([])
        #expect(try log.past.lastRun(isRunning: true) == 0)
        let refusal = #expect(throws: Refusal.self) { try log.past.lastRun(isRunning: false) }
        #expect(refusal?.what == "there is nothing to show")
        #expect(refusal?.why == "'x' has never run here")
        #expect(refusal?.advice.hasPrefix("start it with '") == true)
    }

    @Test func `reading ends when no more is wanted`() throws {
        let log = try WrittenLog(two)
        var count = 0
        try log.past.read(HistoryQuery()) { _ in
            count += 1
            return count < 2
        }
        #expect(count == 2)
        #expect(try texts(log, HistoryQuery(tail: 1)) == ["too"])
        #expect(
            try texts(log, HistoryQuery(filter: LogFilter(names: ["web"]), tail: 2))
                == ["of the second run", "too"])
    }

    @Test func `a history that is not kept is told with its place`() throws {
        let past = PastLog(of: "x", in: "/proc/none/log")
        #expect(past.absence.what == "there is nothing to show")
        #expect(past.absence.why.hasPrefix("what 'x' says is not kept in /proc/none/log"))
        #expect(past.absence.advice.hasSuffix("' shows what comes"))
    }
}

/// Points in time as texts.
@Suite struct StampsTests {
    @Test func `a time is told to the microsecond, in UTC`() {
        #expect(WallTime(nanoseconds: 0).timestamp == "1970-01-01T00:00:00.000000Z")
        #expect(Examples.now.timestamp == "2026-11-20T09:08:58.123456Z")
        #expect(Stamps.text("é\u{0}".utf8.span) == "é\u{0}")
    }
}
