import Basics
import TestSupport
import Testing

@testable import Choosing

@Suite struct ConsistentHashTests {
    private func members(
        _ numbers: some Sequence<Int>, weight: (Int) -> UInt32 = { _ in 1 }
    ) -> [ConsistentHash.Member] {
        numbers.map { number in
            let name = Array("backend.\(number)".utf8)
            return .init(id: KeyHash.hash(name.span), weight: weight(number))
        }
    }

    private func keys(_ count: Int) -> [UInt64] {
        var dice = Dice(11)
        return (0..<count).map { _ in dice.next() }
    }

    @Test func `every member has its share of the places within a hundredth`() {
        for count in [1, 2, 3, 10, 64, 500] {
            let table = ConsistentHash(members(0..<count))
            let share = Double(table.table.count) / Double(count)
            for places in table.places { #expect(abs(Double(places) - share) <= share / 100 + 1) }
        }
        let weighted = ConsistentHash(members(0..<7) { UInt32($0) })
        for (number, places) in weighted.places.enumerated() {
            let share = Double(weighted.table.count) * Double(number) / 21
            #expect(abs(Double(places) - share) <= share / 100)
        }
    }

    @Test func `the order in which members stand plays no part`() {
        var dice = Dice(12)
        let straight = ConsistentHash(members(0..<40) { UInt32($0 % 3 + 1) })
        let shuffled = ConsistentHash(straight.members.shuffled(using: &dice))
        for key in keys(5000) {
            let one = straight.pick(key: key) { _ in true }!
            let other = shuffled.pick(key: key) { _ in true }!
            #expect(straight.members[one] == shuffled.members[other])
        }
    }

    @Test func `taking one of ten away moves at most an eighth of the keys`() {
        let all = ConsistentHash(members(0..<10))
        let keys = keys(20_000)
        for gone in 0..<10 {
            let fewer = ConsistentHash(members((0..<10).filter { $0 != gone }))
            let moved = keys.count {
                let before = all.members[all.pick(key: $0) { _ in true }!]
                return fewer.members[fewer.pick(key: $0) { _ in true }!] != before
            }
            // A tenth has to.
            #expect(moved <= keys.count * 12 / 100, "\(moved)")
        }
    }

    @Test func `a member that is out moves its own keys alone, to all the others alike`() {
        let table = ConsistentHash(members(0..<10))
        var taken = [Int](repeating: 0, count: 10)
        for key in keys(50_000) {
            let before = table.pick(key: key) { _ in true }!
            let during = table.pick(key: key) { $0 != 4 }!
            if before != 4 {
                #expect(during == before)
            } else {
                taken[during] += 1
            }
        }
        #expect(taken[4] == 0)
        let others = taken.reduce(0, +) / 9
        for index in 0..<10 where index != 4 {
            #expect(abs(taken[index] - others) < others / 4, "\(taken)")
        }
    }

    @Test func `the only one that is left gets every key, and none when none is`() {
        let table = ConsistentHash(members(0..<300))
        for key in keys(200) {
            #expect(table.pick(key: key) { $0 == 123 } == 123)
            #expect(table.pick(key: key) { _ in false } == nil)
        }
        #expect(ConsistentHash([]).pick(key: 1) { _ in true } == nil)
        #expect(ConsistentHash(members(0..<3) { _ in 0 }).pick(key: 1) { _ in true } == nil)
    }

    @Test func `ten thousand members fit into two mebibytes`() {
        let table = ConsistentHash(members(0..<10_000))
        #expect(table.table.count <= 1 << 20)
        let share = table.table.count / 10_000
        for places in table.places { #expect(abs(places - share) <= 1) }
    }

    @Test func `no member has more than its bound, however one-sided the keys are`() {
        let weights: [UInt32] = [1, 2, 3, 1, 1, 4, 2, 1, 1, 1]
        let table = ConsistentHash(members(0..<10) { weights[$0] })
        var dice = Dice(13)
        var inFlight = [UInt32](repeating: 0, count: 10)
        var placed: [Int] = []
        for step in 0..<20_000 {
            // Half of all requests have the same key.
            let key = step % 2 == 0 ? 42 : dice.next()
            let bound = BoundedLoad(inFlight: UInt64(placed.count), weight: 17)
            let index = table.pick(key: key) {
                bound.hasRoom(inFlight: inFlight[$0], weight: weights[$0])
            }!
            inFlight[index] += 1
            placed.append(index)
            let most = (Double(placed.count) * 1.25 * Double(weights[index]) / 17).rounded(.up)
            #expect(Double(inFlight[index]) <= most)
            if placed.count > 300 {
                let ended = placed.remove(at: Int.random(in: 0..<300, using: &dice))
                inFlight[ended] -= 1
            }
        }
    }

    @Test func `there is always one with room`() {
        var dice = Dice(14)
        for _ in 0..<2000 {
            let count = Int.random(in: 1..<12, using: &dice)
            let weights = (0..<count).map { _ in UInt32.random(in: 1..<50, using: &dice) }
            let loads = weights.map { _ in UInt32.random(in: 0..<50, using: &dice) }
            let bound = BoundedLoad(
                percent: 100, inFlight: loads.reduce(0) { $0 + UInt64($1) },
                weight: weights.reduce(0) { $0 + UInt64($1) })
            let hasRoom = weights.indices.contains {
                bound.hasRoom(inFlight: loads[$0], weight: weights[$0])
            }
            #expect(hasRoom)
        }
    }
}

extension ConsistentHash {
    /// How many of the table's places belong to each member.
    fileprivate var places: [Int] {
        var places = [Int](repeating: 0, count: members.count)
        for index in table { places[Int(index)] += 1 }
        return places
    }
}
