import Basics
import Choosing
import Kernel
import Testing

@testable import Balancing

/// The pool by itself: its connections lead nowhere.
@Suite struct UpstreamPoolTests {
    private static let start = Instant(nanoseconds: 1_000_000_000)
    private static let proof = Limits.keptProof

    // MARK: Requests that lie unread

    private static let process = BackendProcess(slot: 0, generation: 1)

    /// One that was sent at the start, seen unread so long after.
    private static func unread(
        after time: Nanoseconds, isCertain: Bool = true
    ) -> UnreadRequest {
        UnreadRequest(since: start, seenAt: start + time, isCertain: isCertain)
    }

    @Test func `behind an idle connection a request waits, and all that idle are given up`() throws
    {
        let place = Place()
        let numbers = [try place.idle(), try place.idle()]
        let other = try place.idle(slot: 1)
        #expect(place.find(Self.unread(after: .milliseconds(50))) == .all)
        let until = Self.start + .seconds(1)
        place.pool.occupied(Self.process, until: until)
        var given: [UpstreamConnection.Slot] = []
        while let number = place.pool.giveUp(Self.process, from: &place.connections) {
            given.append(number)
        }
        #expect(Set(given) == Set(numbers))
        #expect(place.take(1, after: Self.proof) == other)
    }

    @Test func `while a process is occupied none is kept, and then again`() throws {
        let place = Place()
        let number = try place.opened()
        let until = Self.start + .seconds(1)
        place.pool.occupied(Self.process, until: until)
        #expect(!place.pool.returned(number, now: Self.start, to: &place.connections))
        let next = try place.opened(generation: 2)
        #expect(place.pool.returned(next, now: Self.start, to: &place.connections))
        place.pool.remove(next, from: &place.connections)
        #expect(place.pool.returned(number, now: until, to: &place.connections))
    }

    @Test func `what has only just begun to idle is in no request's way`() throws {
        let place = Place()
        _ = try place.idle()
        #expect(place.find(Self.unread(after: .milliseconds(9))) == .nothing)
        #expect(place.find(Self.unread(after: .milliseconds(10))) == .all)
        #expect(place.find(Self.unread(after: .seconds(1)), by: 1) == .nothing)
    }

    @Test func `that a busy process has not read a request yet costs it nothing`() throws {
        let place = Place()
        let number = try place.opened()
        #expect(place.find(Self.unread(after: .milliseconds(50))) == .nothing)
        // It answers what it had before the other was sent, and is about to turn to that.
        place.back(number, after: .milliseconds(60))
        #expect(place.take(after: .milliseconds(60)) == number)
        #expect(place.find(Self.unread(after: .milliseconds(70))) == .nothing)
    }

    @Test func `one that answers what was sent later can't get away from its connection`() throws {
        let place = Place()
        let number = try place.opened()
        #expect(place.find(Self.unread(after: .milliseconds(50))) == .nothing)
        for time in [60, 70] as [UInt64] {
            place.back(number, after: .milliseconds(time))
            #expect(place.take(after: .milliseconds(time)) == number)
        }
        // Seen before that answer it would prove nothing.
        #expect(place.find(Self.unread(after: .milliseconds(65))) == .nothing)
        #expect(place.find(Self.unread(after: .milliseconds(150))) == .all)
    }

    @Test func `where it is not known whether a request is read, one is given up for it`() throws {
        let place = Place()
        let oldest = try place.idle()
        let newer = try place.idle()
        let request = Self.unread(after: .milliseconds(50), isCertain: false)
        #expect(place.find(request) == .one(oldest))
        place.pool.remove(oldest, from: &place.connections)
        #expect(place.find(request) == .one(newer))
        place.pool.remove(newer, from: &place.connections)
        #expect(place.find(request) == .nothing)
        // The next that comes back, and no more.
        place.pool.owesOne(Self.process, now: Self.start)
        #expect(!place.pool.returned(oldest, now: Self.start, to: &place.connections))
        #expect(place.pool.returned(newer, now: Self.start, to: &place.connections))
    }

