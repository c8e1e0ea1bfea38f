import Basics
import Testing

@testable import Balancing

@Suite struct TurnQueueTests {
    private func client(_ number: UInt32) -> ClientConnection.Key {
        ClientConnection.Key(slot: .init(number), generation: 1)
    }

    private func served(_ turns: inout TurnQueue) -> [UInt32] {
        var served: [UInt32] = []
        while let key = turns.next() { served.append(key.slot.number) }
        return served
    }

    @Test func `a client that used up its turn has the next one, in order`() {
        var turns = TurnQueue()
        #expect(!turns.hasUnfinished && served(&turns) == [])
        for number in [3, 1, 2] as [UInt32] { turns.usedUp(client(number)) }
        #expect(turns.hasUnfinished)
        #expect(served(&turns) == [3, 1, 2])
        #expect(!turns.hasUnfinished && served(&turns) == [])
    }

    @Test func `a client that uses it up again meanwhile waits for the turn after it`() {
        var turns = TurnQueue()
        turns.usedUp(client(1))
        turns.usedUp(client(2))
        var first: [UInt32] = []
        while let key = turns.next() {
            first.append(key.slot.number)
            turns.usedUp(key)
        }
        #expect(first == [1, 2])
        #expect(turns.hasUnfinished)
        #expect(served(&turns) == [1, 2])
        #expect(!turns.hasUnfinished)
    }

    @Test func `a client that waits for room is called when there is some, the first first`() {
        var turns = TurnQueue()
        for number in 1...4 as ClosedRange<UInt32> { turns.foundNoRoom(client(number)) }
        #expect(turns.hasPostponed && !turns.hasUnfinished)
        let none = turns.recall(0) { _ in true }
        let two = turns.recall(2) { _ in true }
        let rest = turns.recall(9) { $0 != client(3) }
        #expect(none.isEmpty && two == [client(1), client(2)] && rest == [client(4)])
        #expect(!turns.hasPostponed)
    }

    @Test func `whether the poller may know of more is known for a turn`() {
        var turns = TurnQueue()
        #expect(!turns.mayHaveMore)
        turns.began(mayHaveMore: true)
        #expect(turns.mayHaveMore)
        turns.began(mayHaveMore: false)
        #expect(!turns.mayHaveMore)
    }
}
