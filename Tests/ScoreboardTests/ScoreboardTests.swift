import Basics
import Kernel
import Synchronization
import Testing

@testable import Scoreboard

@Suite struct ScoreboardTests {
    let board: Scoreboard

    init() throws { board = try Scoreboard(backends: 4, workers: 4) }

    @Test func `totals are those of all workers`() {
        for index in 0..<4 {
            let counters = board.counters(ofWorker: index)
            for _ in 0...index {
                counters.dispatched(slot: 2, generation: 1)
                counters.answered(slot: 2, status: 200, after: .milliseconds(1))
                counters.connected(slot: 2)
            }
            counters.released(slot: 2, generation: 1)
            counters.failed(slot: 2, cause: 3, isCounted: false)
            counters.retried(from: 2)
            counters.retried(to: 2)
            counters.connectFailed(slot: 2)
        }
        let totals = board.totals(slot: 2, generation: 1)
        #expect(totals.failures[3] == 4 && totals.unanswered == 4)
        #expect(totals.latency.sum == .milliseconds(10))
        #expect(totals.requests == 10 && totals.inFlight == 6 && totals.connects == 10)
        #expect(totals.classes == [0, 10, 0, 0, 0])
        #expect(totals.failed == 4 && totals.retriedFrom == 4 && totals.retriedTo == 4)
        #expect(totals.connectFailures == 4)
        #expect(totals.latency.counts.reduce(0, +) == 10)
        #expect(board.totals(slot: 1, generation: 1) == BackendTotals())
    }

    @Test func `answers are counted over all workers that were ever told of`() {
        for index in 0..<3 {
            board.use(worker: index)
            for status in [200, 404, 503] as [UInt16] {
                board.counters(ofWorker: index).answered(
                    slot: 2, status: status, after: .milliseconds(1))
            }
        }
        #expect(board.answers(slot: 2) == 9 && board.answers(slot: 1) == 0)
    }

    @Test func `the one that has waited for longest for room is known over all workers`() {
        func longest(at slot: BackendSlot?, slack: Nanoseconds = Nanoseconds(0)) -> Int? {
            board.longestWaiting(at: slot, near: 0..<2, slack: slack)
        }
        for index in 0..<4 { board.use(worker: index) }
        #expect(longest(at: nil) == nil && longest(at: 1) == nil)
        board.counters(ofWorker: 1).waiting(2, since: Instant(nanoseconds: 50))
        board.counters(ofWorker: 3).waiting(1, since: Instant(nanoseconds: 40))
        #expect(longest(at: nil) == 3 && longest(at: 1) == 3)
        // Of another process what came a little earlier gives way.
        #expect(longest(at: nil, slack: Nanoseconds(20)) == 1)
        board.counters(ofWorker: 0).waiting(at: 1, since: Instant(nanoseconds: 10))
        #expect(longest(at: 1) == 0 && longest(at: 2) == 3 && longest(at: nil) == 3)
        board.counters(ofWorker: 0).waiting(at: 1, since: nil)
        #expect(longest(at: 1) == 3)
        board.counters(ofWorker: 2).dispatched(slot: 2, generation: 1)
        board.counters(ofWorker: 2).waiting(at: 2, since: Instant(nanoseconds: 5))
        #expect(longest(at: 2) == 2)
        // A balancer that is gone waits for nothing.
        board.clearCounters(ofWorkers: 2..<4, movingTotalsTo: board.counters(ofWorker: 0))
        #expect(longest(at: 2) == 1 && longest(at: nil) == 1)
    }

    @Test func `what occupies a process is not held against the next, nor what it left unread`() {
        let cell = board.load(slot: 1)
        cell.setOccupation(7, of: 3)
        cell.setUnread((8, 9), of: 3)
        #expect(cell.occupation(of: 3) == 7 && cell.unread(of: 3) == (8, 9))
        #expect(cell.occupation(of: 4) == 0 && cell.unread(of: 4) == (0, 0))
        cell.setPenalty(1, of: 4)
        #expect(cell.occupation(of: 4) == 0 && cell.unread(of: 4) == (0, 0))
        #expect(board.load(slot: 2).occupation(of: 3) == 0)
    }

    @Test(arguments: [(99, 0), (100, 0), (200, 1), (304, 2), (404, 3), (599, 4), (999, 4)])
    func `a status is counted in its class`(status: Int, index: Int) {
        board.counters(ofWorker: 0).answered(slot: 0, status: UInt16(status), after: Nanoseconds(0))
        #expect(board.totals(slot: 0, generation: 0).classes[index] == 1)
    }

    @Test func `a new generation begins with nothing in flight, and the rest counts on`() {
        let counters = board.counters(ofWorker: 0)
        counters.dispatched(slot: 0, generation: 1)
        counters.dispatched(slot: 0, generation: 1)
        #expect(board.totals(slot: 0, generation: 1).inFlight == 2)
        counters.dispatched(slot: 0, generation: 2)
        #expect(board.totals(slot: 0, generation: 2).inFlight == 1)
        #expect(board.totals(slot: 0, generation: 1).inFlight == 0)
        #expect(board.totals(slot: 0, generation: 2).requests == 3)
        // Two of the old generation come back late, and are not the new one's.
        counters.released(slot: 0, generation: 1)
        counters.released(slot: 0, generation: 1)
        #expect(board.totals(slot: 0, generation: 2).inFlight == 1)
    }

