import Basics
import Glibc
import Kernel

@testable import Scoreboard

/// Where writers are started, killed, and what is left of them is looked through.
struct KillSite: ~Copyable {
    private static let writers = 1..<4
    private let board: Scoreboard
    private(set) var written = 0
    private(set) var left = 0
    private(set) var unsure = 0

    init() throws { board = try Scoreboard(backends: 1, workers: 4) }

    /// Starts them, kills them, and says what is wrong with what they have left.
    mutating func round() throws -> String? {
        let pipe = try Pipe()
        var children: [Int32] = []
        for worker in Self.writers {
            let pid = fork()
            if pid < 0 { return "no process to be had" }
            if pid == 0 {
                var source = LineSource(board, worker, pipe.writeEnd.reference)
                source.run()
                return "a writer came to an end"
            }
            children.append(pid)
        }
        // Not before one of them has begun, however long that takes on a busy machine; the others
        // may be killed at their very beginning.
        var waits = 0
        while board.totals(ofWorkers: [Self.writers.lowerBound]).answeredByBalancer == 0
            && waits < 200_000
        {
            waits += 1
            Poll.sleep(.microseconds(50))
        }
        Poll.sleep(.microseconds(Randomness.word() % 500))
        for pid in children { kill(pid, SIGKILL) }
        for pid in children {
            var status: Int32 = 0
            waitpid(pid, &status, 0)
            if status != SIGKILL { return "a writer ended with \(status)" }
        }
        return try look(through: pipe)
    }

    private mutating func look(through pipe: borrowing Pipe) throws -> String? {
        try pipe.readEnd.setNonBlocking()
        var received = ByteQueue(capacity: 1 << 17)
        while case .moved = pipe.readEnd.read(into: &received) { received.reserve(1 << 17) }
        var batches = ReceivedBatches()
        var serials = [0, 0, 0, 0]
        var fault: String?
        var start = 0
        while let end = received.bytes.first(Ascii.lineFeed, from: start) {
            let line = received.bytes.extracting(start..<end)
            start = end + 1
            if batches.take(line) { continue }
            written += 1
            fault = fault ?? Self.take(line, &serials)
        }
        if start != received.count { return "half a line came out of the pipe" }
        for worker in Self.writers {
            let answered = Int(board.totals(ofWorkers: [worker]).answeredByBalancer)
            var isLastSure = true
            board.batches(ofWorker: worker).forEachLeft(after: batches[worker]) { line, isSure in
                if !isLastSure { fault = fault ?? "a line stood behind one that was not sure" }
                isLastSure = isSure
                left += 1
                fault = fault ?? Self.take(line, &serials)
            }
            if !isLastSure { unsure += 1 }
            let isTold = serials[worker] == answered
            if !isTold && (isLastSure || serials[worker] != answered + 1) {
                return fault ?? "\(serials[worker]) lines tell of \(answered) answers of \(worker)"
            }
            let kept = board.counters(ofWorker: 0)
            board.clearCounters(ofWorkers: worker..<worker + 1, movingTotalsTo: kept)
            var isClear = true
            board.batches(ofWorker: worker).forEachLeft(after: nil) { _, _ in isClear = false }
            if !isClear { return "lines were left of a worker that was cleared" }
        }
        return fault
    }

    /// Each line is the next one of its worker.
    private static func take(_ line: Span<UInt8>, _ serials: inout [Int]) -> String? {
        let text = Utf8.string(line)
        let words = text.split(separator: " ")
        guard words.count == 3, let worker = Int(words[0]), let serial = Int(words[1]),
            writers.contains(worker), words[2].utf8.count == LineSource.padding(serial)
        else { return "no line: '\(text.prefix(100))'" }
        if serial != serials[worker] + 1 { return "line \(serial) behind \(serials[worker])" }
        serials[worker] = serial
        return nil
    }
}
