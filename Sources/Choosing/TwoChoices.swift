import Basics

/// Random, of two choices: two members are drawn, each by its weight, and the less loaded is taken.
///
/// Drawing takes the same time for any number of members: the alias method (A. J. Walker, in M. D.
/// Vose's construction), a table built once for a roster. The two are always distinct; between two
/// members that is least connections, exactly.
public struct TwoChoices: Sendable {
    @usableFromInline
    struct Column: Sendable {
        /// Below this fraction (of 2^32) the column's own member, else the other.
        @usableFromInline
        var own: UInt32
        @usableFromInline
        var other: UInt32
    }

    @usableFromInline
    let columns: [Column]

    /// `weights` by member; a member with weight 0 is never drawn.
    public init(weights: [UInt32]) {
        let total = weights.reduce(UInt64(0)) { $0 + UInt64($1) }
        guard total > 0 else {
            columns = []
            return
        }
        // A column is `total` high; what a member has of all columns is its weight times their
        // number. Those with less than a column are filled up from those with more.
        var heights = weights.map { UInt64($0) * UInt64(weights.count) }
        var columns = weights.indices.map { Column(own: .max, other: UInt32($0)) }
        var low = heights.indices.filter { heights[$0] < total }
        var high = heights.indices.filter { heights[$0] >= total }
        while let poor = low.popLast(), let rich = high.last {
            let share = total.dividingFullWidth((heights[poor] >> 32, heights[poor] << 32))
            columns[poor] = Column(own: UInt32(share.quotient), other: UInt32(rich))
            heights[rich] -= total - heights[poor]
            if heights[rich] < total {
                high.removeLast()
                low.append(rich)
            }
        }
        self.columns = columns
    }

    /// A member, drawn by its weight with a random word.
    @inlinable
    public func draw(_ word: UInt64) -> Int {
        let product = word.multipliedFullWidth(by: UInt64(columns.count))
        let index = Int(truncatingIfNeeded: product.high)
        let column = columns[index]
        if UInt32(truncatingIfNeeded: product.low >> 32) < column.own { return index }
        return Int(column.other)
    }

    /// The less loaded of two; `nil` when no member may be chosen.
    ///
    /// `cost` (`LeastConnections.Load.cost`) says nothing for a member that may not be chosen.
    /// Where a few draws don't find two that may, all are looked at as `Least.pick` does.
    @inlinable
    public func pick(turn: UInt64, word: UInt64, cost: (Int) -> Cost?) -> Int? {
        if columns.count <= 2 {
            return Least.pick(of: columns.count, turn: turn, word: word, cost: cost)
        }
        var state = word
        var first: (index: Int, cost: Cost)?
        for _ in 0..<12 {
            state &+= KeyHash.golden
            let index = draw(KeyHash.mixed(state))
            if index == first?.index { continue }
            guard let next = cost(index), next.weight > 0 else { continue }
            guard let one = first else {
                first = (index, next)
                continue
            }
            return next < one.cost ? index : one.index
        }
        return Least.pick(of: columns.count, turn: turn, word: state, cost: cost)
    }
}
