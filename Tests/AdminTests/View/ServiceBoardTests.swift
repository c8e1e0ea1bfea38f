import Basics
import Control
import Scoreboard
import TestSupport
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

    private func row(_ name: String, _ slot: UInt32, earlier: [UInt64] = []) -> BoardRow {
        BoardRow(name: name, slot: BackendSlot(slot), generation: 1, earlier: earlier)
    }

    private func answer(_ slot: UInt32, times: Int) {
        for _ in 0..<times {
            worker.connectFailed(slot: BackendSlot(slot))
        }
    }

    /// How often connecting has failed, by name.
    private func counts(_ board: ServiceBoard) -> [String: UInt64] {
        var counts: [String: UInt64] = [:]
        for backend in board.backends { counts[backend.name] = backend.totals.connectFailures }
        return counts
    }

    @Test func `what a place had counted before is not its present backend's`() {
        answer(0, times: 3)
        let earlier = scoreboard.totals(slot: 0, generation: 1).words
        answer(0, times: 2)
        var board = ServiceBoard(scoreboard)
        board.told([row("a", 0, earlier: earlier)], Examples.status)
        #expect(counts(board) == ["a": 2])
    }

    @Test func `one that is gone keeps what it had, and one of its name goes on from there`() {
        var board = ServiceBoard(scoreboard)
        board.told([row("a", 0), row("b", 1)], Examples.status)
        answer(0, times: 1)
        answer(1, times: 5)
        board.told([row("a", 0)], Examples.status)
        #expect(counts(board) == ["a": 1, "b": 5])
        #expect(board.backends.first { $0.name == "b" }?.isPresent == false)
        board.told([row("a", 0), row("b", 2)], Examples.status)
        answer(2, times: 7)
        #expect(counts(board) == ["a": 1, "b": 12])
        #expect(board.backends.first { $0.name == "b" }?.isPresent == true)
        board.told([row("a", 0)], Examples.status)
        #expect(counts(board) == ["a": 1, "b": 12])
    }

    @Test func `where its place has another by then, that one's beginning is its end`() {
        var board = ServiceBoard(scoreboard)
        board.told([row("a", 0)], Examples.status)
        answer(0, times: 4)
        let earlier = scoreboard.totals(slot: 0, generation: 1).words
        answer(0, times: 6)
        board.told([row("c", 0, earlier: earlier)], Examples.status)
        #expect(counts(board) == ["a": 4, "c": 6])
    }
}
