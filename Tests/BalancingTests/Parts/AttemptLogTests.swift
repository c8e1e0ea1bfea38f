import Basics
import Control
import Testing

@testable import Balancing

/// The log of attempts against a plain array of all of them.
@Suite struct AttemptLogTests {
    private struct Row {
        let process: BackendProcess
        var cause: Cause?
    }

    private func process(_ slot: UInt32, _ generation: UInt64) -> BackendProcess {
        BackendProcess(slot: BackendSlot(slot), generation: generation)
    }

    private func expect(_ log: AttemptLog, is rows: [Row]) {
        let first = max(0, rows.count - AttemptLog.capacity)
        #expect(log.count == rows.count && log.kept == first..<rows.count)
        for attempt in log.kept {
            #expect(log.slot(attempt) == rows[attempt].process.slot)
            #expect(log.cause(attempt) == rows[attempt].cause)
        }
        for (attempt, row) in rows.enumerated() where log.kept.contains(attempt) {
            #expect(log.includes(row.process))
        }
        for row in rows.prefix(first) { #expect(!log.includes(row.process)) }
    }

    @Test func `of any number the last eighteen are known, each with what became of it`() {
        var log = AttemptLog()
        var rows: [Row] = []
        expect(log, is: rows)
        let causes = (1...UInt8.max).compactMap { Cause(rawValue: $0) }
        for turn in 0..<60 {
            let row = Row(process: process(UInt32(turn * 7 % 64), UInt64(turn)))
            log.append(row.process)
            rows.append(row)
            expect(log, is: rows)
            // Some are cut off without having failed, and of one that fails twice the last counts.
            if turn % 5 == 0 { continue }
            for cause in [causes[(turn + 1) % causes.count], causes[turn % causes.count]] {
                log.failed(cause)
                rows[turn].cause = cause
                expect(log, is: rows)
            }
        }
    }

    @Test func `a slot that is started anew is another process, and so is another slot`() {
        let slots: [UInt32] = [0, 1, 255, 256, 0xFFFF, 0xFF_FFFF]
        let generations: [UInt64] = [0, 1, 255, 1 << 16, 1 << 31, 0xFFFF_FFFF]
        let all = slots.flatMap { slot in generations.map { process(slot, $0) } }
        for one in all {
            for cause in [nil, Cause.refused, .meantForUs] {
                var log = AttemptLog()
                log.append(one)
                if let cause { log.failed(cause) }
                #expect(log.slot(0) == one.slot && log.cause(0) == cause)
                for other in all { #expect(log.includes(other) == (other == one)) }
            }
        }
    }

    @Test func `one that is new has tried no backend`() {
        // Slot 0 in its generation 0 is written as nothing is.
        #expect(!AttemptLog().includes(process(0, 0)))
    }

    @Test func `what did not begin can't fail`() async {
        await #expect(processExitsWith: .failure) {
            var log = AttemptLog()
            log.failed(.refused)
        }
    }
}
