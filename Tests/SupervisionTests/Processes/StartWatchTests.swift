import Basics
import Testing

@testable import Supervision

@Suite("A start that takes long")
struct StartWatchTests {
    @Test
    func `is looked into after three seconds, spoken of after ten, and not again`() throws {
        let now = Instant(nanoseconds: 5_000_000_000)
        let first = StartWatch(now: now)
        #expect(first.due == .firstLook && first.next == now + .seconds(3))
        let second = try #require(first.following)
        #expect(second.due == .slow && second.next == now + .seconds(10))
        #expect(second.following == nil)
    }
}
