import Basics
import Kernel
import Logs
import Testing

@testable import Supervision

@Suite final class ChildPipeTests {
    private let pair: DescriptorPair
    private let start = Instant(nanoseconds: 1_000_000_000_000)

    init() throws {
        pair = try Socket.pair()
        try pair.first.setNonBlocking()
    }

    private func read(_ pipe: ChildPipe, at milliseconds: UInt64) -> [String] {
        var scratch = ByteQueue(capacity: 65536)
        var lines: [String] = []
        pipe.read(into: &scratch, now: start + .milliseconds(milliseconds)) { line, _ in
            lines.append(Utf8.string(line))
        }
        return lines
    }

    private func waits(_ pipe: ChildPipe, at milliseconds: UInt64) -> UInt64? {
        pipe.showsAt.map { $0.since(start + .milliseconds(milliseconds)).count / 1_000_000 }
    }

    private func pipe() throws -> ChildPipe {
        ChildPipe(try pair.first.duplicate(), stream: .out)
    }

    private func say(_ text: String) { pair.second.reference.writeAll(text) }

    @Test func `a prompt is shown after a moment, and not later because it is looked at`() throws {
        let pipe = try pipe()
        say("a line\nname? ")
        #expect(read(pipe, at: 0) == ["a line"])
        #expect(waits(pipe, at: 0) == 200)
        #expect(read(pipe, at: 100) == [])
        #expect(waits(pipe, at: 100) == 100)
        var shown: [String] = []
        pipe.showBeginning { line, part in
            #expect(part == .first)
            shown.append(Utf8.string(line))
        }
        #expect(shown == ["name? "] && pipe.showsAt == nil)
    }

    @Test func `dots that come all the time are shown once a second`() throws {
        let pipe = try pipe()
        for tenth in 0..<10 as Range<UInt64> {
            say(".")
            #expect(read(pipe, at: 100 * tenth) == [])
            #expect(waits(pipe, at: 100 * tenth) == min(200, 1000 - 100 * tenth))
        }
    }

    @Test func `a line that a full buffer cut is not shown before its rest had time to come`()
        throws
    {
        let pipe = try pipe()
        say(String(repeating: "a line of words\n", count: 500) + "half of")
        #expect(read(pipe, at: 0).count == 500)
        #expect(waits(pipe, at: 0) == 2000)
        // Looked at again, as one that talks is.
        #expect(read(pipe, at: 1) == [])
        #expect(waits(pipe, at: 1) == 1999)
        say(" it\n")
        #expect(read(pipe, at: 300) == ["half of it"])
        #expect(pipe.showsAt == nil)
    }

    @Test func `one that talks on is read by the clock, until it pauses or its pipe is full`()
        throws
    {
        let pipe = try pipe()
        func decide(_ isEmptied: Bool, _ hadSome: Bool, at milliseconds: UInt64) -> Bool {
            let now = start + .milliseconds(milliseconds)
            return pipe.decidePace(isEmptied: isEmptied, hadSome: hadSome, holds: false, now: now)
        }
        #expect(!decide(true, true, at: 0) && pipe.readsAt == nil)
        #expect(decide(true, true, at: 1) && pipe.readsAt == start + .milliseconds(2))
        #expect(!decide(true, true, at: 2) && pipe.readsAt == start + .milliseconds(3))
        #expect(decide(true, false, at: 3) && pipe.readsAt == nil)
        #expect(decide(true, true, at: 3) && pipe.readsAt != nil)
        #expect(decide(false, true, at: 4) && pipe.readsAt == nil)
        #expect(!decide(true, true, at: 1000) && pipe.readsAt == nil)
    }
}
