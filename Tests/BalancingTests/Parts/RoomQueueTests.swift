import Basics
import Testing

@testable import Balancing

@Suite struct RoomQueueTests {
    private static let start = Instant(nanoseconds: 1_000_000_000_000)
    private static let patience = Nanoseconds.seconds(5)
    private static let look = Nanoseconds.milliseconds(10)
    private let none = Nanoseconds(0)

    private func queue(_ capacity: Int = 8) -> RoomQueue {
        RoomQueue(capacity: capacity, look: Self.look)
    }

    private func key(_ request: UInt32) -> Exchange.Key {
        Exchange.Key(slot: .init(request), generation: 1)
    }

    private func join(
        _ queue: inout RoomQueue, _ request: UInt32, at slot: BackendSlot? = nil,
        since arrivedAt: Instant? = nil, now: Instant = Self.start
    ) -> RoomQueue.Joined {
        queue.joined(
            key(request), at: slot, arrivedAt: arrivedAt ?? now, patience: Self.patience, now: now)
    }

    /// Which requests are delivered where there is so much room, and which are answered.
    private func settle(
        _ queue: inout RoomQueue, anywhere: Int = 0, _ room: [BackendSlot: Int] = [:],
        at now: Instant = Self.start, gone: Set<UInt32> = []
    ) -> (delivered: [UInt32], answered: [UInt32]) {
        let settled = queue.settle(
            anywhere: anywhere, room: { room[$0] ?? 0 }, now: now,
            isThere: { !gone.contains($0.slot.number) })
        var delivered: [UInt32] = []
        var answered: [UInt32] = []
        for (key, settlement) in settled {
            if settlement == .answer {
                answered.append(key.slot.number)
            } else {
                delivered.append(key.slot.number)
            }
        }
        return (delivered, answered)
    }

    @Test func `first come, first served, and no more than there is room for`() {
        var queue = queue()
        for request in 1...4 as ClosedRange<UInt32> {
            let joined = join(&queue, request, now: Self.start + .milliseconds(UInt64(request)))
            #expect(joined == .waits)
        }
        let now = Self.start + .milliseconds(5)
        #expect(settle(&queue, at: now) == ([], []))
        #expect(settle(&queue, anywhere: 2, at: now) == ([1, 2], []))
        #expect(settle(&queue, anywhere: 9, at: now) == ([3, 4], []))
        #expect(queue.isEmpty && queue.due == nil)
    }

    @Test func `one that belongs to a backend waits for that, and holds up no other`() {
        var queue = queue()
        _ = join(&queue, 1, at: 7)
        _ = join(&queue, 2)
        _ = join(&queue, 3, at: 8)
        #expect(settle(&queue, anywhere: 1) == ([2], []))
        #expect(settle(&queue, anywhere: 9, [8: 1]) == ([3], []))
        #expect(settle(&queue, anywhere: 9) == ([], []))
        #expect(settle(&queue, [7: 1]) == ([1], []))
    }

    @Test func `one that found its room taken comes back to its old place`() {
        var queue = queue()
        _ = join(&queue, 1)
        let later = Self.start + .milliseconds(30)
        _ = join(&queue, 2, now: Self.start + .milliseconds(10))
        #expect(settle(&queue, anywhere: 1, at: later).delivered == [1])
        _ = join(&queue, 3, now: later)
        let joined = join(&queue, 1, since: Self.start, now: later)
        #expect(joined == .waits)
        #expect(queue.firstArrival == Self.start)
        #expect(settle(&queue, anywhere: 9, at: later).delivered == [1, 2, 3])
    }

    @Test func `one that has waited for as long as it may is told so, and not before`() {
        var queue = queue()
        _ = join(&queue, 1)
        _ = join(&queue, 2, at: 3)
        let end = Self.start + Self.patience
        let early = Instant(nanoseconds: end.nanoseconds - 1)
        #expect(settle(&queue, at: early) == ([], []))
        #expect(queue.due == end)
        #expect(settle(&queue, at: end) == ([], [1, 2]))
    }

    @Test func `room at the last moment is used`() {
        var queue = queue()
        _ = join(&queue, 1)
        #expect(settle(&queue, anywhere: 1, at: Self.start + Self.patience) == ([1], []))
    }

    @Test func `where too many wait, or no time is left, it is told at once`() {
        var queue = queue(2)
        _ = join(&queue, 1)
        _ = join(&queue, 2)
        #expect(join(&queue, 3) == .full)
        #expect(queue.count == 2)
        let late = queue.joined(
            key(4), at: nil, arrivedAt: Self.start, patience: none, now: Self.start)
        #expect(late == .late)
    }

    @Test func `one that is not there any more takes no room`() {
        var queue = queue()
        _ = join(&queue, 1)
        _ = join(&queue, 2)
        #expect(settle(&queue, anywhere: 1, gone: [1]) == ([2], []))
        #expect(queue.isEmpty)
    }

    @Test func `they are looked at when room is made, and now and then in any case`() {
        var queue = queue()
        #expect(queue.due == nil)
        _ = join(&queue, 1)
        #expect(queue.due == Self.start + Self.look)
        queue.roomFreed()
        #expect((queue.due ?? .never) <= Self.start)
        _ = settle(&queue)
        #expect(queue.due == Self.start + Self.look)
    }

    @Test func `how long it waited this time is told`() {
        var queue = queue()
        let before = Instant(nanoseconds: Self.start.nanoseconds - 700_000_000)
        _ = join(&queue, 1, since: before)
        #expect(queue.firstArrival == before)
        let settled = queue.settle(
            anywhere: 1, room: { _ in 0 }, now: Self.start + .milliseconds(40),
            isThere: { _ in true })
        #expect(settled.first?.1 == .deliver(waited: .milliseconds(40)))
        #expect(queue.firstArrival == nil)
    }

    @Test func `its first arrival is that of those for which any backend will do`() {
        var queue = queue()
        _ = join(&queue, 1, at: 4)
        #expect(queue.firstArrival == nil)
        let later = Self.start + .seconds(1)
        _ = join(&queue, 2, now: later)
        #expect(queue.firstArrival == later)
    }

    @Test func `it is told for which backends some wait, and once when none does any more`() {
        func told(_ queue: inout RoomQueue) -> [BackendSlot: Instant?] {
            Dictionary(uniqueKeysWithValues: queue.arrivals().map { ($0.slot, $0.first) })
        }
        var queue = queue()
        #expect(queue.arrivals().isEmpty)
        _ = join(&queue, 1)
        #expect(queue.arrivals().isEmpty)
        _ = join(&queue, 2, at: 7)
        _ = join(&queue, 3, at: 7, now: Self.start + .milliseconds(1))
        _ = join(&queue, 4, at: 8, now: Self.start + .milliseconds(2))
        let first = told(&queue)
        #expect(first == [7: Self.start, 8: Self.start + .milliseconds(2)])
        #expect(settle(&queue, [7: 2, 8: 1]).delivered == [2, 3, 4])
        let last = told(&queue)
        #expect(last == [7: nil, 8: nil])
        #expect(queue.arrivals().isEmpty)
    }

    @Test func `of those that belong to one no more go than it has room for`() {
        var queue = queue()
        for request in 1...3 as ClosedRange<UInt32> { _ = join(&queue, request, at: 7) }
        #expect(settle(&queue, [7: 2]) == ([1, 2], []))
        #expect(queue.count == 1)
    }
}
