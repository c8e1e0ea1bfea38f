import Basics
import Testing

@testable import Balancing

/// The queues together: a request in any of them has the worker come back in time.
@Suite struct WaitingRequestsTests {
    private static let start = Instant(nanoseconds: 1_000_000_000_000)

    private func key(_ request: UInt32) -> Exchange.Key {
        Exchange.Key(slot: .init(request), generation: 1)
    }

    /// A request waits in each queue of `which`, since that queue's own time.
    private func waiting(_ which: Int, since: [Nanoseconds]) -> WaitingRequests {
        var queues = WaitingRequests()
        if which & 1 != 0 {
            let outlook = RequestQueue.Outlook(
                version: 1, hasBackend: false, areAllDying: false, returns: Self.start)
            let joined = queues.forBackend.joined(
                key(1), for: .backend, patience: .milliseconds(15), outlook,
                now: Self.start + since[0])
            #expect(joined == .waits)
        }
        if which & 2 != 0 {
            let joined = queues.forRoom.joined(
                key(2), at: nil, arrivedAt: Self.start, patience: .seconds(5),
                now: Self.start + since[1])
            #expect(joined == .waits)
        }
        if which & 4 != 0 {
            queues.forNews.joined(
                key(3), OwnAnswer(.terminated, "it died"),
                about: BackendProcess(slot: 0, generation: 1), now: Self.start + since[2])
        }
        return queues
    }

    @Test func `all that wait, wherever, are looked at when the first is due`() {
        let waits = [Nanoseconds.milliseconds(15), Limits.roomLook, Limits.newsDelay]
        let orders = [[0, 40, 80], [80, 0, 40], [40, 80, 0], [0, 0, 0]] as [[UInt64]]
        for order in orders {
            let since = order.map { Nanoseconds.milliseconds($0) }
            for which in 0..<8 {
                let queues = waiting(which, since: since)
                let dues = (0..<3).filter { which & 1 << $0 != 0 }
                    .map { Self.start + since[$0] + waits[$0] }
                #expect(queues.isEmpty == dues.isEmpty)
                #expect(queues.due == dues.min(), "\(which), \(order)")
            }
        }
    }
}
