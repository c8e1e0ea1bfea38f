import Basics

/// What choosing a member would cost: an amount, divided by the member's weight.
///
/// Two are compared by multiplying crosswise, in 128 bits: exact, where a quotient would round.
public struct Cost: Comparable, Sendable {
    /// In any unit, as long as it is the same for all.
    public var amount: UInt64
    /// In any unit, as long as it is the same for all; 0 means never.
    public var weight: UInt32

    @inlinable @inline(__always)
    public init(amount: UInt64, weight: UInt32) {
        self.amount = amount
        self.weight = weight
    }

    @inlinable @inline(__always)
    public static func < (a: Cost, b: Cost) -> Bool {
        if a.weight == b.weight { return a.amount < b.amount }
        let left = a.amount.multipliedFullWidth(by: UInt64(b.weight))
        let right = b.amount.multipliedFullWidth(by: UInt64(a.weight))
        return left.high == right.high ? left.low < right.low : left.high < right.high
    }

    @inlinable @inline(__always)
    public static func == (a: Cost, b: Cost) -> Bool {
        if a.weight == b.weight { return a.amount == b.amount }
        let left = a.amount.multipliedFullWidth(by: UInt64(b.weight))
        let right = b.amount.multipliedFullWidth(by: UInt64(a.weight))
        return left.high == right.high && left.low == right.low
    }
}

/// The cheapest member: of all while they are few, of a random sample when they are many.
///
/// Looking at all is exact and takes a nanosecond or two a member; above `scanLimit` the best of
/// `sampleSize` is as good as what others would have made of the figures meanwhile, and keeps all
/// from running to the one that is cheapest at this moment.
public enum Least {
    /// Up to how many members all are looked at.
    @inlinable
    public static var scanLimit: Int { 64 }
    /// How many are drawn where there are more.
    @inlinable
    public static var sampleSize: Int { 16 }

    /// The index of the cheapest member; `nil` when there is none.
    ///
    /// Among equals of equal weight they take turns by `turn`, exactly; of different weights, each
    /// as often as its weight says. `word` is random and decides the sample. `cost` says nothing
    /// for a member that may not be chosen; it may be asked more than once for the same.
    @inlinable
    public static func pick(
        of count: Int, turn: UInt64, word: UInt64, cost: (Int) -> Cost?
    ) -> Int? {
        if count <= scanLimit { return scan(count, turn: turn, cost: cost) }
        if let index = sample(count, word: word, cost: cost) { return index }
        // None of the sample may be chosen, so most may not: the first that may, from a random one
        // on.
        let start = KeyHash.place(of: KeyHash.mixed(word), among: count)
        return first(of: count, from: start, cost: cost)
    }

    @inlinable
    static func scan(_ count: Int, turn: UInt64, cost: (Int) -> Cost?) -> Int? {
        var best = Cost(amount: 0, weight: 1)
        // A bit for each of those that cost least so far.
        var tied: UInt64 = 0
        var areEven = true
        for index in 0..<count {
            guard let next = cost(index), next.weight > 0 else { continue }
            if tied == 0 || next < best {
                best = next
                tied = 1 << UInt64(index)
                areEven = true
            } else if next == best {
                tied |= 1 << UInt64(index)
                if next.weight != best.weight { areEven = false }
            }
        }
        if tied == 0 { return nil }
        if !areEven, let index = byWeight(tied, turn: turn, cost: cost) { return index }
        return member(Int(turn % UInt64(tied.nonzeroBitCount)), of: tied)
    }

    /// The member whose bit is the n-th of those set.
    @inlinable
    static func member(_ number: Int, of set: UInt64) -> Int {
        var rest = set
        for _ in 0..<number { rest &= rest &- 1 }
        return rest.trailingZeroBitCount
    }

    /// One of equals, each as often as its weight says.
    ///
    /// The multiples of the golden ratio fall evenly between 0 and 1 from the first on; so a
    /// member of a third of the weight gets about every third turn, not a third of them in a row.
    @inlinable
    static func byWeight(_ tied: UInt64, turn: UInt64, cost: (Int) -> Cost?) -> Int? {
        var total: UInt64 = 0
        var rest = tied
        while rest != 0 {
            total += UInt64(cost(rest.trailingZeroBitCount)?.weight ?? 0)
            rest &= rest &- 1
        }
        if total == 0 { return nil }
        var left = (turn &* KeyHash.golden).multipliedFullWidth(by: total).high
        rest = tied
        while rest != 0 {
            let index = rest.trailingZeroBitCount
            let weight = UInt64(cost(index)?.weight ?? 0)
            if left < weight { return index }
            left -= weight
            rest &= rest &- 1
        }
        return nil
    }

    @inlinable
    static func sample(_ count: Int, word: UInt64, cost: (Int) -> Cost?) -> Int? {
        var state = word
        var chosen: Int?
        var best = Cost(amount: 0, weight: 1)
        var tiedWeight: UInt64 = 0
        for _ in 0..<sampleSize {
            state &+= KeyHash.golden
            let draw = KeyHash.mixed(state)
            let index = KeyHash.place(of: draw, among: count)
            guard let next = cost(index), next.weight > 0, index != chosen else { continue }
            if chosen == nil || next < best {
                chosen = index
                best = next
                tiedWeight = UInt64(next.weight)
            } else if next == best {
                // One of equals is kept with its weight's chance, whatever their number.
                tiedWeight += UInt64(next.weight)
                let chance = KeyHash.mixed(draw).multipliedFullWidth(by: tiedWeight).high
                if chance < UInt64(next.weight) {
                    chosen = index
                    best = next
                }
            }
        }
        return chosen
    }

    @inlinable
    static func first(of count: Int, from start: Int, cost: (Int) -> Cost?) -> Int? {
        var chosen: Int?
        var best = Cost(amount: 0, weight: 1)
        var index = start
        for _ in 0..<count {
            if let next = cost(index), next.weight > 0, chosen == nil || next < best {
                chosen = index
                best = next
            }
            index = index + 1 == count ? 0 : index + 1
        }
        return chosen
    }
}
