import Basics
import Testing

@testable import Supervision

@Suite("A place in the scoreboard")
struct SlotBookTests {
    private func take(_ book: inout SlotBook) throws -> (slot: BackendSlot, generation: UInt64) {
        let taken = book.take()
        return try #require(taken)
    }

    @Test
    func `is nobody else's while its owner is there`() throws {
        var book = SlotBook(capacity: 3)
        let taken = try (0..<3).map { _ in try take(&book).slot }
        #expect(Set(taken).count == 3)
        #expect(book.free == 0)
        let more = book.take()
        #expect(more == nil)
    }

    @Test
    func `goes on counting generations for who gets it next`() throws {
        var book = SlotBook(capacity: 1)
        let first = try take(&book)
        #expect(first.generation == 0)
        book.release(first.slot, generation: 7)
        let second = try take(&book)
        #expect(second.slot == first.slot)
        #expect(second.generation == 7)
    }

    @Test
    func `that nobody has had goes first, then the one that has been free for longest`() throws {
        var book = SlotBook(capacity: 3)
        let first = try take(&book)
        let second = try take(&book)
        book.release(second.slot, generation: 1)
        book.release(first.slot, generation: 1)
        let next = try (0..<3).map { _ in try take(&book).slot }
        #expect(next == [2, second.slot, first.slot])
    }
}
