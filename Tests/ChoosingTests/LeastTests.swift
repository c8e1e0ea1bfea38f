import Basics
import TestSupport
import Testing

@testable import Choosing

@Suite struct LeastTests {
    private typealias Load = LeastConnections.Load

    private func pick(_ loads: [Load?], turn: UInt64 = 0, word: UInt64 = 0) -> Int? {
        Least.pick(of: loads.count, turn: turn, word: word) { loads[$0]?.cost }
    }

    @Test func `up to the limit it is exactly one of the least loaded`() {
        var dice = Dice(2)
        for count in 1...64 {
            for _ in 0..<50 {
                let loads = (0..<count).map { _ -> Load? in
                    if UInt8.random(in: 0..<8, using: &dice) == 0 { return nil }
                    return Load(
                        inFlight: .random(in: 0..<10, using: &dice),
                        penalty: .random(in: 0..<3, using: &dice),
                        weight: .random(in: 0...5, using: &dice))
                }
                let usable = loads.indices.filter { (loads[$0]?.weight ?? 0) > 0 }
                let picked = pick(loads, turn: dice.next(), word: dice.next())
                guard let picked else {
                    #expect(usable.isEmpty)
                    continue
                }
                #expect(usable.contains(picked))
                for other in usable { #expect(loads[other]!.cost >= loads[picked]!.cost) }
            }
        }
    }

    @Test func `a quotient that would round is compared exactly`() {
        // As doubles both are 1/3.
        let less = Cost(amount: 6_148_914_691_236_517_204, weight: 3)
        let more = Cost(amount: 6_148_914_691_236_517_205, weight: 3)
        #expect(less < more)
        let half = Cost(amount: 1, weight: 2)
        #expect(half == Cost(amount: 2, weight: 4))
        #expect(Cost(amount: .max, weight: .max) < Cost(amount: .max, weight: .max - 1))
        #expect(pick([Load(inFlight: 7, weight: 3), Load(inFlight: 5, weight: 2)]) == 0)
    }

    @Test func `equals take turns, whichever others are busy`() {
        let idle = Load(inFlight: 1, weight: 2)
        let busy = Load(inFlight: 9, weight: 2)
        let loads = [busy, idle, busy, nil, idle, idle, busy]
        for start in 0..<20 as Range<UInt64> {
            let picks = (start..<start + 6).map { pick(loads, turn: $0)! }
            #expect(picks.sorted() == [1, 1, 4, 4, 5, 5])
        }
    }

    @Test func `idle members of different weights are chosen as often as their weights say`() {
        let loads = [5, 1, 3, 1].map { Load(inFlight: 0, weight: $0) }
        var picks = [0, 0, 0, 0]
        var longest = 0
        var run = 0
        var last = -1
        for turn in 0..<1000 as Range<UInt64> {
            let index = pick(loads, turn: turn)!
            picks[index] += 1
            run = index == last ? run + 1 : 1
            if index != 0 { longest = max(longest, run) }
            last = index
        }
        for (index, share) in [500, 100, 300, 100].enumerated() {
            #expect(abs(picks[index] - share) <= 3, "\(picks)")
        }
        #expect(longest <= 2)
    }

    @Test func `of many it is among the better ones, and each one's turn comes`() {
        var dice = Dice(3)
        let loads = (0..<1000).map { Load(inFlight: UInt32($0), weight: 1) }
        var sum = 0
        for _ in 0..<2000 { sum += pick(loads, word: dice.next())! }
        // The least of sixteen draws from 0..<1000 is 1000/17 on average.
        #expect((50...68).contains(sum / 2000))
        var weights = [0, 0]
        let idle = (0..<1000).map { Load(inFlight: 0, weight: $0 % 2 == 0 ? 1 : 3) }
        for _ in 0..<20_000 { weights[pick(idle, word: dice.next())! % 2] += 1 }
        #expect((14_500...15_500).contains(weights[1]))
    }

    @Test func `one that may be chosen among ten thousand is found`() {
        var loads = [Load?](repeating: nil, count: 10_000)
        #expect(pick(loads, word: 5) == nil)
        loads[7777] = Load(inFlight: 3, weight: 1)
        #expect(pick(loads, word: 5) == 7777)
    }

    @Test func `a member that fails at once does not draw the others' requests`() {
        // Ten requests in flight at any time; member 0 fails each at once, the others take a while.
        var penalty = FailurePenalty()
        var inFlight = [UInt32](repeating: 0, count: 4)
        var ends: [(at: UInt64, member: Int)] = []
        var failed = 0
        for step in 0..<20_000 as Range<UInt64> {
            let now = Instant(nanoseconds: 1_000_000_000 + step * 1_000_000)
            for end in ends where end.at <= step { inFlight[end.member] -= 1 }
            ends.removeAll { $0.at <= step }
            let loads = (0..<4).map {
                Load(
                    inFlight: inFlight[$0], penalty: $0 == 0 ? penalty.points(now: now) : 0,
                    weight: 1)
            }
            let index = pick(loads, turn: step)!
            if index == 0 {
                penalty.failed(now: now)
                failed += 1
            } else {
                inFlight[index] += 1
                ends.append((step + 30, index))
            }
        }
        // Without the penalty: nearly all twenty thousand.
        #expect(failed < 400, "\(failed)")
    }
}

@Suite struct FailurePenaltyTests {
    private let start = Instant(nanoseconds: 77_000_000_000)

    @Test func `a failure counts as one in flight and half as much a second later`() {
        var penalty = FailurePenalty()
        #expect(penalty.points(now: start) == 0)
        for _ in 0..<16 { penalty.failed(now: start) }
        #expect(penalty.points(now: start) == 16)
        // A little early: the clock is kept in milliseconds.
        #expect(penalty.points(now: start + .milliseconds(1002)) == 8)
        #expect(penalty.points(now: start + .milliseconds(2003)) == 4)
        #expect(penalty.points(now: start + .seconds(60)) == 0)
        #expect(FailurePenalty(word: penalty.word) == penalty)
    }

    @Test func `it never grows by itself and never overflows`() {
        var penalty = FailurePenalty()
        for _ in 0..<100_000 { penalty.failed(now: start) }
        var last = penalty.points(now: start)
        #expect(last == 65_535 || last == 65_536)
        for step in 0..<30_000 as Range<UInt64> {
            let points = penalty.points(now: start + .milliseconds(step))
            #expect(points <= last)
            last = points
        }
    }
}
