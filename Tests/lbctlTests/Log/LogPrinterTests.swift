import Basics
import Control
import Kernel
import Logs
import TestSupport
import Testing

@testable import lbctl

/// Records painted, gathered and written.
@Suite struct LogPrinterTests {
    /// A peer that has gone must not end the process that all tests run in, as it does not end the
    /// programs (SIGPIPE).
    init() { Signals.letWritesFail() }

    /// Appends a record; false where there is no reader any more.
    private func append(_ number: UInt64, _ text: String, to printer: LogPrinter) -> Bool {
        printer.append(
            Record(
                stamp: Stamp(sequence: number, time: Examples.now), name: "web.1".utf8.span,
                stream: .out, text: text.utf8.span))
    }

    private func printer(
        to output: DescriptorReference, outlivesShortage: Bool = false,
        hasWritten: @escaping () -> Void = {}
    ) -> LogPrinter {
        LogPrinter(
            LinePainter(.text, colour: .never), to: output, outlivesShortage: outlivesShortage,
            hasWritten: hasWritten)
    }

    @Test func `what was appended is written when it is flushed, notes behind it`() throws {
        let pipe = try OutputPipe()
        var count = 0
        let printer = printer(to: pipe.output) { count += 1 }
        printer.expect(["backend.10"])
        #expect(append(1, "one", to: printer))
        #expect(append(2, "two", to: printer))
        #expect(count == 0)
        #expect(printer.flush() && count == 1)
        // There is nothing to write.
        #expect(printer.flush() && count == 1)
        var note = queue("a note\n")
        printer.write(&note)
        #expect(count == 2)
        #expect(
            pipe.finish() == """
                2026-11-20T09:08:58.123456Z web.1      | one
                2026-11-20T09:08:58.123456Z web.1      | two
                a note

                """)
    }

    @Test func `many lines are written in pieces before they are flushed`() throws {
        let file = try TemporaryFolder()
        let output = try Files.open(file("log"), for: .append)
        let printer = printer(to: output.reference)
        for number in 1...2000 as ClosedRange<UInt64> {
            #expect(append(number, String(repeating: "x", count: 50), to: printer))
        }
        let written = try Files.facts(file("log")).size
        #expect(written > 64 << 10)
        #expect(printer.flush())
        let lines = try Files.text(file("log")).split(separator: "\n")
        #expect(lines.count == 2000)
    }

    @Test func `a reader that has left is no failure, and nothing more is written for it`() throws {
        Signals.letWritesFail()
        let pipe = try OutputPipe()
        let printer = printer(to: pipe.output)
        pipe.closeReader()
        #expect(append(1, "one", to: printer))
        #expect(!printer.flush())
        #expect(printer.isGone && printer.failure == nil)
        #expect(!printer.flush())
    }

    @Test(.enabled(if: Files.exists("/dev/full"))) func `a full disk is a failure`() throws {
        let full = try Files.open("/dev/full", for: .append)
        let printer = printer(to: full.reference)
        #expect(append(1, "one", to: printer))
        #expect(!printer.flush())
        #expect(printer.isGone && printer.failure == .noSpace)
    }

    @Test(.enabled(if: Files.exists("/dev/full")))
    func `a service goes on without the lines for which there was no room`() throws {
        let full = try Files.open("/dev/full", for: .append)
        let printer = printer(to: full.reference, outlivesShortage: true)
        #expect(append(1, "one", to: printer))
        #expect(printer.flush())
        #expect(!printer.isGone && printer.failure == nil)
    }

    @Test func `a stall is told once`() throws {
        let pipe = try OutputPipe()
        let printer = printer(to: pipe.output)
        #expect(!printer.takeStall())
        #expect(append(1, "one", to: printer))
        #expect(printer.flush())
        #expect(!printer.hasStalled)
        #expect(!printer.takeStall())
    }
}

/// What turns records into lines, or into objects.
@Suite struct LinePainterTests {
    private func painted(
        _ format: LinePainter.Format, _ matter: LinePainter.Matter, _ text: String,
        _ stream: Logs.Stream = .event
    ) -> String {
        var painter = LinePainter(format, colour: .never, showing: matter)
        var queue = ByteQueue(capacity: 256)
        let name = stream == .event ? "lbctl" : "web.1"
        painter.append(
            Record(
                stamp: Stamp(sequence: 7, time: Examples.now), name: name.utf8.span,
                stream: stream, text: text.utf8.span), to: &queue)
        return TestSupport.text(queue)
    }

    @Test func `a line is one for people, and an object for programs`() {
        #expect(
            painted(.text, .lines, "hello", .out)
                == "2026-11-20T09:08:58.123456Z web.1     | hello\n")
        let object = painted(.json, .lines, "hello", .out)
        #expect(object.hasPrefix("{\"seq\":7,") && object.hasSuffix("}\n"))
        #expect(object.contains("\"name\":\"web.1\"") && object.contains("\"hello\""))
    }

    @Test func `of changes those alone are shown`() {
        let ready = "ready name=\"web.1\" port=3000 pid=42"
        let row = painted(.text, .changes, ready)
        #expect(row.contains("web.1") && row.contains("  is ready\n"))
        #expect(painted(.text, .changes, ready, .out) == "")
        let object = painted(.json, .changes, ready)
        #expect(object.contains("\"name\":\"web.1\",\"port\":3000,\"pid\":42"))
        #expect(object.contains("\"kind\":\"ready\""))
    }

    @Test func `a record from the socket is that of the history`() {
        let word = RecordWord(
            sequence: 5, time: Examples.now, name: "web.1", generation: 3,
            stream: Logs.Stream.err.rawValue, part: Part.last.rawValue, text: Array("x\u{0}".utf8))
        let name = Array(word.name.utf8)
        let record = word.record(name.span)
        let stamp = record.stamp
        let stream = record.stream
        let part = record.part
        let generation = record.generation
        let text = Utf8.string(record.text)
        #expect(stamp == Stamp(sequence: 5, time: Examples.now))
        #expect(stream == .err && part == .last && generation == 3 && text == "x\u{0}")
    }
}