    @Test func `counters that are cleared leave their totals to others and nothing in flight`() {
        let counters = board.counters(ofWorker: 1)
        for slot in [0, 1, 2, 3] as [BackendSlot] {
            counters.dispatched(slot: slot, generation: 5)
            counters.answered(slot: slot, status: 503, after: .seconds(1))
        }
        counters.connectionOpened()
        counters.exchangeOpened()
        counters.answeredByBalancer(7, isUnusual: false)
        counters.linesDropped(3)
        let before = board.totals(slot: 3, generation: 5)
        let kept = board.counters(ofWorker: 0)
        board.clearCounters(ofWorkers: 1..<3, movingTotalsTo: kept)
        let after = board.totals(slot: 3, generation: 5)
        #expect(after.requests == before.requests && after.classes == before.classes)
        #expect(after.latency == before.latency)
        #expect(before.inFlight == 1 && after.inFlight == 0)
        #expect(counters.connectionsOpen == 0 && counters.exchangesOpen == 0)
        #expect(kept.connectionsOpen == 0 && kept.exchangesOpen == 0)
        let inherited = board.totals(ofWorkers: [0])
        #expect(inherited.connectionsAccepted == 1 && inherited.linesDropped == 3)
        #expect(inherited.answeredByBalancer == 1 && inherited.ownAnswers[14] == 1)
        #expect(inherited.requests == 1 && inherited.lost == 1)
        #expect(board.totals(ofWorkers: 1..<4) == WorkerTotals())
        board.clearCounters(ofWorkers: 1..<3, movingTotalsTo: kept)
        #expect(board.totals(slot: 3, generation: 5) == after)
    }

    @Test func `every turn is taken once, by whichever thread`() {
        let threads = 4
        let turns = 50_000
        let taken = Mutex<[UInt64]>([])
        let board = board
        let done = Atomic(0)
        let finished = Shared(taken: taken, done: done)
        for _ in 0..<threads {
            Thread.start(named: "turns") {
                var own: [UInt64] = []
                for _ in 0..<turns { own.append(board.takeTurn()) }
                finished.add(own)
            }
        }
        while finished.count < threads { Poll.sleep(.milliseconds(1)) }
        #expect(finished.all == Array(0..<UInt64(threads * turns)))
    }

    /// What the threads have brought.
    private final class Shared: Sendable {
        private let taken: Mutex<[UInt64]>
        private let done: Atomic<Int>

        init(taken: consuming Mutex<[UInt64]>, done: consuming Atomic<Int>) {
            self.taken = taken
            self.done = done
        }

        var count: Int { done.load(ordering: .acquiring) }
        var all: [UInt64] { taken.withLock { $0.sorted() } }

        func add(_ turns: [UInt64]) {
            taken.withLock { $0 += turns }
            done.add(1, ordering: .releasing)
        }
    }

    @Test func `a verdict is of one generation, and an older one can't change it`() {
        let cell = board.verdict(slot: 1)
        #expect(cell.failures(of: 1) == 0)
        #expect(cell.addFailure(of: 1) == 1 && cell.addFailure(of: 1) == 2)
        #expect(cell.failures(of: 1) == 2 && cell.failures(of: 2) == 0)
        cell.setFailures(1, of: 2)
        cell.setFailures(9, of: 1)
        _ = cell.addFailure(of: 1)
        #expect(cell.failures(of: 2) == 1 && cell.failures(of: 1) == 0)
        cell.setFailures(0, of: 2)
        #expect(cell.failures(of: 2) == 0)
        for _ in 0..<300 { _ = cell.addFailure(of: 2) }
        #expect(cell.failures(of: 2) == 255 && cell.failures(of: 3) == 0)
    }

    @Test func `it is shared by its descriptor, and both see both`() throws {
        let other = try #require(
            try Scoreboard(sharing: board.memory.descriptor.duplicate()))
        #expect(other.backendCapacity == 4 && other.workerCapacity == 4)
        board.counters(ofWorker: 0).dispatched(slot: 0, generation: 1)
        other.counters(ofWorker: 1).dispatched(slot: 0, generation: 1)
        #expect(other.takeTurn() == 0 && board.takeTurn() == 1)
        #expect(board.totals(slot: 0, generation: 1) == other.totals(slot: 0, generation: 1))
        #expect(board.totals(slot: 0, generation: 1).inFlight == 2)
    }

    @Test(arguments: [
        Layout.Header.magic, Layout.Header.version, Layout.Header.backendCapacity,
        Layout.Header.workerCapacity,
    ])
    func `another build's is refused, whatever its header says`(word: Int) throws {
        for value in [0, 77, 1 << 20, 1 << 40, .max] as [UInt64] {
            let board = try Scoreboard(backends: 1, workers: 1)
            board.words[word].store(value, ordering: .relaxed)
            #expect(try Scoreboard(sharing: board.memory.descriptor.duplicate()) == nil)
        }
    }

    @Test func `memory that is too small or another's is refused`() throws {
        for size in [0, 8, 64 * 8, 4096] {
            let memory = try SharedMemory(named: "test", size: max(size, 1))
            #expect(try Scoreboard(sharing: memory.descriptor.duplicate()) == nil)
        }
    }

    @Test func `a worker that is not there stops the program`() async {
        await #expect(processExitsWith: .failure) {
            _ = try Scoreboard(backends: 1, workers: 1).counters(ofWorker: 1)
        }
        await #expect(processExitsWith: .failure) {
            try Scoreboard(backends: 1, workers: 1).counters(ofWorker: 0).failed(
                slot: 1, cause: 3, isCounted: false)
        }
    }
}
