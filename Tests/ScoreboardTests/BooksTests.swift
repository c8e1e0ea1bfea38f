import Basics
import Kernel
import Testing

@testable import Scoreboard

/// What is counted of requests adds up, also where a balancer was killed in the middle of them.
@Suite struct BooksTests {
    private let board: Scoreboard
    private let counters: WorkerCounters

    init() throws {
        board = try Scoreboard(backends: 2, workers: 3)
        counters = board.counters(ofWorker: 1)
    }

    private func kill() {
        board.clearCounters(ofWorkers: 1..<2, movingTotalsTo: board.counters(ofWorker: 0))
    }

    private func begin(slot: BackendSlot = 0) {
        counters.exchangeOpened()
        counters.delivered()
        counters.dispatched(slot: slot, generation: 1)
    }

    private func end(isWhole: Bool, slot: BackendSlot = 0) {
        counters.released(slot: slot, generation: 1)
        if !isWhole { counters.exchangeAbandoned() }
    }

    private func expectBalance(
        _ slot: BackendSlot = 0, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let backend = board.totals(slot: slot, generation: 1)
        let ended =
            backend.classes.reduce(0, +) + backend.streams + backend.retriedFrom
            + backend.unanswered + backend.abandoned + backend.lost
        #expect(backend.requests + backend.spoilt == ended, sourceLocation: sourceLocation)
        let all = board.totals(ofWorkers: 0..<3)
        let answered = all.classes.reduce(0, +) + all.streams
        #expect(
            all.requests == answered + all.abandoned + all.lost, sourceLocation: sourceLocation)
        #expect(all.exchangesOpen == 0, sourceLocation: sourceLocation)
    }

    @Test func `an answered request is in the class of its status, at both`() {
        begin()
        counters.answered(slot: 0, status: 204, after: .milliseconds(2))
        counters.sending(status: 204)
        counters.sent(status: 204, isWhole: true)
        end(isWhole: true)
        expectBalance()
        #expect(board.totals(ofWorkers: [1]).classes == [0, 1, 0, 0, 0])
        #expect(board.totals(slot: 0, generation: 1).classes == [0, 1, 0, 0, 0])
    }

    @Test func `a response that was sent in part is none until the rest is`() {
        begin()
        counters.answered(slot: 0, status: 200, after: .milliseconds(2))
        counters.sending(status: 200)
        counters.sent(status: 200, isWhole: false)
        #expect(board.totals(ofWorkers: [1]).classes == [0, 0, 0, 0, 0])
        end(isWhole: false)
        expectBalance()
        #expect(board.totals(ofWorkers: [1]).abandoned == 1)
    }

    @Test func `a request that was tried again is two of the backends' and one of the clients'`() {
        begin()
        counters.retried(from: 0)
        counters.released(slot: 0, generation: 1)
        counters.dispatched(slot: 1, generation: 1)
        counters.retried(to: 1)
        counters.answered(slot: 1, status: 200, after: .milliseconds(2))
        counters.sent(status: 200, isWhole: true)
        end(isWhole: true, slot: 1)
        expectBalance(0)
        expectBalance(1)
        let sent = (0..<2).map { board.totals(slot: BackendSlot(UInt32($0)), generation: 1) }
        #expect(sent.map(\.requests).reduce(0, +) == 2)
        let all = board.totals(ofWorkers: [1])
        #expect(all.delivered + sent.map(\.retriedTo).reduce(0, +) == 2)
    }

    @Test func `a response that was of no use is made up for`() {
        begin()
        counters.answered(slot: 0, status: 200, after: .milliseconds(2))
        counters.spoilt(slot: 0)
        counters.failed(slot: 0, cause: 6, isCounted: false)
        counters.sent(status: 502, isWhole: true)
        end(isWhole: true)
        expectBalance()
        #expect(board.totals(slot: 0, generation: 1).failed == 1)
    }

    @Test func `what a killed balancer had is lost, and counted once`() {
        for _ in 0..<3 { begin() }
        counters.answered(slot: 0, status: 200, after: .milliseconds(2))
        kill()
        expectBalance()
        #expect(board.totals(slot: 0, generation: 1).lost == 2)
        #expect(board.totals(ofWorkers: [0]).lost == 3)
        #expect(board.totals(ofWorkers: [0]).uncertain == 0)
        kill()
        expectBalance()
        #expect(board.totals(ofWorkers: [0]).lost == 3)
    }

    @Test func `a balancer killed while it took a request back has lost no other`() {
        begin()
        counters.answered(slot: 0, status: 200, after: .milliseconds(2))
        counters.withdrawn(slot: 0, generation: 1)
        kill()
        #expect(board.totals(slot: 0, generation: 1).lost == 0)
    }

    @Test func `of what an earlier generation had in flight nothing is forgotten`() {
        begin()
        counters.dispatched(slot: 0, generation: 2)
        counters.exchangeOpened()
        kill()
        expectBalance()
        #expect(board.totals(slot: 0, generation: 2).lost == 2)
    }

    @Test func `a balancer killed while it sends leaves open whether that was sent`() {
        begin()
        counters.answered(slot: 0, status: 200, after: .milliseconds(2))
        counters.sending(status: 200)
        kill()
        expectBalance()
        let all = board.totals(ofWorkers: [0])
        #expect(all.lost == 1 && all.uncertain == 1 && all.classes[1] == 0)
    }

    @Test func `streams balance too, and so do those that broke`() {
        begin()
        counters.streamed()
        counters.streamed(slot: 0)
        end(isWhole: true)
        begin()
        counters.failed(slot: 0, cause: 8, isCounted: false)
        counters.streamed()
        end(isWhole: true)
        kill()
        expectBalance()
        #expect(board.totals(ofWorkers: [0]).lost == 0)
    }

    @Test func `what is so at present goes with its balancer, and what was counted stays`() {
        counters.queued(4)
        counters.upstreamOpened(slot: 0)
        counters.upstreamOpened(slot: 0)
        counters.connected(slot: 0)
        for _ in 0..<3 { counters.dispatched(slot: 0, generation: 1) }
        for _ in 0..<2 { counters.released(slot: 0, generation: 1) }
        counters.notTried(slot: 0)
        counters.sent(10, to: 0)
        counters.received(20, from: 0)
        counters.received(30)
        counters.sent(40)
        counters.waited(.milliseconds(3))
        let before = board.totals(slot: 0, generation: 1)
        #expect(before.connectionsOpen == 2 && before.connectionsIdle == 1)
        kill()
        let after = board.totals(slot: 0, generation: 1)
        #expect(after.connectionsOpen == 0 && after.connectionsIdle == 0)
        #expect(after.reuses == 1 && after.octets.sent == 10 && after.octets.received == 20)
        let all = board.totals(ofWorkers: [0])
        #expect(all.queued == 0 && all.bytesReceived == 30 && all.bytesSent == 40)
        #expect(all.waited.sum == .milliseconds(3))
        #expect(all.waited.percentile(1) == .milliseconds(3))
    }

    @Test func `what was counted before is taken away, and what is so at present is not`() {
        begin()
        counters.sent(10, to: 0)
        let earlier = board.totals(slot: 0, generation: 1)
        begin()
        counters.sent(5, to: 0)
        var since = board.totals(slot: 0, generation: 1)
        since.subtract(earlier)
        #expect(since.requests == 1 && since.octets.sent == 5 && since.inFlight == 2)
    }

    @Test func `how long backends took to be chosen no more is kept over all deaths`() {
        #expect(board.withdrawals(slot: 1).percentile(1) == nil)
        board.noteWithdrawal(slot: 1, after: .microseconds(400))
        board.noteWithdrawal(slot: 1, after: .milliseconds(2))
        let told = board.withdrawals(slot: 1)
        #expect(told.sum == .microseconds(2400))
        #expect(told.percentile(0.5) == .microseconds(400))
        #expect(told.percentile(1) == .milliseconds(2))
        #expect(board.withdrawals(slot: 0).percentile(1) == nil)
    }
}
