import Basics
import Testing

@testable import Supervision

@Suite("A child that finishes what it has")
struct ChildDrainTests {
    @Test func `it is looked at more and more seldom`() {
        let now = Instant(nanoseconds: 1_000_000_000_000)
        var drain = Drain(version: 3, now: now)
        #expect(drain.nextLook == now)
        var last = Nanoseconds(0)
        for _ in 0..<20 {
            drain.looked(now: now)
            let wait = drain.nextLook.since(now)
            #expect(wait >= last && wait <= Drain.longest)
            last = wait
        }
        #expect(last == Drain.longest)
    }
}
