import Basics
import Control
import Testing

@testable import Supervision

@Suite("The end of the service")
struct ShutdownTests {
    private static let now = Instant(nanoseconds: 1_000_000_000_000)
    private static let stopLimit = Nanoseconds.seconds(10)
    /// Nothing given, at once, and in five seconds.
    private static let times: [Nanoseconds?] = [nil, Nanoseconds(0), .seconds(5)]

    private func end(of time: Nanoseconds?) -> Instant { time.map { Self.now + $0 } ?? .never }

    private func child(
        _ state: ChildState, isBalancer: Bool = false, hasProcess: Bool = true
    ) -> Shutdown.Child {
        Shutdown.Child(
            isBalancer: isBalancer, hasProcess: hasProcess, state: state,
            stopLimit: Self.stopLimit)
    }

    private func leaving(_ time: Nanoseconds?) -> Shutdown {
        var shutdown = Shutdown()
        _ = shutdown.requested(within: time, now: Self.now)
        return shutdown
    }

    @Test
    func `begins once, and comes sooner where it is asked for again, never later`() {
        for first in Self.times {
            var shutdown = Shutdown()
            let begun = shutdown.requested(within: first, now: Self.now)
            #expect(begun == .begun && !shutdown.isRunning)
            #expect(shutdown.phase == .leaving(killAt: end(of: first)))
            for second in Self.times {
                var again = shutdown
                let response = again.requested(within: second, now: Self.now)
                #expect(response == .hastened)
                #expect(again.phase == .leaving(killAt: min(end(of: first), end(of: second))))
            }
        }
    }

    @Test
    func `takes no request any more once all has ended`() {
        var shutdown = leaving(nil)
        shutdown.finished()
        #expect(shutdown.isOver && !shutdown.isRunning && shutdown.nextLook == .never)
        let responses = [
            shutdown.requested(within: nil, now: Self.now),
            shutdown.guardianDied(now: Self.now),
        ]
        #expect(responses == [.nothing, .nothing] && shutdown.isOver)
        #expect(shutdown.orders([child(.ready)], now: Self.now) == [.nothing])
    }

    @Test
    func `is within a second once the guardian is gone, unless it is about to be over`() {
        var alone = Shutdown()
        let begun = alone.guardianDied(now: Self.now)
        #expect(begun == .begun)
        let soon = Self.now + Limits.orphanedTime
        #expect(alone.phase == .leaving(killAt: soon))
        for (time, response) in zip(Self.times, [Shutdown.Response.hastened, .nothing, .hastened]) {
            var shutdown = leaving(time)
            let got = shutdown.guardianDied(now: Self.now)
            #expect(got == response)
            #expect(shutdown.phase == .leaving(killAt: min(end(of: time), soon)))
        }
    }

    @Test(arguments: ChildState.allCases)
    func `asks the balancers first, and what has no process or is asked already`(
        state: ChildState
    ) {
        let shutdown = leaving(nil)
        let own = Shutdown.Order.stop(killAt: Self.now + Self.stopLimit)
        let orders = shutdown.ordersAtRequest(
            [
                child(.ready, isBalancer: true), child(state), child(state, hasProcess: false),
            ], now: Self.now)
        #expect(orders == [own, state == .stopping ? own : .nothing, own])
        // While it is running there is nothing to do.
        let running = Shutdown()
        #expect(running.ordersAtRequest([child(state)], now: Self.now) == [.nothing])
        #expect(running.orders([child(state)], now: Self.now) == [.nothing])
    }

    @Test(arguments: ChildState.allCases)
    func `goes on with the others when no balancer has a process any more`(state: ChildState) {
        for time in Self.times {
            let shutdown = leaving(time)
            let others = [child(state), child(.stopped, isBalancer: true, hasProcess: false)]
            let expected: Shutdown.Order
            switch time {
            case nil: expected = .stop(killAt: Self.now + Self.stopLimit)
            case Nanoseconds(0)?: expected = .kill
            case .some: expected = .stop(killAt: end(of: time))
            }
            let orders = shutdown.orders(others, now: Self.now)
            #expect(orders[0] == (state == .stopping ? .nothing : expected))
            let balancer = child(.ready, isBalancer: true)
            let waiting = shutdown.orders([balancer, child(state)], now: Self.now)
            #expect(waiting == [.nothing, .nothing])
        }
    }

