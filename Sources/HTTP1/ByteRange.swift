/// A run of octets in the bytes a head was parsed from, as offsets from their start.
public struct ByteRange: Equatable, Sendable {
    /// The offset of the first octet.
    public var start: UInt32
    /// The offset behind the last octet.
    public var end: UInt32

    /// The run from `start` up to, but not with, `end`.
    @inlinable
    public init(start: UInt32, end: UInt32) {
        self.start = start
        self.end = end
    }

    /// The run at these offsets, which must fit into 32 bits.
    @inlinable
    public init(_ range: Range<Int>) {
        start = UInt32(truncatingIfNeeded: range.lowerBound)
        end = UInt32(truncatingIfNeeded: range.upperBound)
    }

    /// A run of nothing.
    @inlinable
    public static var empty: ByteRange { ByteRange(start: 0, end: 0) }

    /// The offsets as the standard library speaks of them.
    @inlinable
    public var range: Range<Int> { Int(start)..<Int(end) }
    /// How many octets there are.
    @inlinable
    public var count: Int { Int(end) - Int(start) }
    /// Whether there are none.
    @inlinable
    public var isEmpty: Bool { start == end }
}
