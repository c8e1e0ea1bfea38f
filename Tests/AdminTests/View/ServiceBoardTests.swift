import Basics
import Control
import Scoreboard
import Testing

@testable import Admin

/// Counters by name, over all that comes and goes.
@Suite struct ServiceBoardTests {
    private let scoreboard: Scoreboard
    private let worker: WorkerCounters

    init() throws {
        scoreboard = try Scoreboard(backends: 4, workers: 2)
        worker = scoreboard.counters(ofWorker: 1)
    }

    private func row(_ name: String, _ slot: UInt32?, words: [UInt64] = []) -> BoardRow {
        BoardRow(
            name: name,
            place: slot.map { BoardRow.Place(slot: BackendSlot($0), generation: 1) }, words: words)
    }

    private func fail(_ slot: UInt32, times: Int) {
        for _ in 0..<times { worker.connectFailed(slot: BackendSlot(slot)) }
    }

    /// How often connecting has failed, by name.
    private func counts(_ rows: [BoardRow]) -> [String: UInt64] {
        var board = ServiceBoard(scoreboard)
        board.told(rows)
        var counts: [String: UInt64] = [:]
        for backend in board.backends { counts[backend.name] = backend.totals.connectFailures }
        return counts
    }

    @Test func `what a place had counted before is not its present backend's`() {
        fail(0, times: 3)
        let earlier = scoreboard.totals(slot: 0, generation: 1).words
        fail(0, times: 2)
        #expect(counts([row("a", 0, words: earlier)]) == ["a": 2])
    }

    @Test func `one that is gone keeps what it had, and one of its name goes on from there`() {
        fail(0, times: 1)
        fail(1, times: 5)
        let left = scoreboard.totals(slot: 1, generation: 1).words
        #expect(counts([row("a", 0), row("b", nil, words: left)]) == ["a": 1, "b": 5])
        fail(2, times: 7)
        #expect(
            counts([row("a", 0), row("b", 2), row("b", nil, words: left)]) == ["a": 1, "b": 12])
    }

    @Test func `it is told whether one is there`() {
        var board = ServiceBoard(scoreboard)
        board.told([row("a", 0), row("b", nil), row("c", 1), row("c", nil)])
        #expect(board.backends.map(\.name) == ["a", "b", "c"])
        #expect(board.backends.map(\.isPresent) == [true, false, true])
    }

    @Test func `a place that the scoreboard does not have counts nothing`() {
        #expect(counts([row("a", 4), row("b", .max)]) == ["a": 0, "b": 0])
    }
}
