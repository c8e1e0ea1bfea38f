/// A set of fields, by their place among the field lines of a head.
struct FieldMask {
    // Nearly all heads have fewer than 64 fields: the first word is looked at first.
    private var first: UInt64 = 0
    private var second: UInt64 = 0
    private var third: UInt64 = 0
    private var fourth: UInt64 = 0

    /// Whether there is none.
    var isEmpty: Bool { first | second | third | fourth == 0 }

    /// How many there are.
    var count: Int {
        first.nonzeroBitCount + second.nonzeroBitCount + third.nonzeroBitCount
            + fourth.nonzeroBitCount
    }

    /// Whether the field at `index` is in it.
    func contains(_ index: Int) -> Bool {
        let word =
            switch index >> 6 {
            case 0: first
            case 1: second
            case 2: third
            default: fourth
            }
        return word >> UInt64(index & 63) & 1 == 1
    }

    /// Puts the field at `index` in.
    mutating func insert(_ index: Int) {
        let bit = (1 as UInt64) << UInt64(index & 63)
        switch index >> 6 {
        case 0: first |= bit
        case 1: second |= bit
        case 2: third |= bit
        default: fourth |= bit
        }
    }

    /// Takes the field at `index` out.
    mutating func remove(_ index: Int) {
        let others = ~((1 as UInt64) << UInt64(index & 63))
        switch index >> 6 {
        case 0: first &= others
        case 1: second &= others
        case 2: third &= others
        default: fourth &= others
        }
    }

    /// Puts all of `other` in.
    mutating func formUnion(_ other: FieldMask) {
        first |= other.first
        second |= other.second
        third |= other.third
        fourth |= other.fourth
    }

    /// Takes the first field out and tells its place.
    mutating func popFirst() -> Int? {
        if let bit = Self.popFirst(&first) { return bit }
        if second | third | fourth == 0 { return nil }
        if let bit = Self.popFirst(&second) { return bit &+ 64 }
        if let bit = Self.popFirst(&third) { return bit &+ 128 }
        return Self.popFirst(&fourth).map { $0 &+ 192 }
    }

    @inline(__always)
    private static func popFirst(_ word: inout UInt64) -> Int? {
        if word == 0 { return nil }
        let bit = word.trailingZeroBitCount
        word &= word &- 1
        return bit
    }
}
