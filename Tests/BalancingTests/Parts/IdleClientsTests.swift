import Basics
import Testing

@testable import Balancing

@Suite struct IdleClientsTests {
    private func client(_ number: UInt32) -> ClientConnection.Key {
        ClientConnection.Key(slot: .init(number), generation: 1)
    }

    private func at(_ milliseconds: UInt64) -> Instant {
        Instant(nanoseconds: 1_000_000_000_000) + .milliseconds(milliseconds)
    }

    @Test func `the first that came and has said nothing goes first`() {
        var idleClients = IdleClients()
        for number in 1...4 as ClosedRange<UInt32> {
            idleClients.came(client(number), most: 10) { _ in true }
        }
        let first = idleClients.firstSilent { _ in true }
        let second = idleClients.firstSilent { $0 != client(1) }
        // A client that has spoken once is passed over for good.
        let still = idleClients.firstSilent { _ in true }
        #expect(first == client(1) && second == client(2) && still == client(2))
        let none = idleClients.firstSilent { _ in false }
        let after = idleClients.firstSilent { _ in true }
        #expect(none == nil && after == nil)
    }

    @Test func `those that have spoken are not kept for ever`() {
        var idleClients = IdleClients()
        let most = 4
        for number in 0..<10_000 as Range<UInt32> {
            idleClients.came(client(number), most: most) { $0.slot.number + 3 > number }
        }
        var left = 0
        let found = idleClients.firstSilent { _ in
            left += 1
            return false
        }
        #expect(found == nil && left <= 2 * most + 65)
    }

    @Test func `the one that has rested for longest goes first, if it still does`() {
        var idleClients = IdleClients()
        var search = IdleClients.Search()
        for (number, since) in [(1, 30), (2, 10), (3, 20)] as [(UInt32, UInt64)] {
            search.add(client(number), restingSince: at(since))
        }
        idleClients.searched(search, now: at(100))
        let first = idleClients.longestResting { _, _ in true }
        let second = idleClients.longestResting { key, _ in key != client(2) }
        let last = idleClients.longestResting { _, since in since == at(30) }
        #expect(first == client(2) && second == client(3) && last == client(1))
        let none = idleClients.longestResting { _, _ in false }
        #expect(none == nil)
    }

    @Test func `of very many the longest are kept, in order`() {
        var search = IdleClients.Search()
        var idleClients = IdleClients()
        let count = UInt32(5 * Limits.idleClientsKept)
        for number in 0..<count {
            let since = at(UInt64(number.byteSwapped % 100_000))
            if since < search.latest { search.add(client(number), restingSince: since) }
        }
        idleClients.searched(search, now: at(1_000_000))
        var times: [Instant] = []
        while let key = idleClients.longestResting({ key, since in
            if times.last == since { return false }
            times.append(since)
            return true
        }) {
            #expect(key.slot.number < count)
            if times.count > 100 { break }
        }
        #expect(times == times.sorted() && times.count > 100)
        let earliest = (0..<count).map { at(UInt64($0.byteSwapped % 100_000)) }.min()
        #expect(times.first == earliest)
    }

    @Test func `all are looked at again after a while, and sooner where they are few`() {
        var idleClients = IdleClients()
        #expect(idleClients.isSearchDue(among: 10_000, now: at(0)))
        idleClients.searched(IdleClients.Search(), now: at(0))
        #expect(idleClients.isSearchDue(among: 64, now: at(0)))
        #expect(!idleClients.isSearchDue(among: 10_000, now: at(0)))
        #expect(idleClients.isSearchDue(among: 10_000, now: at(0) + Limits.acceptPause))
    }
}
