import Basics
import Testing

@testable import Kernel

@Suite struct PollerTests {
    @Test func `a stale event does not reach the slot's next element`() throws {
        let poller = try Poller()
        var slab = Slab<DescriptorPair>(capacity: 2)
        for _ in 0..<2 {
            let pair = try Socket.pair()
            let next = slab.nextKey
            let key = try #require(next)
            try poller.add(
                pair.first.reference, for: .everyChange, token: Token(kind: 1, key: key))
            _ = pair.second.send([1].span)
            _ = slab.insert(pair)
        }
        #expect(poller.wait(timeout: .seconds(30)) == 2)
        // The first event's work closes the other one, and the slot is let again at once.
        let other = poller.event(1).token.key(in: slab)
        _ = slab.remove(other.slot)
        let next = slab.insert(try Socket.pair())
        #expect(next.slot == other.slot)
        #expect(slab.isCurrent(other) == false)
        #expect(slab.isCurrent(poller.event(0).token.key(in: slab)) == true)
    }

    @Test func `an edge is told once, and again when more comes`() throws {
        let poller = try Poller()
        let pair = try Socket.pair()
        try poller.add(
            pair.first.reference, for: [.readable, .edgeTriggered], token: Token(kind: 9))
        _ = pair.second.send([1].span)
        #expect(poller.wait(timeout: .seconds(30)) == 1)
        #expect(poller.event(0).token.kind == 9)
        #expect(poller.wait(timeout: Nanoseconds(0)) == 0)
        _ = pair.second.send([2].span)
        #expect(poller.wait(timeout: .seconds(30)) == 1)
    }

    @Test func `an end that comes after a short read is told by an edge of its own`() throws {
        let poller = try Poller()
        let pair = try Socket.pair()
        try pair.first.setNonBlocking()
        try poller.add(pair.first.reference, for: .everyChange, token: Token(kind: 1))
        _ = pair.second.send([1].span)
        _ = poller.wait(timeout: .seconds(30))
        var queue = ByteQueue(capacity: 8)
        #expect(pair.first.receive(into: &queue) == .moved(1))
        Socket.endSending(pair.second)
        #expect(poller.wait(timeout: .seconds(30)) == 1)
        #expect(poller.event(0).readiness.contains(.peerEnded))
    }

    @Test func `what is not watched any more is not told`() throws {
        let poller = try Poller()
        let pair = try Socket.pair()
        try poller.add(pair.first.reference, for: .readable, token: Token(kind: 1))
        _ = pair.second.send([1].span)
        try poller.change(pair.first.reference, to: [], token: Token(kind: 1))
        #expect(poller.wait(timeout: Nanoseconds(0)) == 0)
        try poller.change(pair.first.reference, to: .readable, token: Token(kind: 2))
        #expect(poller.wait(timeout: Nanoseconds(0)) == 1)
        #expect(poller.event(0).token.kind == 2)
        poller.remove(pair.first.reference)
        #expect(poller.wait(timeout: Nanoseconds(0)) == 0)
    }

    @Test func `a wait is never shorter than asked for`() throws {
        let poller = try Poller()
        for span in [1, 999_999, 1_000_001, 3_500_000] as [UInt64] {
            let begun = Clock.now()
            #expect(poller.wait(timeout: Nanoseconds(span)) == 0)
            #expect(Clock.now().since(begun) >= Nanoseconds(span))
            Poll.sleep(Nanoseconds(span))
            #expect(Clock.now().since(begun) >= Nanoseconds(2 * span))
        }
    }

    @Test func `a waker wakes until it is cleared, however often it was told to`() throws {
        let poller = try Poller()
        let waker = try Waker()
        try poller.add(waker.reference, for: .readable, token: Token(kind: 1))
        #expect(poller.wait(timeout: Nanoseconds(0)) == 0)
        waker.wake()
        waker.wake()
        #expect(poller.wait(timeout: .seconds(30)) == 1)
        waker.clear()
        #expect(poller.wait(timeout: Nanoseconds(0)) == 0)
    }
}
