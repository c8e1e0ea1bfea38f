import Basics
import Testing

@testable import Balancing

@Suite struct RequestQueueTests {
    private typealias Outlook = RequestQueue.Outlook
    private static let start = Instant(nanoseconds: 1_000_000_000)
    private static let news = Nanoseconds.milliseconds(20)
    private static let patience = Nanoseconds.seconds(5)
    private static let reasons: [WaitReason] = [
        .backend, .news, .death(.refused, .budget), .endings,
    ]
    private let key = Exchange.Key(slot: .init(1), generation: 1)

    private func queue() -> RequestQueue { RequestQueue(capacity: 2, newsDelay: Self.news) }

    /// As when all are out and one is being started.
    private func outlook(
        version: UInt64 = 1, backend: Bool = false, dying: Bool = false,
        returns: Instant = Self.start
    ) -> Outlook {
        Outlook(
            version: version, hasBackend: backend, areAllDying: dying, returns: returns)
    }

    private func standing(
        current: Bool = true, known: Int = 0, possible: Int = 0
    ) -> RequestQueue.Standing {
        .init(
            isProcessCurrent: current, blame: .init(known: known, possible: possible))
    }

    private func after(_ time: Nanoseconds) -> Instant { Self.start + time }

    /// What becomes of one request that waits for `reason`, looked at after a time.
    private func settled(
        _ reason: WaitReason, came: RequestQueue.Outlook, after time: Nanoseconds,
        _ now: RequestQueue.Outlook, _ standing: RequestQueue.Standing
    ) -> RequestQueue.Settlement? {
        var queue = queue()
        let joined = queue.joined(
            key, for: reason, patience: Self.patience, came, now: Self.start)
        #expect(joined == .waits)
        let settled = queue.settle(now, now: after(time)) { _ in standing }
        #expect(queue.isEmpty == !settled.isEmpty)
        return settled.first?.1
    }

