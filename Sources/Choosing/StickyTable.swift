import Basics

/// Which backend a client was sent to, for as long as it keeps coming back within the window.
public struct StickyTable<Words: WordStorage> {
    /// A backend: its slot, and which of its processes it was.
    public struct Place: Equatable, Sendable {
        /// Below 2^16.
        public var slot: BackendSlot
        /// The generation's lower 20 bits.
        public let generation: UInt32

        @inlinable
        public init(slot: BackendSlot, generation: UInt64) {
            self.slot = BackendSlot(slot.number & 0xFFFF)
            self.generation = UInt32(truncatingIfNeeded: generation) & 0xF_FFFF
        }

        /// Whether it is still the same process; the slot's backend may be another by now.
        @inlinable
        public func isCurrent(_ generation: UInt64) -> Bool {
            self.generation == UInt32(truncatingIfNeeded: generation) & 0xF_FFFF
        }
    }

    @usableFromInline
    let table: ExpiringTable<Words>
    /// How long after its last request a client still belongs to its backend.
    public let window: Nanoseconds

    /// The table that lies in these words, empty where all are 0.
    @inlinable
    public init(_ words: Words, window: Nanoseconds) {
        table = ExpiringTable(words, payloadBits: 36)
        self.window = window
    }

    /// Where a client (a hash of its address) belongs; `nil` when it has not been here within the
    /// window. Looking does not keep it there: `bind` does, once it was sent there.
    @inlinable
    public func place(of client: UInt64, now: Instant) -> Place? {
        guard let entry = table.find(client, now: now) else { return nil }
        let slot = BackendSlot(UInt32(truncatingIfNeeded: entry.payload >> 20))
        return Place(slot: slot, generation: entry.payload & 0xF_FFFF)
    }

    /// A client was sent to a place, and belongs there until the window is over.
    ///
    /// Where others write the same entry at the same moment, over and over, it is given up: the
    /// client is theirs.
    @inlinable
    public func bind(_ client: UInt64, to place: Place, now: Instant) {
        let payload = UInt64(place.slot.number) << 20 | UInt64(place.generation)
        for _ in 0..<4 {
            guard let entry = table.find(client, now: now) else {
                if table.put(client, payload: payload, expiry: now + window, now: now) { return }
                continue
            }
            if entry.payload != payload && !table.change(entry, payload: payload) { continue }
            if entry.expiry >= now + window || table.renew(entry, until: now + window) { return }
        }
    }
}

extension StickyTable: Sendable where Words: Sendable {}
