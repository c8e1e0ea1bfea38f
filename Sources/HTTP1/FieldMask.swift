/// A set of fields, by their place among the field lines of a head.
struct FieldMask {
    private var low: UInt64 = 0
    private var high: UInt64 = 0

    /// Whether there is none.
    var isEmpty: Bool { low | high == 0 }

    /// Puts the field at `index` in.
    mutating func insert(_ index: Int) {
        if index < 64 { low |= 1 << UInt64(index) } else { high |= 1 << UInt64(index &- 64) }
    }

    /// Takes the field at `index` out.
    mutating func remove(_ index: Int) {
        if index < 64 { low &= ~(1 << UInt64(index)) } else { high &= ~(1 << UInt64(index &- 64)) }
    }

    /// Puts all of `other` in.
    mutating func formUnion(_ other: FieldMask) {
        low |= other.low
        high |= other.high
    }

    /// Takes the first field out and tells its place.
    mutating func popFirst() -> Int? {
        if low != 0 {
            let index = low.trailingZeroBitCount
            low &= low &- 1
            return index
        }
        if high != 0 {
            let index = high.trailingZeroBitCount
            high &= high &- 1
            return index &+ 64
        }
        return nil
    }
}
