import Control
import Testing

@testable import Supervision

@Suite struct EndedProcessesTests {
    @Test func `each process of a place in the scoreboard has its own title`() {
        var ended = EndedProcesses()
        ended.ended(slot: 1, generation: 1, title: "backend.2 (port 3001, pid 7)")
        ended.ended(slot: 1, generation: 2, title: "backend.2 (port 3001, pid 9)")
        #expect(ended.title(slot: 1, generation: 1) == "backend.2 (port 3001, pid 7)")
        #expect(ended.title(slot: 1, generation: 2) == "backend.2 (port 3001, pid 9)")
        #expect(ended.title(slot: 1, generation: 3) == nil)
        #expect(ended.title(slot: 0, generation: 1) == nil)
    }

    @Test func `a service that runs for ever remembers the last ones`() {
        var ended = EndedProcesses()
        for number in 1...5_000 {
            ended.ended(slot: 0, generation: UInt64(number), title: "\(number)")
        }
        #expect(ended.title(slot: 0, generation: 5_000) == "5000")
        #expect(ended.title(slot: 0, generation: 4_800) == "4800")
        #expect(ended.title(slot: 0, generation: 1) == nil)
    }

    private func since(_ inFlight: UInt32, _ retried: UInt32, _ failed: UInt32) -> String {
        Obituary.wordsSince(
            FailoverAccount(
                slot: 0, generation: 1, inFlight: inFlight, retried: retried, failed: failed),
            "request")
    }

    @Test func `what turns out after the sentence of a death is told as the difference`() {
        #expect(
            since(20, 0, 20)
                == "beyond what was said, 20 requests were in flight: 0 tried elsewhere, 20 failed")
        #expect(
            since(1, 1, 0)
                == "beyond what was said, 1 request was in flight: 1 tried elsewhere, 0 failed")
        // A request is said to have been in flight once.
        #expect(
            since(0, 0, 2) == "beyond what was said, 0 requests were in flight: "
                + "0 tried elsewhere, 2 failed after being tried elsewhere")
        #expect(
            since(3, 1, 4) == "beyond what was said, 3 requests were in flight: "
                + "1 tried elsewhere, 4 failed, 2 of them after being tried elsewhere")
    }

    @Test func `what turns out before the sentence is in it`() {
        var account = FailoverAccount(slot: 0, generation: 1, inFlight: 5, retried: 3, failed: 2)
        account.correct(
            by: FailoverAccount(slot: 0, generation: 1, inFlight: 3, retried: 1, failed: 4))
        #expect(account.inFlight == 8 && account.retried == 2 && account.failed == 6)
    }
}
