/// A run of owned memory that bytes enter at the end and leave at the front.
///
/// It is what the kernel fills, what a parser reads and what a writer appends to. The bytes lie in
/// one piece. Room in front of them (`headroom`) lets a rewritten head end where its body begins.
@safe
public struct ByteQueue: ~Copyable, @unchecked Sendable {
    // Invariant: 0 <= start <= end <= capacity, and `base` holds `capacity` bytes.
    @usableFromInline var base: UnsafeMutableRawPointer
    @usableFromInline var size: Int
    /// How many bytes the memory holds in all.
    @inlinable
    public var capacity: Int { size }
    @usableFromInline var start: Int
    @usableFromInline var end: Int

    /// Memory for `capacity` bytes, the first `headroom` of them left free for `prepend`.
    public init(capacity: Int, headroom: Int = 0) {
        invariant(capacity > 0 && headroom <= capacity, "a byte queue needs room")
        unsafe base = .allocate(byteCount: capacity, alignment: 16)
        size = capacity
        start = headroom
        end = headroom
    }

    /// No memory at all, until something is appended.
    @inlinable
    public init() {
        // Never looked at: there is no byte in it.
        unsafe base = UnsafeMutableRawPointer(bitPattern: 16).unsafelyUnwrapped
        size = 0
        start = 0
        end = 0
    }

    deinit { if size > 0 { unsafe base.deallocate() } }

    /// Hands the memory and what is in it to the caller, and keeps none.
    @inlinable
    public mutating func take() -> ByteQueue {
        var taken = ByteQueue()
        swap(&taken, &self)
        return taken
    }

    /// How many bytes are waiting.
    @inlinable
    public var count: Int { end - start }
    @inlinable
    public var isEmpty: Bool { end == start }
    /// How many bytes can be appended without moving or growing.
    @inlinable
    public var room: Int { size - end }
    /// How many bytes can be prepended.
    @inlinable
    public var headroom: Int { start }

    /// The bytes that are waiting.
    @inlinable
    public var bytes: Span<UInt8> {
        @_lifetime(borrow self)
        @inline(__always)
        get {
            let pointer = unsafe UnsafeBufferPointer(
                start: base.assumingMemoryBound(to: UInt8.self) + start, count: end - start)
            let span = unsafe Span(_unsafeElements: pointer)
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }

    /// Lets the first `count` bytes go.
    @inlinable
    public mutating func consume(_ count: Int) {
        invariant(count >= 0 && count <= end - start, "more was consumed than there is")
        start += count
    }

    /// Lets all bytes go and leaves `headroom` bytes free in front.
    @inlinable
    public mutating func removeAll(headroom: Int = 0) {
        start = headroom
        end = headroom
    }

    /// Keeps only the first `count` bytes.
    @inlinable
    public mutating func truncate(to count: Int) {
        invariant(count >= 0 && count <= end - start, "truncated to more than there is")
        end = start + count
    }

    /// Moves what is waiting so that `headroom` bytes lie free in front of it.
    public mutating func compact(headroom: Int = 0) {
        let count = end - start
        invariant(headroom + count <= capacity, "compacted beyond the capacity")
        if start != headroom {
            unsafe (base + headroom).copyMemory(from: base + start, byteCount: count)
            start = headroom
            end = headroom + count
        }
    }

    /// Replaces the first `count` bytes by `bytes`, which must fit into them and the headroom.
    @inlinable
    public mutating func replaceFirst(_ count: Int, with bytes: Span<UInt8>) {
        invariant(count <= end - start, "more was replaced than there is")
        invariant(bytes.count <= start + count, "the replacement does not fit before the rest")
        start = start + count - bytes.count
        unsafe bytes.withUnsafeBytes { source in
            if let from = source.baseAddress {
                unsafe (base + start).copyMemory(from: from, byteCount: source.count)
            }
        }
    }

    /// Puts other bytes in the place of those that wait from `offset` on.
    public mutating func overwrite(_ offset: Int, with bytes: Span<UInt8>) {
        invariant(
            offset >= 0 && offset + bytes.count <= count, "more was written over than there is")
        unsafe bytes.withUnsafeBytes { source in
            if let from = source.baseAddress {
                unsafe (base + start + offset).copyMemory(from: from, byteCount: source.count)
            }
        }
    }

    /// Makes sure that `count` bytes can be appended; moves or grows the memory where it must.
    @inlinable
    public mutating func reserve(_ count: Int) {
        if size - end < count { makeRoom(count) }
    }

    @inline(never) @usableFromInline
    mutating func makeRoom(_ count: Int) {
        let waiting = end - start
        if waiting + count <= capacity && start >= capacity / 2 {
            compact()
            return
        }
        let larger = max(capacity * 2, waiting + count)
        let fresh = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 16)
        unsafe fresh.copyMemory(from: base + start, byteCount: waiting)
        if capacity > 0 { unsafe base.deallocate() }
        unsafe base = fresh
        size = larger
        start = 0
        end = waiting
    }

