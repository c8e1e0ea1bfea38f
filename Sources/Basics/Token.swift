/// What comes back with an event: the kind of thing it concerns, and the slab key of the one.
///
/// Sixty-four bits, as epoll carries them: kind (8), slot (24), generation (32).
public struct Token: Hashable, Sendable {
    public let raw: UInt64

    @inlinable
    public init(raw: UInt64) { self.raw = raw }

    @inlinable
    public init(kind: UInt8, key: SlabKey) {
        raw = UInt64(kind) << 56 | UInt64(key.slot & 0xFF_FFFF) << 32 | UInt64(key.generation)
    }

    /// A token for something of which there is one.
    @inlinable
    public init(kind: UInt8) { raw = UInt64(kind) << 56 }

    @inlinable
    public var kind: UInt8 { UInt8(truncatingIfNeeded: raw >> 56) }

    @inlinable
    public var key: SlabKey {
        SlabKey(
            slot: UInt32(truncatingIfNeeded: raw >> 32) & 0xFF_FFFF,
            generation: UInt32(truncatingIfNeeded: raw))
    }
}
