import Basics
import Testing

@testable import Balancing

/// What workers know of each other when there are too many clients.
@Suite struct CrowdTests {
    private let start = Instant(nanoseconds: 1_000_000_000_000)

    @Test func `it is full when the last worker is`() {
        let crowd = Crowd(workers: 2)
        #expect(!crowd.isFull)
        crowd.filled(0)
        #expect(!crowd.isFull)
        // Whoever has room is told to look for newcomers.
        #expect(crowd.roomy(besides: 0) == 1)
        #expect(crowd.takeRequest(1) == (.accept, false))
        #expect(crowd.takeRequest(1) == (.nothing, false))
        #expect(crowd.takeRequest(0) == (.nothing, false))
        crowd.filled(1)
        #expect(crowd.isFull && crowd.roomy(besides: 0) == nil)
        crowd.hasRoomAgain(0)
        #expect(!crowd.isFull && crowd.roomy(besides: 1) == 0)
    }

    @Test func `it is said once as long as it lasts, and again when there had been room`() {
        let crowd = Crowd(workers: 1)
        #expect(crowd.isNews(.places, now: start))
        for second in 1...100 as ClosedRange<UInt64> {
            #expect(!crowd.isNews(.places, now: start + .seconds(second * 30)))
        }
        crowd.isRelieved()
        // Just now there was too little.
        let last = start + .seconds(3000)
        #expect(!crowd.isNews(.places, now: last + .seconds(1)))
        crowd.isRelieved()
        #expect(crowd.isNews(.places, now: last + .seconds(60)))
        #expect(!crowd.isNews(.places, now: last + .seconds(120)))
        // How many descriptors others have is not known here.
        #expect(!crowd.isNews(.descriptors, now: last + .seconds(121)))
        #expect(crowd.isNews(.descriptors, now: last + .seconds(200)))
    }

    @Test func `all are asked, and whoever has the one that is to go first lets it go`() {
        let crowd = Crowd(workers: 3)
        #expect(crowd.decide(10, of: 0, now: start) == .unknown([1, 2]))
        // It waits for them, and so does another one that has a newcomer meanwhile.
        #expect(crowd.decide(10, of: 0, now: start) == .unknown([]))
        #expect(crowd.decide(5, of: 1, now: start) == .unknown([]))
        #expect(crowd.takeRequest(1) == (.nothing, true))
        #expect(crowd.tell(5, of: 1, now: start) == nil)
        #expect(crowd.takeRequest(1) == (.nothing, false))
        #expect(crowd.tell(7, of: 2, now: start) == 0)
        #expect(crowd.takeRequest(0) == (.accept, false))
        #expect(crowd.decide(10, of: 0, now: start) == .other(1))
        #expect(crowd.takeRequest(1) == (.letGo, false))
        // It has not told of another one yet.
        #expect(crowd.decide(10, of: 0, now: start) == .other(2))
        #expect(crowd.decide(10, of: 0, now: start) == .oneself)
        _ = crowd.tell(6, of: 1, now: start)
        #expect(crowd.decide(10, of: 0, now: start) == .other(1))
    }

    @Test func `who does not tell in time is not waited for, and what was told grows old`() {
        let crowd = Crowd(workers: 2)
        #expect(crowd.decide(10, of: 0, now: start) == .unknown([1]))
        #expect(crowd.decide(10, of: 0, now: start + .milliseconds(50)) == .unknown([]))
        #expect(crowd.decide(10, of: 0, now: start + .milliseconds(150)) == .oneself)
        #expect(crowd.decide(10, of: 0, now: start + .milliseconds(151)) == .unknown([1]))
        #expect(crowd.tell(3, of: 1, now: start + .milliseconds(152)) == 0)
        #expect(crowd.decide(10, of: 0, now: start + .milliseconds(160)) == .other(1))
        #expect(crowd.decide(10, of: 0, now: start + .milliseconds(400)) == .unknown([1]))
        let alone = Crowd(workers: 1)
        #expect(alone.decide(10, of: 0, now: start) == .oneself)
    }
}