    @Test
    func `gives a balancer a last moment, and nothing else any time, where there is none`() {
        let shutdown = leaving(Nanoseconds(0))
        let moment = Self.now + Limits.lastMoment
        let balancer = child(.ready, isBalancer: true)
        let first = shutdown.ordersAtRequest([balancer, child(.ready)], now: Self.now)
        #expect(first == [.stop(killAt: moment), .nothing])
        #expect(shutdown.ordersAtRequest([child(.ready)], now: Self.now) == [.kill])
        // The moment is over, and the balancer has not ended.
        let stopping = child(.stopping, isBalancer: true)
        let last = shutdown.orders([stopping, child(.ready), balancer], now: moment)
        #expect(last == [.nothing, .kill, .stop(killAt: moment + Limits.lastMoment)])
    }

    @Test
    func `is told of again and again while it lasts`() {
        var shutdown = leaving(nil)
        var now = Self.now
        for _ in 0..<3 {
            #expect(shutdown.nextLook == now + Limits.shutdownReminder)
            let early = shutdown.timePassed(now: shutdown.nextLook)
            now = shutdown.nextLook + .milliseconds(1)
            let due = shutdown.timePassed(now: now)
            #expect([early, due] == [false, true])
        }
        var running = Shutdown()
        let isDue = running.timePassed(now: .never)
        #expect(!isDue && running.nextLook == .never)
    }

    @Test
    func `leaves a balancer time to see to what it could not finish`() {
        func finishing(_ left: Nanoseconds) -> Nanoseconds {
            let killAt = Self.now + left
            return killAt.since(Shutdown.finishing(before: killAt, now: Self.now))
        }
        #expect(finishing(.seconds(20)) == Limits.longestMoment)
        #expect(finishing(.seconds(4)) == .seconds(1))
        #expect(finishing(.milliseconds(400)) == Limits.lastMoment)
        #expect(finishing(.milliseconds(50)) == .milliseconds(50))
        #expect(finishing(Nanoseconds(0)) == Nanoseconds(0))
    }

    /// What is done at each of these moments, in milliseconds after the children's end.
    private func conclusions(
        _ shutdown: inout Shutdown, hasMessages: Bool, at times: [UInt64]
    ) -> [Shutdown.Conclusion] {
        times.map {
            shutdown.childrenEnded(
                hasMessages: hasMessages, now: Self.now + .milliseconds($0))
        }
    }

    @Test
    func `gives commands their time twice, before it is told that all has stopped and after`() {
        var idle = leaving(nil)
        #expect(conclusions(&idle, hasMessages: false, at: [0, 0]) == [.tellStopped, .finish])
        var busy = leaving(nil)
        #expect(conclusions(&busy, hasMessages: true, at: [0, 29_999]) == [.wait, .wait])
        #expect(busy.nextLook <= Self.now + .seconds(30))
        #expect(conclusions(&busy, hasMessages: false, at: [29_999]) == [.tellStopped])
        #expect(conclusions(&busy, hasMessages: true, at: [29_999]) == [.wait])
        #expect(conclusions(&busy, hasMessages: true, at: [30_000]) == [.finish])
        busy.finished()
        #expect(busy.nextLook == .never)
    }

    @Test
    func `gives commands no more time than all the rest has`() {
        for time in [Nanoseconds(0), .seconds(5)] {
            var shutdown = leaving(time)
            let end = time.count / 1_000_000
            if end > 0 {
                #expect(conclusions(&shutdown, hasMessages: true, at: [end - 1]) == [.wait])
            }
            #expect(
                conclusions(&shutdown, hasMessages: true, at: [end, end])
                    == [.tellStopped, .finish])
        }
        // A second Ctrl-C.
        var hastened = leaving(nil)
        #expect(conclusions(&hastened, hasMessages: true, at: [0]) == [.wait])
        _ = hastened.requested(within: Nanoseconds(0), now: Self.now + .seconds(1))
        #expect(
            conclusions(&hastened, hasMessages: true, at: [1_000, 1_000])
                == [.tellStopped, .finish])
    }
}
