import Basics
import TestSupport
import Testing

@testable import Choosing

@Suite struct StickyTableTests {
    private typealias Table = StickyTable<SharedWords>
    private let start = Instant(nanoseconds: 9_000_000_000)

    private func place(_ slot: BackendSlot, _ generation: UInt64 = 3) -> Table.Place {
        .init(slot: slot, generation: generation)
    }

    @Test func `a client stays until exactly the end of its window and from then on is forgotten`()
    {
        let table = Table(SharedWords(64), window: .seconds(2))
        table.bind(5, to: place(7), now: start)
        let end = start + .seconds(2)
        let before = Instant(nanoseconds: end.nanoseconds - 1)
        #expect(table.place(of: 5, now: start) == place(7))
        #expect(table.place(of: 5, now: before) == place(7))
        #expect(table.place(of: 5, now: end) == nil)
        #expect(table.place(of: 6, now: start) == nil)
        // Each time it comes back the window begins anew; looking alone is not coming back.
        table.bind(5, to: place(7), now: before)
        #expect(table.place(of: 5, now: end + .seconds(1)) == place(7))
        #expect(table.place(of: 5, now: before + .seconds(2)) == nil)
    }

    @Test func `a client that is sent elsewhere belongs there`() {
        let table = Table(SharedWords(64), window: .seconds(2))
        table.bind(5, to: place(7), now: start)
        table.bind(5, to: place(65_535, 0xFFFF_FFFF_FFFF), now: start)
        let found = table.place(of: 5, now: start)
        #expect(found?.slot == 65_535)
        #expect(found?.isCurrent(0xFFFF_FFFF_FFFF) == true)
        #expect(found?.isCurrent(0xFFFF_FFFF_FFFE) == false)
    }

    @Test func `a hundred thousand clients take no more than the table has, the last stay longest`()
    {
        let words = SharedWords(2 * 16_384)
        let table = Table(words, window: .seconds(2))
        let all = ExpiringTable(words, payloadBits: 36)
        var dice = Dice(15)
        let clients = (0..<100_000).map { _ in dice.next() }
        for (number, client) in clients.enumerated() {
            let now = start + Nanoseconds(UInt64(number) * 1000)
            table.bind(client, to: place(BackendSlot(UInt32(number % 1000))), now: now)
            #expect(table.place(of: client, now: now) == place(BackendSlot(UInt32(number % 1000))))
        }
        let now = start + .milliseconds(100)
        func liveCount(_ now: Instant) -> Int {
            (0..<all.capacity).count { all.entry(in: $0, now: now) != nil }
        }
        let live = liveCount(now)
        #expect(live > 16_000 && live <= 16_384)
        func hits(_ range: Range<Int>) -> Int {
            range.count {
                table.place(of: clients[$0], now: now) == place(BackendSlot(UInt32($0 % 1000)))
            }
        }
        // The last half of the table's size are nearly all there, the first of all gone.
        #expect(hits(92_000..<100_000) > 7800, "\(hits(92_000..<100_000))")
        #expect(hits(0..<20_000) < 20)
        #expect(liveCount(start + .seconds(3)) == 0)
    }

    @Test func `clients that keep coming stay while ten times as many come once`() {
        let table = Table(SharedWords(2 * 16_384), window: .seconds(2))
        var dice = Dice(16)
        let regulars = (0..<4000).map { _ in dice.next() }
        var now = start
        var missed = 0
        for round in 0..<10 {
            for (number, client) in regulars.enumerated() {
                now = now + .microseconds(1)
                if round > 0 && table.place(of: client, now: now) == nil { missed += 1 }
                table.bind(client, to: place(BackendSlot(UInt32(number))), now: now)
                table.bind(dice.next(), to: place(1), now: now)
            }
        }
        // Of 36,000 returns; between two of them half as many others came as there is room for.
        #expect(missed < 720, "\(missed)")
    }

    @Test func `threads that write the same few entries never show a client another's place`()
        async
    {
        let words = SharedWords(2 * 16)
        let start = start
        let wrong = await withTaskGroup(of: Int.self) { group in
            for thread in 0..<4 as Range<UInt64> {
                group.addTask {
                    let table = Table(words, window: .seconds(2))
                    var dice = Dice(thread)
                    var wrong = 0
                    for step in 0..<50_000 as Range<UInt64> {
                        let client = UInt64.random(in: 0..<200, using: &dice)
                        let now = start + Nanoseconds(step)
                        if let found = table.place(of: client, now: now),
                            found.slot != BackendSlot(UInt32(client))
                        {
                            wrong += 1
                        }
                        table.bind(
                            client, to: .init(slot: BackendSlot(UInt32(client)), generation: 1),
                            now: now)
                    }
                    return wrong
                }
            }
            return await group.reduce(0, +)
        }
        #expect(wrong == 0)
    }

    @Test func `words of any kind are a table that finds no entry and can be used`() {
        var dice = Dice(17)
        let words = SharedWords(64)
        for index in 0..<64 { _ = words.exchange(0, with: dice.next() >> 1, at: index) }
        let table = Table(words, window: .seconds(2))
        for client in 0..<100 as Range<UInt64> {
            #expect(table.place(of: client, now: start) == nil)
            table.bind(
                client, to: place(BackendSlot(UInt32(client))), now: .init(nanoseconds: .max >> 1))
            #expect(
                table.place(of: client, now: .init(nanoseconds: .max >> 1))
                    == place(BackendSlot(UInt32(client))))
        }
    }
}
