import Basics
import Testing

@testable import Balancing

/// What workers know of each other when there are too many clients.
@Suite struct ConnectionLimitTests {
    private let start = Instant(nanoseconds: 1_000_000_000_000)

    @Test func `it is full when the last worker is`() {
        let connectionLimit = ConnectionLimit(workers: 2)
        #expect(!connectionLimit.isFull)
        connectionLimit.filled(0)
        #expect(!connectionLimit.isFull)
        // A worker that has room is told to accept new clients.
        #expect(connectionLimit.roomy(besides: 0) == 1)
        #expect(connectionLimit.takeRequest(1) == (.accept, false))
        #expect(connectionLimit.takeRequest(1) == (.nothing, false))
        #expect(connectionLimit.takeRequest(0) == (.nothing, false))
        connectionLimit.filled(1)
        #expect(connectionLimit.isFull && connectionLimit.roomy(besides: 0) == nil)
        connectionLimit.hasRoomAgain(0)
        #expect(!connectionLimit.isFull && connectionLimit.roomy(besides: 1) == 0)
    }

    @Test func `it is said once as long as it lasts, and again when there had been room`() {
        let connectionLimit = ConnectionLimit(workers: 1)
        #expect(connectionLimit.isNews(.places, now: start))
        for second in 1...100 as ClosedRange<UInt64> {
            #expect(!connectionLimit.isNews(.places, now: start + .seconds(second * 30)))
        }
        connectionLimit.isRelieved()
        // Just now there was too little.
        let last = start + .seconds(3000)
        #expect(!connectionLimit.isNews(.places, now: last + .seconds(1)))
        connectionLimit.isRelieved()
        #expect(connectionLimit.isNews(.places, now: last + .seconds(60)))
        #expect(!connectionLimit.isNews(.places, now: last + .seconds(120)))
        // How many descriptors others have is not known here.
        #expect(!connectionLimit.isNews(.descriptors, now: last + .seconds(121)))
        #expect(connectionLimit.isNews(.descriptors, now: last + .seconds(200)))
    }

    @Test func `all are asked, and the one with the client that is to go first lets it go`() {
        let connectionLimit = ConnectionLimit(workers: 3)
        #expect(connectionLimit.decide(10, of: 0, now: start) == .unknown([1, 2]))
        // It waits for them, and so does another one that has a new client meanwhile.
        #expect(connectionLimit.decide(10, of: 0, now: start) == .unknown([]))
        #expect(connectionLimit.decide(5, of: 1, now: start) == .unknown([]))
        #expect(connectionLimit.takeRequest(1) == (.nothing, true))
        #expect(connectionLimit.tell(5, of: 1, now: start) == nil)
        #expect(connectionLimit.takeRequest(1) == (.nothing, false))
        #expect(connectionLimit.tell(7, of: 2, now: start) == 0)
        #expect(connectionLimit.takeRequest(0) == (.accept, false))
        #expect(connectionLimit.decide(10, of: 0, now: start) == .other(1))
        #expect(connectionLimit.takeRequest(1) == (.letGo, false))
        // It has not told of another one yet.
        #expect(connectionLimit.decide(10, of: 0, now: start) == .other(2))
        #expect(connectionLimit.decide(10, of: 0, now: start) == .oneself)
        _ = connectionLimit.tell(6, of: 1, now: start)
        #expect(connectionLimit.decide(10, of: 0, now: start) == .other(1))
    }

    @Test func `one that does not tell in time is not waited for, and what was told grows old`() {
        let connectionLimit = ConnectionLimit(workers: 2)
        #expect(connectionLimit.decide(10, of: 0, now: start) == .unknown([1]))
        #expect(connectionLimit.decide(10, of: 0, now: start + .milliseconds(50)) == .unknown([]))
        #expect(connectionLimit.decide(10, of: 0, now: start + .milliseconds(150)) == .oneself)
        #expect(connectionLimit.decide(10, of: 0, now: start + .milliseconds(151)) == .unknown([1]))
        #expect(connectionLimit.tell(3, of: 1, now: start + .milliseconds(152)) == 0)
        #expect(connectionLimit.decide(10, of: 0, now: start + .milliseconds(160)) == .other(1))
        #expect(connectionLimit.decide(10, of: 0, now: start + .milliseconds(400)) == .unknown([1]))
        let alone = ConnectionLimit(workers: 1)
        #expect(alone.decide(10, of: 0, now: start) == .oneself)
    }
}
