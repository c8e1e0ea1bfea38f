import Testing

@testable import Choosing

@Suite struct RotationTests {
    @Test func `weights 5, 1, 1 give the order that nginx documents`() {
        #expect(Rotation(weights: [5, 1, 1]).sequence == [0, 0, 1, 0, 2, 0, 0])
    }

    @Test func `equal weights take turns in the order they stand in`() {
        #expect(Rotation(weights: [3, 3, 3]).sequence == [0, 1, 2])
        #expect(Rotation(weights: [1]).sequence == [0])
    }

    @Test func `no members or only weightless ones take no turns`() {
        #expect(Rotation(weights: []).sequence.isEmpty)
        #expect(Rotation(weights: [0, 0]).sequence.isEmpty)
    }

    @Test func `over every window of one round each member has exactly its share`() {
        for first in 0...4 as ClosedRange<UInt32> {
            for second in 1...5 as ClosedRange<UInt32> {
                for third in 0...3 as ClosedRange<UInt32> {
                    let weights = [first, second, third]
                    let sequence = Rotation(weights: weights).sequence
                    let round = sequence.count
                    let total = weights.reduce(0, +)
                    for start in 0..<round {
                        var picks = [UInt32](repeating: 0, count: 3)
                        for offset in 0..<round { picks[sequence[(start + offset) % round]] += 1 }
                        for member in 0..<3 {
                            // The sequence is reduced by the weights' common divisor.
                            #expect(picks[member] * total == weights[member] * UInt32(round))
                        }
                    }
                }
            }
        }
    }
}