    /// A pool, and the slab that its connections lie in.
    private final class Place {
        var pool: UpstreamPool
        var connections = Slab<UpstreamConnection>(capacity: 16)

        init(most: Int = .max) {
            var terms = UpstreamPool.Terms()
            terms.most = most
            pool = UpstreamPool(backends: 2, terms)
        }

        func opened(slot: BackendSlot = 0, generation: UInt64 = 1) throws -> UpstreamConnection.Slot
        {
            let pair = try Socket.pair()
            return connections.insert(
                UpstreamConnection(
                    transport: Transport(pair.first), slot: slot, generation: generation,
                    client: nil, activeAt: UpstreamPoolTests.start, filedFor: .never)
            ).slot
        }

        /// A connection that has idled since the start.
        func idle(slot: BackendSlot = 0, generation: UInt64 = 1) throws -> UpstreamConnection.Slot {
            let number = try opened(slot: slot, generation: generation)
            #expect(pool.returned(number, now: UpstreamPoolTests.start, to: &connections))
            return number
        }

        /// It comes back with an answer.
        func back(_ number: UpstreamConnection.Slot, after time: Nanoseconds) {
            #expect(
                pool.returned(number, now: UpstreamPoolTests.start + time, to: &connections))
        }

        /// A request was found unread.
        func find(_ request: UnreadRequest, by slot: BackendSlot = 0) -> UpstreamPool.Eviction {
            pool.foundUnread(
                request, by: BackendProcess(slot: slot, generation: 1), now: request.seenAt,
                in: connections)
        }

        func take(
            _ slot: BackendSlot = 0, repeatable: Bool = true, after time: Nanoseconds
        ) -> UpstreamConnection.Slot? {
            pool.take(
                slot, isRepeatable: repeatable, now: UpstreamPoolTests.start + time,
                from: &connections)
        }

