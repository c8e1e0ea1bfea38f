import Basics
import Choosing
import Kernel
import Testing

@testable import Scoreboard

/// A balancer may die between any two instructions; what it has written must make sense.
@Suite struct KilledWriterTests {
    @Test func `a writer killed at any instant leaves counts that agree to within one request`()
        async throws
    {
        for _ in 0..<8 {
            let board = try Scoreboard(backends: 2, workers: 2)
            let number = board.memory.descriptor.reference.text
            let path = "/proc/\(ThisProcess.pid)/fd/\(number)"
            await #expect(processExitsWith: .signal(9)) { [path = path as String] in
                let memory = try Files.open(path, for: .update)
                guard let shared = try Scoreboard(sharing: memory) else { return }
                Thread.start(named: "killer") {
                    // Not before it has begun, however long that takes on a busy machine.
                    while shared.totals(slot: 0, generation: 0).requests == 0 {
                        Poll.sleep(.microseconds(200))
                    }
                    Poll.sleep(.microseconds(Randomness.word() % 3000))
                    Signals.send(.kill, to: ThisProcess.pid)
                }
                let counters = shared.counters(ofWorker: 1)
                var generation: UInt64 = 1
                while true {
                    for _ in 0..<100 {
                        counters.dispatched(slot: 0, generation: generation)
                        counters.answered(slot: 0, status: 200, after: .microseconds(50))
                        counters.released(slot: 0, generation: generation)
                    }
                    generation += 1
                }
            }
            check(board)
        }
    }

    @Test func `a client banned by a writer that was killed can be let in again`() async throws {
        for _ in 0..<8 {
            let board = try Scoreboard(backends: 1, workers: 1)
            let number = board.memory.descriptor.reference.text
            let path = "/proc/\(ThisProcess.pid)/fd/\(number)"
            await #expect(processExitsWith: .signal(9)) { [path = path as String] in
                let memory = try Files.open(path, for: .update)
                guard let shared = try Scoreboard(sharing: memory) else { return }
                shared.bans.setInForce(true)
                Thread.start(named: "killer") {
                    while shared.bans.count(now: Clock.now()) == 0 {
                        Poll.sleep(.microseconds(200))
                    }
                    Poll.sleep(.microseconds(Randomness.word() % 3000))
                    Signals.send(.kill, to: ThisProcess.pid)
                }
                let table = BanTable(
                    shared.refusedWords,
                    ban: Ban(refusals: 2, within: .seconds(10), lasting: .seconds(3600)))
                var client: UInt32 = 0
                while true {
                    client = (client + 1) % 20_000
                    let key = shared.bans.identity.of(.inet(client))
                    if let end = table.refused(key, now: Clock.now()) {
                        shared.bans.note(.inet(client), until: end)
                    }
                    if client % 7 == 0 { _ = shared.bans.lift(.inet(client), now: Clock.now()) }
                }
            }
            let now = Clock.now()
            let count = board.bans.count(now: now)
            #expect(count > 0 && board.bans.listed(now: now).count <= count)
            #expect(board.bans.liftAll(now: now) == count)
            let isAnyLeft = (0..<20_000 as Range<UInt32>).contains {
                board.bans.end(of: .inet($0), now: now) != nil
            }
            #expect(!isAnyLeft)
        }
    }

    private func check(_ board: Scoreboard) {
        // The generation it was at: the only one with something in flight, if any.
        let totals = board.totals(slot: 0, generation: 0)
        let answered = totals.classes.reduce(0, +)
        #expect(totals.requests > 0)
        #expect(totals.requests - answered <= 1)
        #expect(answered - totals.latency.counts.reduce(0, +) <= 1)
        let generation = board.counters(ofWorker: 1).load(
            board.counters(ofWorker: 1).cell(0) + Layout.Cell.generation)
        #expect(board.totals(slot: 0, generation: generation).inFlight <= 1)
        let kept = board.counters(ofWorker: 0)
        board.clearCounters(ofWorkers: 1..<2, movingTotalsTo: kept)
        #expect(board.totals(slot: 0, generation: generation).requests == totals.requests)
        #expect(board.totals(slot: 0, generation: generation).inFlight == 0)
    }
}
