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
        #expect(crowd.isAsked(1) && !crowd.isAsked(1) && !crowd.isAsked(0))
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

    @Test func `whoever has the one that is to go first is asked, once`() {
        let crowd = Crowd(workers: 3)
        crowd.tell(10, of: 0)
        crowd.tell(5, of: 1)
        crowd.tell(7, of: 2)
        #expect(crowd.ask(before: 5, besides: 1) == nil)
        #expect(crowd.ask(before: 10, besides: 0) == 1)
        #expect(crowd.isAsked(1) && !crowd.isAsked(1) && !crowd.isAsked(2))
        // It has not told of another one yet.
        #expect(crowd.ask(before: 10, besides: 0) == 2)
        #expect(crowd.ask(before: 10, besides: 0) == nil)
        crowd.tell(6, of: 1)
        #expect(crowd.ask(before: 10, besides: 0) == 1)
    }
}
