import Basics
import TestSupport
import Testing

@testable import Choosing

@Suite struct TwoChoicesTests {
    private func cost(_ inFlight: Int, _ weight: UInt32 = 1) -> Cost {
        LeastConnections.Load(inFlight: UInt32(inFlight), weight: weight).cost
    }

    @Test(arguments: [[1, 1, 1], [5, 1, 1], [1000, 1, 3, 0, 7], [9, 8, 7, 6, 5, 4, 3, 2, 1]])
    func `members are drawn as often as their weights say`(weights: [UInt32]) {
        var dice = Dice(6)
        let choices = TwoChoices(weights: weights)
        let draws = 200_000
        var drawn = [Int](repeating: 0, count: weights.count)
        for _ in 0..<draws { drawn[choices.draw(dice.next())] += 1 }
        let total = Double(weights.reduce(0, +))
        var chiSquare = 0.0
        for (index, weight) in weights.enumerated() {
            let expected = Double(draws) * Double(weight) / total
            if weight == 0 {
                #expect(drawn[index] == 0)
            } else {
                chiSquare +=
                    (Double(drawn[index]) - expected) * (Double(drawn[index]) - expected)
                    / expected
            }
        }
        // With at most eight degrees of freedom.
        #expect(chiSquare < 40, "\(drawn)")
    }

    @Test func `the most loaded of all is never chosen, since the two are distinct`() {
        var dice = Dice(7)
        for count in 2...12 {
            let choices = TwoChoices(weights: .init(repeating: 1, count: count))
            for turn in 0..<500 as Range<UInt64> {
                let picked = choices.pick(turn: turn, word: dice.next()) { cost($0) }
                #expect(picked != count - 1)
            }
        }
    }

    @Test func `of two it is exactly the less loaded, and equals take turns`() {
        var dice = Dice(8)
        let choices = TwoChoices(weights: [3, 1])
        for _ in 0..<1000 {
            let loads = (0..<2).map { _ in Int.random(in: 0..<20, using: &dice) }
            let picked = choices.pick(turn: dice.next(), word: dice.next()) {
                cost(loads[$0], $0 == 0 ? 3 : 1)
            }
            if loads[0] < loads[1] * 3 { #expect(picked == 0) }
            if loads[0] > loads[1] * 3 { #expect(picked == 1) }
        }
        let even = TwoChoices(weights: [1, 1])
        #expect(even.pick(turn: 0, word: 1) { _ in cost(4) } == 0)
        #expect(even.pick(turn: 1, word: 1) { _ in cost(4) } == 1)
    }

    @Test func `a member that may not be chosen isn't, and any that may is found`() {
        var dice = Dice(9)
        let choices = TwoChoices(weights: .init(repeating: 2, count: 500))
        for only in 0..<500 {
            let picked = choices.pick(turn: 0, word: dice.next()) { $0 == only ? cost(9) : nil }
            #expect(picked == only)
        }
        #expect(choices.pick(turn: 0, word: 1) { _ in nil } == nil)
        #expect(TwoChoices(weights: []).pick(turn: 0, word: 1) { cost($0) } == nil)
        #expect(TwoChoices(weights: [0, 0, 0]).pick(turn: 0, word: 1) { cost($0) } == nil)
    }

    @Test func `balls thrown into bins by two choices lie far flatter than at random`() {
        var dice = Dice(10)
        var bins = [Int](repeating: 0, count: 1000)
        let choices = TwoChoices(weights: .init(repeating: 1, count: 1000))
        for turn in 0..<100_000 as Range<UInt64> {
            bins[choices.pick(turn: turn, word: dice.next()) { cost(bins[$0]) }!] += 1
        }
        // At random the fullest has about 133 of 100; by two choices log log n more.
        #expect(bins.max()! <= 105)
    }
}
