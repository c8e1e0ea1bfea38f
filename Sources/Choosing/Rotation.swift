import Basics

/// The order in which members take turns: smooth weighted round robin, computed once for a roster.
///
/// It is nginx's algorithm (ngx_http_upstream_round_robin.c): at each pick every member gains its
/// weight, the one with the most is picked and pays the sum. Over any window as long as the
/// sequence every member is picked exactly its weight's times, and its picks are spread. Since the
/// sequence is fixed, one shared counter makes it exact over all threads and processes.
public struct Rotation: Equatable, Sendable {
    /// Indexes of members, in turn.
    public let sequence: [Int]

    /// `weights` by member; a member with weight 0 takes no turns.
    public init(weights: [UInt32]) {
        let divisor = weights.reduce(0) { Self.commonDivisor($0, $1) }
        guard divisor > 0 else {
            sequence = []
            return
        }
        let steps = weights.map { Int($0 / divisor) }
        let total = steps.reduce(0, +)
        // All the same: the order they stand in, without the quadratic work.
        if steps.allSatisfy({ $0 == 1 }) {
            sequence = Array(0..<steps.count)
            return
        }
        var current = [Int](repeating: 0, count: steps.count)
        var picks: [Int] = []
        picks.reserveCapacity(total)
        for _ in 0..<total {
            var best = 0
            for index in steps.indices {
                current[index] += steps[index]
                if current[index] > current[best] { best = index }
            }
            current[best] -= total
            picks.append(best)
        }
        sequence = picks
    }

    /// Where in a sequence of so many to look for the member that takes the turn of one that can't:
    /// the places behind it in turns, so that not all fall to the one that follows.
    @inlinable
    public static func standIn(turn: UInt64, of count: Int) -> Int {
        let (round, place) = turn.quotientAndRemainder(dividingBy: UInt64(count))
        if count < 2 { return 0 }
        let step = 1 + round % UInt64(count - 1)
        return Int((place + step) % UInt64(count))
    }

    private static func commonDivisor(_ a: UInt32, _ b: UInt32) -> UInt32 {
        b == 0 ? a : commonDivisor(b, a % b)
    }
}
