/// What comes back with an event: the kind of thing it concerns, and which of its kind it is.
///
/// Sixty-four bits, as epoll carries them: kind (8), slot (24), generation (32).
public struct Token: Hashable, Sendable {
    /// What epoll_ctl(2) is given as the event's data.
    public let raw: UInt64

    @inlinable
    public init(raw: UInt64) { self.raw = raw }

    /// A token from its parts; of the slot 24 bits are kept.
    @inlinable
    public init(kind: UInt8, slot: UInt32, generation: UInt32) {
        raw = UInt64(kind) << 56 | UInt64(slot & 0xFF_FFFF) << 32 | UInt64(generation)
    }

    /// A token for what lies in a slab.
    @inlinable
    public init<Element: ~Copyable>(kind: UInt8, key: Slab<Element>.Key) {
        self.init(kind: kind, slot: key.slot.number, generation: key.generation)
    }

    /// A token for something of which there is one.
    @inlinable
    public init(kind: UInt8) { raw = UInt64(kind) << 56 }

    @inlinable
    public var kind: UInt8 { UInt8(truncatingIfNeeded: raw >> 56) }
    @inlinable
    public var slot: UInt32 { UInt32(truncatingIfNeeded: raw >> 32) & 0xFF_FFFF }
    @inlinable
    public var generation: UInt32 { UInt32(truncatingIfNeeded: raw) }

    /// The key of what it concerns, where that lies in a slab of such elements.
    @inlinable
    public func key<Element: ~Copyable>(in _: borrowing Slab<Element>) -> Slab<Element>.Key {
        .init(slot: .init(slot), generation: generation)
    }
}