    @Test func `one that waits for a backend gets the first that can be chosen`() {
        let moment = Nanoseconds.milliseconds(300)
        #expect(
            settled(
                .backend, came: outlook(), after: moment, outlook(version: 2, backend: true),
                standing()) == .deliver(waited: moment))
    }

    @Test func `it waits on while none can be chosen, and is told so when its time is over`() {
        for version: UInt64 in [1, 2] {
            let now = outlook(version: version)
            #expect(
                settled(.backend, came: outlook(), after: .seconds(4), now, standing()) == nil)
            #expect(
                settled(.backend, came: outlook(), after: Self.patience, now, standing())
                    == .answer(.backend))
        }
    }

    @Test func `where none is coming it is told so at once`() {
        var queue = queue()
        let hopeless = outlook(returns: .never)
        #expect(
            queue.joined(key, for: .backend, patience: Self.patience, hopeless, now: Self.start)
                == .hopeless)
        #expect(
            settled(.backend, came: outlook(), after: .milliseconds(1), hopeless, standing())
                == .answer(.backend))
    }

    @Test func `a request after a death is not given to the same ones before a moment is over`() {
        let came = outlook(backend: true)
        let early = Nanoseconds.milliseconds(5)
        for reason in [WaitReason.backend, .news] {
            #expect(settled(reason, came: came, after: early, came, standing()) == nil)
            #expect(
                settled(reason, came: came, after: Self.news, came, standing())
                    == .deliver(waited: Self.news))
            #expect(
                settled(
                    reason, came: came, after: early, outlook(version: 2, backend: true),
                    standing()) == .deliver(waited: early))
            // A roster that is new and yet has only processes that are dying is as good as none.
            #expect(
                settled(
                    reason, came: came, after: early,
                    outlook(version: 2, backend: true, dying: true), standing()) == nil)
        }
    }

    @Test func `what may go on only after a death is answered where there was none`() {
        let reason = WaitReason.death(.terminated, .budget)
        let now = outlook(version: 2, backend: true)
        #expect(settled(reason, came: outlook(), after: .milliseconds(5), now, standing()) == nil)
        #expect(
            settled(reason, came: outlook(), after: Self.news, now, standing())
                == .answer(reason))
        #expect(
            settled(
                reason, came: outlook(), after: .milliseconds(5), now, standing(current: false))
                == .deliver(waited: .milliseconds(5)))
        // Dead, and none there yet: it waits as any other.
        #expect(
            settled(
                reason, came: outlook(), after: .seconds(4), outlook(version: 2),
                standing(current: false)) == nil)
    }

    @Test
    func `one that may have killed two waits until it is told how they ended, and no shorter`() {
        let now = outlook(version: 2, backend: true)
        let open = standing(current: false, known: 1, possible: 2)
        #expect(settled(.endings, came: outlook(), after: .seconds(4), now, open) == nil)
        #expect(
            settled(.endings, came: outlook(), after: Self.patience, now, open)
                == .answer(.endings))
        #expect(
            settled(
                .endings, came: outlook(), after: .milliseconds(1), now,
                standing(current: false, known: 2, possible: 2)) == .answer(.endings))
        #expect(
            settled(
                .endings, came: outlook(), after: .milliseconds(1), now,
                standing(current: false, known: 1, possible: 1))
                == .deliver(waited: .milliseconds(1)))
    }

    @Test(arguments: reasons)
    func `one that is not there any more is forgotten`(_ reason: WaitReason) {
        var queue = queue()
        _ = queue.joined(key, for: reason, patience: Self.patience, outlook(), now: Self.start)
        #expect(queue.settle(outlook(), now: Self.start) { _ in nil }.isEmpty)
        #expect(queue.isEmpty)
    }

    @Test(arguments: reasons)
    func `no request waits for ever`(_ reason: WaitReason) {
        for bits in 0..<32 {
            func bit(_ index: Int) -> Bool { bits >> index & 1 == 1 }
            let now = outlook(version: bit(0) ? 1 : 2, backend: bit(1), dying: bit(2))
            let standing = standing(
                current: bit(3), known: bit(4) ? 2 : 0, possible: bit(4) ? 2 : 0)
            #expect(
                settled(reason, came: outlook(), after: Self.patience, now, standing) != nil)
        }
    }

    @Test func `the wait that a request has left is all it gets`() {
        var queue = queue()
        let none = Nanoseconds(0)
        #expect(
            queue.joined(key, for: .backend, patience: none, outlook(), now: Self.start)
                == .hopeless)
        // But for a word that is about to come.
        #expect(
            queue.joined(key, for: .news, patience: none, outlook(), now: Self.start) == .waits)
        #expect(queue.due == after(Self.news))
    }

    @Test func `a request that comes when it is full is told at once, and those before go first`() {
        var queue = queue()
        for slot: UInt32 in [4, 3, 2] {
            let joined = queue.joined(
                Exchange.Key(slot: .init(slot), generation: 1), for: .backend,
                patience: Self.patience,
                outlook(), now: Self.start)
            #expect(joined == (slot == 2 ? .full : .waits))
        }
        let now = outlook(version: 2, backend: true)
        #expect(queue.isDue(now, now: Self.start))
        let order = queue.settle(now, now: Self.start) { _ in standing() }.map(
            \.exchange.slot.number)
        #expect(order == [4, 3])
    }

    @Test func `nothing is looked at before something happened or is due`() {
        var queue = queue()
        _ = queue.joined(key, for: .backend, patience: Self.patience, outlook(), now: Self.start)
        _ = queue.settle(outlook(), now: Self.start) { _ in standing() }
        #expect(!queue.isDue(outlook(), now: after(.seconds(4))))
        #expect(queue.isDue(outlook(version: 2), now: Self.start))
        #expect(queue.isDue(outlook(), now: after(Self.patience)))
        #expect(queue.due == after(Self.patience))
    }
}
