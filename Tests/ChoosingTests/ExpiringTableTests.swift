import Basics
import Testing

@testable import Choosing

/// Words that another thread gets to just before one chosen access of ours.
private final class ContestedWords: WordStorage {
    let words = SharedWords(32)
    /// How many accesses there are until the other comes in.
    var accessesLeft = Int.max
    var other: () -> Void = {}

    var count: Int { words.count }

    func load(_ index: Int) -> UInt64 {
        letOtherIn()
        return words.load(index)
    }

    func exchange(_ expected: UInt64, with word: UInt64, at index: Int) -> Bool {
        letOtherIn()
        return words.exchange(expected, with: word, at: index)
    }

    private func letOtherIn() {
        accessesLeft -= 1
        if accessesLeft == 0 { other() }
    }
}

/// An entry is two words, and another thread may come in between any two accesses to them.
@Suite struct ExpiringTableTests {
    private let start = Instant(nanoseconds: 9_000_000_000)

    /// Of two first requests of a client, the second comes in before the n-th access of the first;
    /// how many are allowed of these and of five more, and whether n was within the first one.
    private func allowed(_ n: Int, after others: Range<UInt64>) -> (count: Int, wasWithin: Bool) {
        let limit = RateLimit(10, per: .seconds(1), burst: 3)
        let contested = ContestedWords()
        let ours = RateLimitTable(contested, limit: limit)
        let theirs = RateLimitTable(contested.words, limit: limit)
        for client in others { _ = theirs.decide(client, now: start) }
        let now = start + .milliseconds(50)
        var count = 0
        contested.other = { if theirs.decide(99, now: now) == .allow { count += 1 } }
        contested.accessesLeft = n
        if ours.decide(99, now: now) == .allow { count += 1 }
        let wasWithin = contested.accessesLeft <= 0
        contested.accessesLeft = .max
        for _ in 0..<5 where ours.decide(99, now: now) == .allow { count += 1 }
        return (count, wasWithin)
    }

    /// An empty table, one with others that count still, and one that is full of them.
    @Test(arguments: [0..<0, 0..<6, 0..<40, 90..<100] as [Range<UInt64>])
    func `at whatever moment another thread enters the same client, both are counted`(
        others: Range<UInt64>
    ) {
        let expected = allowed(.max, after: others).count
        var n = 1
        while true {
            let (count, wasWithin) = allowed(n, after: others)
            if !wasWithin { break }
            #expect(count == expected, "the other came in before access \(n)")
            n += 1
        }
        #expect(n > 3)
    }
}
