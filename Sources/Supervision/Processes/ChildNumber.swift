import Basics

/// Which child: its seat, which no other child has while the supervisor lives.
struct ChildNumber: Hashable, Comparable {
    let index: Int

    init(_ index: Int) { self.index = index }

    static func < (one: ChildNumber, other: ChildNumber) -> Bool { one.index < other.index }
}

/// Which process of which child.
struct ProcessNumber: Hashable {
    let child: ChildNumber
    /// Counted up at each start of the child, from 1.
    let generation: UInt64
}

/// By which versions of the roster the balancers go at a moment.
struct RosterAdoption {
    /// One balancer that chooses among backends.
    struct Balancer {
        let process: ProcessNumber
        let version: UInt64
    }

    /// Those that choose: none that is paused, or that has not begun to.
    var choosing: [Balancer] = []
    /// The version by which all go that are not paused, or a later one; nil without a balancer.
    var byAll: UInt64?
    /// Whether there are balancers of lbctl's own, which say by which roster they go.
    var isReported = true
}
