import Basics
import Control
import Kernel
import Testing

@testable import Supervision

@Suite("A kill that is under way")
struct KillOrderTests {
    private static let now = Instant(nanoseconds: 1_000_000_000_000)

    private func request() -> KillRequest {
        let request = KillRequest(asker: .none, now: Self.now)
        request.reports = [
            KillReport(
                name: "web.1", port: 3000, pid: 42, signal: 9, outOfRotation: nil, next: "")
        ]
        request.open = [0]
        return request
    }

    private func order(
        _ request: KillRequest, _ signal: Signal = .kill, restarts: Bool = true, at: Instant = now,
        after earlier: KillOrder? = nil
    ) -> KillOrder {
        KillOrder(
            signal, sentAt: at, restarts: restarts, request: request, place: 0, after: earlier)
    }

    @Test
    func `tells all who asked for it at the same moment`() {
        let requests = [request(), request(), request()]
        var last: KillOrder?
        for request in requests { last = order(request, after: last) }
        last?.settle(outOfRotation: .milliseconds(1), next: "restarting at once")
        for request in requests {
            #expect(request.open.isEmpty)
            #expect(request.reports[0].outOfRotation == .milliseconds(1))
            #expect(request.reports[0].next == "restarting at once")
        }
    }

    @Test
    func `counts from the first that may end it, and keeps down what anybody wants down`() {
        let later = Self.now + .milliseconds(5)
        for (first, second) in [(true, false), (false, true)] {
            let early = order(request(), restarts: first)
            let both = order(request(), restarts: second, at: later, after: early)
            #expect(both.sentAt == Self.now)
            #expect(!both.restarts)
        }
        // A signal that ends nothing is no reason.
        let harmless = order(request(), .user1, restarts: false)
        let kill = order(request(), at: later, after: harmless)
        #expect(kill.sentAt == later)
        #expect(kill.restarts)
    }

    @Test
    func `makes everybody wait for the same roster`() {
        let both = order(request(), .stop, after: order(request(), .stop))
        let waits = both.withdrawals(version: 7, next: "paused")
        #expect(waits.map { $0.version } == [7, 7])
        #expect(waits[0].request !== waits[1].request)
    }
}
