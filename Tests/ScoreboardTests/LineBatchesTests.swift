import Basics
import Testing

@testable import Scoreboard

@Suite struct LineBatchesTests {
    private struct Left: Equatable {
        var line: String
        var isSure = true
    }

    private func line(_ text: String) -> ByteQueue {
        var queue = ByteQueue(capacity: 64)
        queue.append(text: text + "\n")
        return queue
    }

    private func left(in batches: LineBatches, after received: UInt32? = nil) -> [Left] {
        var found: [Left] = []
        batches.forEachLeft(after: received) { line, isSure in
            found.append(Left(line: Utf8.string(line), isSure: isSure))
        }
        return found
    }

    private func text(_ writer: borrowing BatchWriter) -> String {
        Utf8.string(writer.outgoing)
    }

    @Test func `lines that have not been written are found, and no others`() throws {
        let board = try Scoreboard(backends: 1, workers: 2)
        let batches = board.batches(ofWorker: 1)
        #expect(left(in: batches).isEmpty)
        var writer = BatchWriter(board.batches(of: board.counters(ofWorker: 1)), isMarked: true)
        #expect(writer.isEmpty && left(in: batches).isEmpty)
        writer.add(line("one").bytes, isSure: true)
        writer.add(line("two").bytes, isSure: true)
        #expect(left(in: batches) == [Left(line: "one"), Left(line: "two")])
        // It had been written when its writer was killed.
        #expect(left(in: batches, after: 1).isEmpty)
        writer.written()
        #expect(writer.isEmpty && left(in: batches).isEmpty)
        writer.add(line("three").bytes, isSure: true)
        #expect(left(in: batches, after: 1) == [Left(line: "three")])
        #expect(left(in: board.batches(ofWorker: 0)).isEmpty)
    }

    @Test func `a line that is not sure is found as such, until it is settled`() throws {
        let board = try Scoreboard(backends: 1, workers: 1)
        let batches = board.batches(ofWorker: 0)
        for isMarked in [false, true] {
            var writer = BatchWriter(batches, isMarked: isMarked)
            writer.add(line("one").bytes, isSure: false)
            #expect(left(in: batches) == [Left(line: "one", isSure: false)])
            writer.retract()
            #expect(writer.isEmpty && left(in: batches).isEmpty)
            writer.add(line("one").bytes, isSure: false)
            writer.confirm()
            writer.add(line("two").bytes, isSure: false)
            #expect(left(in: batches) == [Left(line: "one"), Left(line: "two", isSure: false)])
            writer.retract()
            #expect(left(in: batches) == [Left(line: "one")])
            #expect(text(writer).hasSuffix("one\n"))
            #expect(writer.outgoing.count == (isMarked ? 13 : 4))
        }
    }

    @Test func `a full batch waits while the next one is filled, and is found before it`() throws {
        let board = try Scoreboard(backends: 1, workers: 1)
        let batches = board.batches(ofWorker: 0)
        var writer = BatchWriter(batches, isMarked: true)
        let long = String(repeating: "x", count: 2000)
        for name in ["a", "b"] { writer.add(line(name + long).bytes, isSure: true) }
        let wasSealed = writer.isSealed
        writer.add(line("c" + long).bytes, isSure: false)
        let isSealed = writer.isSealed
        #expect(!wasSealed && isSealed)
        #expect(left(in: batches).map(\.line.first) == ["a", "b", "c"])
        #expect(left(in: batches).map(\.isSure) == [true, true, false])
        #expect(left(in: batches, after: 1).map(\.line.first) == ["c"])
        #expect(text(writer).hasSuffix("b\(long)\n"))
        writer.written()
        #expect(!writer.isSealed && !writer.isEmpty)
        #expect(left(in: batches).map(\.line.first) == ["c"])
        writer.confirm()
        #expect(text(writer).hasSuffix("c\(long)\n"))
    }

    @Test func `the longest line fits, with its mark`() throws {
        let board = try Scoreboard(backends: 1, workers: 1)
        var writer = BatchWriter(board.batches(ofWorker: 0), isMarked: true)
        let longest = String(repeating: "x", count: BatchWriter.longestLine - 1)
        writer.add(line(longest).bytes, isSure: true)
        #expect(writer.outgoing.count == LineBatches.capacity)
        writer.add(line("y").bytes, isSure: true)
        writer.written()
        #expect(left(in: board.batches(ofWorker: 0)) == [Left(line: "y")])
    }

    @Test func `a mark is read as it was written, whatever its worker and number`() {
        for worker in [0, 1, 127, 128, 1 << 14, 1 << 20] {
            for number: UInt32 in [0, 1, 10, 13, 127, 128, 0xFFF_FFFE, 0xFFF_FFFF] {
                let mark = BatchMark(worker: worker, number: number)
                let bytes = mark.bytes
                #expect(bytes.span.first(Ascii.lineFeed) == BatchMark.length - 1)
                #expect(bytes.span.first(Ascii.carriageReturn) == nil)
                let line = bytes.span.extracting(first: BatchMark.length - 1)
                var received = ReceivedBatches()
                #expect(received[worker] == nil)
                let isTaken = received.take(line)
                #expect(isTaken && received[worker] == number && received[worker + 1] == nil)
            }
        }
        for text in ["", "\u{1}", "127.0.0.1 x", "12345678", "\u{1}12345678"] {
            var received = ReceivedBatches()
            let isTaken = received.take(text.utf8.span)
            #expect(!isTaken)
        }
    }

    @Test func `after the greatest number they begin again, and the order stays`() {
        #expect(BatchMark.number(after: 0xFFF_FFFF) == 0)
        #expect(BatchMark.number(before: 0) == 0xFFF_FFFF)
        #expect(BatchMark.number(after: 41) == 42 && BatchMark.number(before: 42) == 41)
    }

    @Test func `what a program that went astray has left is not looked at`() throws {
        let board = try Scoreboard(backends: 1, workers: 1)
        let counters = board.counters(ofWorker: 0)
        for word: UInt64 in [.max, 1 << 32 | 5000 << 16, 1 << 32 | 9] {
            counters.store(word, at: Layout.Counters.batches)
            #expect(left(in: board.batches(ofWorker: 0)).isEmpty)
        }
    }

    @Test func `counters that are cleared have no lines`() throws {
        let board = try Scoreboard(backends: 1, workers: 2)
        var writer = BatchWriter(board.batches(ofWorker: 1), isMarked: true)
        writer.add(line("one").bytes, isSure: true)
        board.clearCounters(ofWorkers: 1..<2, movingTotalsTo: board.counters(ofWorker: 0))
        #expect(left(in: board.batches(ofWorker: 1)).isEmpty)
    }
}
