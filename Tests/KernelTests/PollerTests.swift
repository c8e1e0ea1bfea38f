import Basics
import Glibc
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

    @Test func `a signal is no event, and does not shorten the wait for one descriptor`() async {
        await #expect(processExitsWith: .exitCode(7)) {
            // What handles it does nothing; the call that the thread is in ends with EINTR.
            signal(SIGUSR1) { _ in }
            // The threads that tests run on take no signals.
            var taken = sigset_t()
            sigemptyset(&taken)
            sigaddset(&taken, SIGUSR1)
            pthread_sigmask(SIG_UNBLOCK, &taken, nil)
            let waiting = pthread_self()
            Thread.start(named: "signals") {
                while true {
                    pthread_kill(waiting, SIGUSR1)
                    Poll.sleep(.milliseconds(1))
                }
            }
            let poller = try Poller()
            let pair = try Socket.pair()
            let begun = Clock.now()
            let isReady = Poll.wait(
                for: .readable, on: pair.first.reference, timeout: .milliseconds(20))
            if isReady || Clock.now().since(begun) < .milliseconds(20) { ThisProcess.exit(11) }
            Poll.sleep(.milliseconds(20))
            if Clock.now().since(begun) < .milliseconds(40) { ThisProcess.exit(12) }
            // This one returns early, so that a loop may look at what the signal was.
            let count = poller.wait(timeout: .seconds(30))
            // Both ends are open until here.
            _ = pair.second.send([1].span)
            withExtendedLifetime(pair) {}
            ThisProcess.exit(count == 0 && Clock.now().since(begun) < .seconds(15) ? 7 : 13)
        }
    }

    @Test func `a program that can't wait ends, and says why`() async throws {
        let poller = await #expect(
            processExitsWith: .failure, observing: [\.standardErrorContent]
        ) {
            let poller = try Poller()
            close(poller.descriptor.number)
            _ = poller.wait(timeout: .seconds(30))
        }
        let sentence = "nothing can be waited for any more: "
        let said = String(decoding: try #require(poller).standardErrorContent, as: UTF8.self)
        #expect(said.contains(sentence + "epoll_wait: Bad file descriptor"))
        let poll = await #expect(
            processExitsWith: .failure, observing: [\.standardErrorContent]
        ) {
            let closed = DescriptorReference(number: 1000)
            _ = Poll.wait(for: .readable, on: closed, timeout: .seconds(30))
        }
        let alsoSaid = String(decoding: try #require(poll).standardErrorContent, as: UTF8.self)
        #expect(alsoSaid.contains(sentence + "poll: Bad file descriptor"))
    }
}