    /// Appends a byte; the queue grows where there is no room.
    @inlinable
    public mutating func append(_ byte: UInt8) {
        reserve(1)
        unsafe base.storeBytes(of: byte, toByteOffset: end, as: UInt8.self)
        end += 1
    }

    /// Appends bytes; the queue grows where there is no room.
    @inlinable
    public mutating func append(_ bytes: Span<UInt8>) {
        reserve(bytes.count)
        unsafe bytes.withUnsafeBytes { source in
            if let from = source.baseAddress {
                unsafe (base + end).copyMemory(from: from, byteCount: source.count)
            }
        }
        end += bytes.count
    }

    /// Appends a number's bytes, the lowest first.
    @inlinable
    public mutating func append(littleEndian value: some FixedWidthInteger) {
        let count = value.bitWidth / 8
        reserve(count)
        unsafe base.storeBytes(of: value.littleEndian, toByteOffset: end, as: type(of: value))
        end += count
    }

    /// Appends the first `count` bytes of a word, the lowest first: for short literals on a path
    /// that is walked for each request, where a call to copy them costs four times as much.
    @inlinable
    public mutating func append(word: UInt64, count: Int) {
        reserve(8)
        unsafe base.storeBytes(of: word.littleEndian, toByteOffset: end, as: UInt64.self)
        end += count
    }

    /// Appends a literal.
    @inlinable
    public mutating func append(_ literal: StaticString) {
        let count = literal.utf8CodeUnitCount
        reserve(count)
        unsafe (base + end).copyMemory(from: literal.utf8Start, byteCount: count)
        end += count
    }

    /// Appends the UTF-8 of a text; for cold paths.
    public mutating func append(text: String) {
        append(text.utf8.span)
    }

    /// Appends a number in decimal digits.
    public mutating func append(decimal value: UInt64) {
        if value >= 100_000_000 {
            appendLong(decimal: value)
            return
        }
        let digits = Self.digits(UInt32(truncatingIfNeeded: value))
        // The first digit stands in the lowest byte; one is left of 0.
        append(digits, from: min(digits.trailingZeroBitCount / 8, 7))
    }

    /// Appends a number below 100,000,000 in so many digits, with zeros in front.
    public mutating func append(decimal value: UInt32, width: Int) {
        append(Self.digits(value), from: 8 - width)
    }

    @inline(__always)
    private mutating func append(_ digits: UInt64, from first: Int) {
        reserve(8)
        let text = (digits | 0x3030_3030_3030_3030) >> UInt64(8 * first)
        unsafe base.storeBytes(of: text.littleEndian, toByteOffset: end, as: UInt64.self)
        end += 8 - first
    }

    /// Eight digits at once: two halves of four, four pairs, eight digits, each in a byte.
    @inline(__always)
    private static func digits(_ value: UInt32) -> UInt64 {
        let halves = UInt64(value / 10_000) | UInt64(value % 10_000) << 32
        // A multiplication and a shift for a division by 100, and by 10: exact for what is there.
        let hundreds = (halves &* 10_486) >> 20 & 0x0000_007F_0000_007F
        let pairs = (halves &- hundreds &* 100) << 16 &+ hundreds
        let tens = (pairs &* 103) >> 10 & 0x000F_000F_000F_000F
        return (pairs &- tens &* 10) << 8 &+ tens
    }

    @inline(never)
    private mutating func appendLong(decimal value: UInt64) {
        var digits: [20 of UInt8] = .init(repeating: 0)
        var first = 20
        var rest = value
        repeat {
            first -= 1
            digits[first] = UInt8(truncatingIfNeeded: rest % 10) &+ 48
            rest /= 10
        } while rest != 0
        reserve(20 - first)
        for index in first..<20 {
            append(digits[index])
        }
    }

    /// Gives the free memory behind the bytes to `fill`, which says how many bytes it wrote.
    @inlinable
    public mutating func fill<Failure: Error>(
        _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Int
    ) throws(Failure) {
        let free = unsafe UnsafeMutableRawBufferPointer(start: base + end, count: size - end)
        let written = unsafe try body(free)
        invariant(written >= 0 && written <= size - end, "more was filled than there is room")
        end += written
    }
}
