import Basics
import Kernel

@testable import Scoreboard

/// A process that writes numbered lines until it is killed.
///
/// It is the copy of a process that has several threads, and has one: it allocates no memory but at
/// its beginning.
struct LineSource: ~Copyable {
    private let counters: WorkerCounters
    private let name: UInt64
    private var writer: BatchWriter
    private let pipe: DescriptorReference
    private var line = ByteQueue(capacity: 2048)
    private var chance: UInt64

    init(_ board: Scoreboard, _ number: Int, _ pipe: DescriptorReference) {
        counters = board.counters(ofWorker: number)
        name = UInt64(number)
        writer = BatchWriter(board.batches(ofWorker: number), isMarked: true)
        self.pipe = pipe
        chance = Randomness.word()
    }

    /// How much more there is in a line: some are long, so that a batch is full at any place.
    static func padding(_ serial: Int) -> Int { serial % 7 == 0 ? 1400 : 1 + serial % 40 }

    /// Runs until it is killed. It says that it returns: what comes before a call that never does
    /// is ended by the compiler, and its memory unmapped.
    mutating func run() {
        var serial = 0
        while serial < .max {
            serial += 1
            make(serial)
            add()
            if serial % 5 == 0 {
                // It could not be sent after all; but then it could.
                writer.retract()
                add()
            }
            counters.answeredByBalancer(1, isUnusual: false)
            writer.confirm()
            chance = chance &* 6_364_136_223_846_793_005 &+ 1
            if chance >> 61 == 0 { writeOut() }
        }
    }

    private mutating func add() {
        Self.add(line, to: &writer)
        if writer.isSealed { writeOut() }
    }

    private static func add(_ line: borrowing ByteQueue, to writer: inout BatchWriter) {
        writer.add(line.bytes, isSure: false)
    }

    private mutating func writeOut() {
        if writer.isEmpty { return }
        _ = pipe.write(writer.outgoing)
        writer.written()
    }

    /// `2 4711 xxxx`, with its end.
    private mutating func make(_ serial: Int) {
        line.removeAll()
        line.append(decimal: name)
        line.append(Ascii.space)
        line.append(decimal: UInt64(serial))
        line.append(Ascii.space)
        var missing = Self.padding(serial)
        while missing > 0 {
            line.append(0x78)
            missing -= 1
        }
        line.append(Ascii.lineFeed)
    }
}
