import Basics
import Control
import History
import Kernel
import Logs
import TestSupport
import Testing

@testable import lbctl

/// The log as it comes: what the supervisor sends, and what the history has of the rest.
@Suite struct LiveLogTests {
    /// A peer that has gone must not end the process that all tests run in, as it does not end the
    /// programs (SIGPIPE).
    init() { Signals.letWritesFail() }

    private let past = [
        WrittenLog.Line(.run, "lbctl", "an earlier run"), .init(.out, "web.1", "earlier"),
        .init(.run, "lbctl", "this run"), .init(.out, "web.1", "four"),
        .init(.out, "web.1", "five"),
        .init(.out, "web.2", "six"), .init(.out, "web.1", "seven"),
    ]

    private func record(_ number: UInt64, _ text: String, by name: String = "web.1") -> ControlReply
    {
        .record(
            RecordWord(
                sequence: number, time: Examples.now, name: name, generation: 1,
                stream: Logs.Stream.out.rawValue, part: Part.whole.rawValue,
                text: Array(text.utf8)))
    }

    /// What is shown of `replies`, behind which the connection ends: without the times.
    private func shown(
        _ replies: [ControlReply], _ filter: LogFilter = LogFilter(), log: WrittenLog,
        replays: Bool = false
    ) throws -> [String] {
        let pair = try Socket.pair()
        var words = ByteQueue(capacity: 4096)
        for reply in replies { Framing.append(reply, to: &words) }
        #expect(pair.second.reference.writeAll(&words) == nil)
        Socket.endSending(pair.second)
        let pipe = try OutputPipe()
        let printer = LogPrinter(LinePainter(.text, colour: .never), to: pipe.output)
        let keeps = try show(pair.first.duplicate(), filter, log, printer, replays)
        #expect(keeps)
        return pipe.finish().split(separator: "\n").map { line in
            String(line.split(separator: "| ", maxSplits: 1).last ?? "")
        }
    }

    private func show(
        _ socket: consuming Descriptor, _ filter: LogFilter, _ log: WrittenLog,
        _ printer: LogPrinter, _ replays: Bool
    ) throws -> Bool {
        var live = try LiveLog(socket, log.past, nil)
        if !replays { return live.follow(filter, on: printer) }
        return try live.show(HistoryQuery(filter: filter, from: 3), on: printer)
    }

    @Test func `what is sent is shown`() throws {
        let log = try WrittenLog([])
        #expect(
            try shown([.following(from: 0), record(1, "a"), record(2, "b")], log: log)
                == ["a", "b"])
        #expect(
            try shown(
                [.following(from: 0), record(1, "a"), record(2, "b", by: "job")],
                LogFilter(names: ["job"]), log: log) == ["b"])
    }

    @Test func `what was not sent is taken from the history, in its place and once`() throws {
        let log = try WrittenLog(past)
        #expect(
            try shown(
                [.following(from: 3), record(3, "this run"), .missed(3), record(7, "seven")],
                log: log) == ["this run", "four", "five", "six", "seven"])
        #expect(
            try shown(
                [.following(from: 3), record(3, "this run"), .missed(3)],
                LogFilter(names: ["web.2"]), log: log) == ["six"])
    }

    @Test func `what the history has shown already is not shown again`() throws {
        let log = try WrittenLog(past)
        #expect(
            try shown(
                [.following(from: 6), record(6, "six"), record(7, "seven")], log: log,
                replays: true) == ["this run", "four", "five", "six", "seven"])
    }

    @Test func `the last words of a supervisor that was killed are in the history`() throws {
        let log = try WrittenLog(past)
        #expect(
            try shown([.following(from: 3), record(3, "this run")], log: log)
                == ["this run", "four", "five", "six", "seven"])
    }

    @Test func `an answer that says nothing of the log ends it before it begins`() throws {
        let log = try WrittenLog([])
        #expect(throws: ControlClient.lost) { try shown([.done], log: log) }
        #expect(throws: ControlClient.lost) { try shown([], log: log) }
    }
}