        /// What cannot be sent twice asks for one, and leaves it there.
        func isTrusted(after time: Nanoseconds) -> Bool {
            guard let number = take(repeatable: false, after: time) else { return false }
            let kept = pool.returned(number, now: UpstreamPoolTests.start, to: &connections)
            #expect(kept)
            return true
        }
    }

    @Test func `the last one used is used first, and each but once`() throws {
        let place = Place()
        let first = try place.idle()
        let second = try place.idle()
        let other = try place.idle(slot: 1)
        #expect(place.take(after: Self.proof) == second)
        #expect(place.take(after: Self.proof) == first)
        #expect(place.take(after: Self.proof) == nil)
        #expect(place.take(1, after: Self.proof) == other)
    }

    @Test func `one is taken out wherever it stands`() throws {
        for index in 0..<3 {
            let place = Place()
            var numbers: [UpstreamConnection.Slot] = []
            for _ in 0..<3 { numbers.append(try place.idle()) }
            place.pool.remove(numbers[index], from: &place.connections)
            numbers.remove(at: index)
            #expect(place.take(after: Self.proof) == numbers[1])
            #expect(place.take(after: Self.proof) == numbers[0])
            #expect(place.take(after: Self.proof) == nil)
        }
    }

    @Test func `what can't be sent twice goes over one that has idled for long enough`() throws {
        let place = Place()
        _ = try place.idle()
        #expect(!place.isTrusted(after: .milliseconds(9)))
        #expect(place.isTrusted(after: Self.proof))
        #expect(place.take(after: .milliseconds(1)) != nil)
    }

    @Test func `a process that has been seen to keep one is trusted at once`() throws {
        let place = Place()
        let number = try place.idle()
        place.pool.stayed(place.connections[number], now: Self.start + .milliseconds(9))
        #expect(!place.isTrusted(after: .milliseconds(1)))
        place.pool.stayed(place.connections[number], now: Self.start + Self.proof)
        #expect(place.isTrusted(after: .milliseconds(1)))
    }

    @Test func `a close right behind an answer takes that back`() throws {
        let place = Place()
        let number = try place.idle()
        place.pool.stayed(place.connections[number], now: Self.start + Self.proof)
        place.pool.ended(
            place.connections[number], idled: .milliseconds(1), now: Self.start)
        #expect(!place.isTrusted(after: .milliseconds(1)))
    }

    @Test func `from a close it is learnt how long one may idle, and forgotten again`() throws {
        let place = Place()
        let number = try place.idle()
        place.pool.stayed(place.connections[number], now: Self.start + Self.proof)
        place.pool.ended(
            place.connections[number], idled: .milliseconds(50), now: Self.start)
        #expect(place.isTrusted(after: .milliseconds(24)))
        #expect(!place.isTrusted(after: .milliseconds(25)))
        // A longer one tells nothing new, a shorter one does.
        place.pool.ended(
            place.connections[number], idled: .milliseconds(500), now: Self.start)
        #expect(!place.isTrusted(after: .milliseconds(25)))
        place.pool.ended(
            place.connections[number], idled: .milliseconds(20), now: Self.start)
        #expect(!place.isTrusted(after: .milliseconds(10)))
        // For what may be sent twice all are good.
        #expect(place.take(after: .seconds(1)) == number)
        let later = Self.start + Limits.closeRemembered
        #expect(place.pool.returned(number, now: later, to: &place.connections))
        #expect(
            place.pool.take(
                0, isRepeatable: false, now: later + .milliseconds(30), from: &place.connections)
                == number)
    }

    @Test func `what was known of a process is not held against the next`() throws {
        let place = Place()
        let number = try place.idle()
        place.pool.stayed(place.connections[number], now: Self.start + Self.proof)
        place.pool.remove(number, from: &place.connections)
        _ = try place.idle(generation: 2)
        #expect(!place.isTrusted(after: .milliseconds(1)))
        #expect(place.isTrusted(after: Self.proof))
    }

    @Test func `one is let go before its backend does it`() throws {
        for (announced, limit) in Self.announcements { try announce(announced, limit) }
    }

    private static let announcements: [(UInt64, Nanoseconds)] = [
        (5, .seconds(4)), (3, .seconds(2)), (2, .seconds(1)), (1, .milliseconds(500)),
        (60, Limits.pooledIdle), (.max, Limits.pooledIdle),
    ]

    private func announce(_ announced: UInt64, _ limit: Nanoseconds) throws {
        let place = Place()
        let number = try place.idle()
        place.pool.stayed(place.connections[number], now: Self.start + Self.proof)
        #expect(place.pool.idleLimit(place.connections[number]) == Limits.pooledIdle)
        place.pool.announced(announced, place.connections[number])
        #expect(place.pool.idleLimit(place.connections[number]) == limit)
        #expect(place.pool.due(place.connections[number]) == Self.start + limit)
        #expect(!place.isTrusted(after: limit))
        #expect(place.isTrusted(after: Nanoseconds(limit.count - 1)))
    }

    @Test func `one is not kept if its backend takes no further request`() throws {
        let place = Place()
        let number = try place.opened()
        place.pool.announced(0, place.connections[number])
        #expect(!place.pool.returned(number, now: Self.start, to: &place.connections))
    }

    @Test func `no more are kept than are allowed`() throws {
        let place = Place(most: 1)
        let first = try place.idle()
        let second = try place.opened()
        #expect(!place.pool.returned(second, now: Self.start, to: &place.connections))
        #expect(place.take(after: Self.proof) == first)
        #expect(place.pool.returned(second, now: Self.start, to: &place.connections))
        let none = Place(most: 0)
        let number = try none.opened()
        #expect(!none.pool.returned(number, now: Self.start, to: &none.connections))
    }
}
