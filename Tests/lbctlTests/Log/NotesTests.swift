import Basics
import Kernel
import TestSupport
import Testing

@testable import lbctl

/// What is shown between the lines of the log.
@Suite struct NotesTests {
    /// A peer that has gone must not end the process that all tests run in, as it does not end the
    /// programs (SIGPIPE).
    init() { Signals.letWritesFail() }

    private func printer(to pipe: OutputPipe) -> LogPrinter {
        LogPrinter(LinePainter(.text, colour: .never), to: pipe.output)
    }

    private func isReadable(_ notes: Notes) -> Bool {
        Poll.wait(for: .readable, on: notes.reference, timeout: Nanoseconds(0))
    }

    @Test func `a note waits until it is shown, and is shown once`() throws {
        let pipe = try OutputPipe()
        let printer = printer(to: pipe)
        let notes = try Notes()
        #expect(!isReadable(notes) && !notes.isOverdue)
        notes.add("one")
        notes.add("two")
        #expect(isReadable(notes))
        notes.show(on: printer)
        #expect(!isReadable(notes) && !notes.isOverdue)
        notes.show(on: printer)
        #expect(pipe.finish() == "one\ntwo\n")
    }

    @Test func `a note that is not shown is overdue after a while`() throws {
        let notes = try Notes()
        notes.add("one")
        #expect(eventually { notes.isOverdue })
    }

    @Test func `the rest is shown up to the end, though some comes from another thread`() throws {
        let pipe = try OutputPipe()
        let printer = printer(to: pipe)
        let notes = try Notes()
        notes.add("one")
        let hasStarted = Thread.start(named: "notes") {
            notes.add("two")
            notes.close()
        }
        #expect(hasStarted)
        notes.showRest(on: printer)
        #expect(notes.isClosed)
        #expect(pipe.finish() == "one\ntwo\n")
    }

    @Test func `a hurry is told`() throws {
        let notes = try Notes()
        #expect(!notes.isHurried)
        notes.hurry()
        #expect(notes.isHurried)
    }
}
