import Basics
import Testing

@testable import Supervision

@Suite("A place in the scoreboard")
struct BackendSlotsTests {
    private func take(_ slots: inout BackendSlots) throws -> (slot: BackendSlot, generation: UInt64)
    {
        let taken = slots.take()
        return try #require(taken)
    }

    @Test
    func `is no other backend's while its owner is there`() throws {
        var slots = BackendSlots(capacity: 3)
        let taken = try (0..<3).map { _ in try take(&slots).slot }
        #expect(Set(taken).count == 3)
        #expect(slots.free == 0)
        let more = slots.take()
        #expect(more == nil)
    }

    @Test
    func `goes on counting generations for its next owner`() throws {
        var slots = BackendSlots(capacity: 1)
        let first = try take(&slots)
        #expect(first.generation == 0)
        slots.release(first.slot, generation: 7)
        let second = try take(&slots)
        #expect(second.slot == first.slot)
        #expect(second.generation == 7)
    }

    @Test
    func `that was never taken goes first, then the one that has been free for longest`() throws {
        var slots = BackendSlots(capacity: 3)
        let first = try take(&slots)
        let second = try take(&slots)
        slots.release(second.slot, generation: 1)
        slots.release(first.slot, generation: 1)
        let next = try (0..<3).map { _ in try take(&slots).slot }
        #expect(next == [2, second.slot, first.slot])
    }
}
