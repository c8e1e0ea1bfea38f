import Basics

/// Which places of the scoreboard are taken.
///
/// A place goes to another backend only when its last owner is gone for good, and generations go on
/// from where that one's ended: so what was said of one is never taken for the other.
struct BackendSlots {
    private struct Slot {
        var isTaken = false
        /// The last generation that a backend had there.
        var generation: UInt64 = 0
        /// When it became free, counted up; 0 for one that was never taken.
        var freed: UInt64 = 0
    }

    private var slots: [Slot]
    private var freedSoFar: UInt64 = 0

    init(capacity: Int) { slots = .init(repeating: Slot(), count: capacity) }

    /// How many are free.
    var free: Int { slots.count { !$0.isTaken } }
    var capacity: Int { slots.count }

    /// A place that was never taken, or else the one that has been free for longest; nil where none
    /// is free.
    mutating func take() -> (slot: BackendSlot, generation: UInt64)? {
        var best: Int?
        for index in slots.indices where !slots[index].isTaken {
            if best == nil || slots[index].freed < slots[best ?? 0].freed { best = index }
        }
        guard let best else { return nil }
        slots[best].isTaken = true
        return (BackendSlot(UInt32(best)), slots[best].generation)
    }

    /// Its owner is gone, and had come to this generation.
    mutating func release(_ slot: BackendSlot, generation: UInt64) {
        freedSoFar += 1
        slots[slot.index] = Slot(isTaken: false, generation: generation, freed: freedSoFar)
    }
}
