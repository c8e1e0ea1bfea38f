import Basics

/// Which member a key belongs to, so that the same key comes to the same member, and few keys move
/// when members are added or taken away.
///
/// A Maglev table (Eisenbud et al., NSDI 2016, with Katran's weights): each member has an order of
/// its own in which it would like the table's places, and they claim in turns. It is built over the
/// members that are *configured*, in the order of their ids; whether one is up plays no part, so a
/// member that goes and returns moves no key but its own. Two balancers with the same members have
/// the same table.
public struct ConsistentHash: Sendable {
    /// A member that keys can belong to.
    public struct Member: Hashable, Sendable {
        /// A hash of its name (`KeyHash.hash`): what its keys depend on.
        public var id: UInt64
        /// Its share of the keys, beside the others'; 0 for none.
        public var weight: UInt32

        public init(id: UInt64, weight: UInt32) {
            self.id = id
            self.weight = weight
        }
    }

    /// As they were given; an index that `pick` returns is one of these.
    public let members: [Member]
    @usableFromInline
    let table: [UInt16]

    /// The most members that a table can hold.
    public static let memberLimit = Int(UInt16.max)
    /// 2 MiB of table: a hundred places a member up to 10,485 members.
    private static let largest = 1_048_573

    /// The table of these members, at most `memberLimit`; it takes milliseconds for many.
    public init(_ members: [Member]) {
        invariant(members.count <= Self.memberLimit, "a hash table has more members than it can")
        self.members = members
        table = Self.filled(members)
    }

    /// At how many other places a key is looked for when its own member may not be chosen.
    @inlinable
    public static var attempts: UInt64 { 16 }

    /// The member that a key belongs to, or, when that may not be chosen, one that may, which
    /// depends on the key alone; `nil` when none may.
    ///
    /// The key is hashed anew for each attempt, so the keys of a member that is out spread over all
    /// the others and don't all fall to its neighbour.
    @inlinable
    public func pick(key: UInt64, admits: (Int) -> Bool) -> Int? {
        if table.isEmpty { return nil }
        for attempt in 0..<Self.attempts {
            let place = KeyHash.mixed(key &+ attempt &* KeyHash.golden)
            let index = Int(table[KeyHash.place(of: place, among: table.count)])
            if admits(index) { return index }
        }
        // Nearly all are out: the first that may be chosen, from a place on that depends on the
        // key.
        var index = KeyHash.place(of: KeyHash.mixed(~key), among: members.count)
        for _ in 0..<members.count {
            if members[index].weight > 0 && admits(index) { return index }
            index = index + 1 == members.count ? 0 : index + 1
        }
        return nil
    }

    private static func filled(_ members: [Member]) -> [UInt16] {
        let most = members.lazy.map(\.weight).max() ?? 0
        if most == 0 { return [] }
        let size = prime(from: max(65_537, 100 * members.count))
        let order = members.indices.filter { members[$0].weight > 0 }
            .sorted { (members[$0].id, members[$0].weight) < (members[$1].id, members[$1].weight) }
        // Where each would claim next, and how far it goes from there.
        var next = order.map { KeyHash.place(of: KeyHash.mixed(members[$0].id), among: size) }
        let steps = order.map {
            KeyHash.place(of: KeyHash.mixed(members[$0].id ^ KeyHash.golden), among: size - 1) + 1
        }
        let weights = order.map { UInt64(members[$0].weight) }
        var credits = [UInt64](repeating: 0, count: order.count)
        let free = UInt16.max
        var table = [UInt16](repeating: free, count: size)
        var unclaimed = size
        while true {
            for member in order.indices {
                credits[member] += weights[member]
                if credits[member] < UInt64(most) { continue }
                credits[member] -= UInt64(most)
                var place = next[member]
                while table[place] != free {
                    place += steps[member]
                    if place >= size { place -= size }
                }
                table[place] = UInt16(order[member])
                next[member] = place
                unclaimed -= 1
                if unclaimed == 0 { return table }
            }
        }
    }

    /// The first prime number from here on, as long as it is no more than the largest table.
    private static func prime(from start: Int) -> Int {
        for number in start...max(start, largest) {
            var divisor = 2
            while divisor * divisor <= number && number % divisor != 0 { divisor += 1 }
            if divisor * divisor > number { return min(number, largest) }
        }
        return largest
    }
}

/// How many requests in flight a member may have before keys that belong to it go elsewhere:
/// consistent hashing with bounded loads (arXiv 1608.01350).
///
/// A member's bound is its part, by weight, of all that are in flight, this one included, times a
/// factor above 1. The bounds add up to more than there is, so there is always one with room:
/// `pick(key:) { isUp($0) && bound.hasRoom(…) } ?? pick(key:) { isUp($0) }`.
public struct BoundedLoad: Sendable {
    /// The factor times what is in flight and this one, and what it is to be divided by.
    @usableFromInline
    let numerator: UInt64
    @usableFromInline
    let denominator: UInt64

    /// The factor that most use.
    @inlinable
    public static var usualPercent: UInt32 { 125 }

    /// `inFlight` and `weight` are the sums over the members that may be chosen.
    @inlinable
    public init(percent: UInt32 = usualPercent, inFlight: UInt64, weight: UInt64) {
        numerator = UInt64(max(percent, 100)) * (inFlight + 1)
        denominator = 100 * weight
    }

    /// The most that a member of this weight may have, rounded up.
    @inlinable
    public func capacity(weight: UInt32) -> UInt64 {
        if denominator == 0 { return 0 }
        return (numerator * UInt64(weight) + denominator - 1) / denominator
    }

    /// Whether a member may take one more.
    @inlinable
    public func hasRoom(inFlight: UInt32, weight: UInt32) -> Bool {
        UInt64(inFlight) < capacity(weight: weight)
    }
}
