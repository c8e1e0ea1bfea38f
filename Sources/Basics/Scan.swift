import Glibc

extension Span where Element == UInt8 {
    /// Where an octet first stands at or behind `start`, memchr(3); `nil` when it does not.
    @inlinable @inline(__always)
    public func first(_ byte: UInt8, from start: Int = 0) -> Int? {
        invariant(start >= 0 && start <= count, "a search began outside of its bytes")
        return unsafe withUnsafeBufferPointer { memory in
            guard let base = memory.baseAddress else { return nil }
            let found = unsafe memchr(base + start, Int32(byte), memory.count - start)
            guard let found = unsafe found else { return nil }
            return unsafe UnsafeRawPointer(found) - UnsafeRawPointer(base)
        }
    }

    /// Where an octet last stands before `end`; `nil` when it does not.
    @inlinable
    public func last(_ byte: UInt8, before end: Int) -> Int? {
        invariant(end >= 0 && end <= count, "a search began outside of its bytes")
        var index = end
        while index > 0 {
            index &-= 1
            if self[index] == byte { return index }
        }
        return nil
    }
}

extension Span where Element == UInt8 {
    /// Whether the octets in `range` are exactly those of a literal.
    @inlinable
    public func spells(_ literal: StaticString, in range: Range<Int>) -> Bool {
        if range.count != literal.utf8CodeUnitCount { return false }
        let text = unsafe literal.utf8Start
        for index in 0..<range.count {
            let other = unsafe text[index]
            if self[range.lowerBound &+ index] != other { return false }
        }
        return true
    }

    /// Whether two runs of octets are the same, memcmp(3).
    @inlinable
    public func equals(_ other: Span<UInt8>) -> Bool {
        if count != other.count { return false }
        return unsafe withUnsafeBufferPointer { mine in
            unsafe other.withUnsafeBufferPointer { theirs in
                guard let a = mine.baseAddress, let b = theirs.baseAddress else { return true }
                return unsafe memcmp(a, b, mine.count) == 0
            }
        }
    }

    /// The number whose octets stand at `place`, the lowest first.
    @inlinable @inline(__always)
    public func littleEndian<Number: FixedWidthInteger & BitwiseCopyable>(
        _ type: Number.Type = Number.self, at place: Int
    ) -> Number {
        invariant(
            place >= 0 && place <= count &- MemoryLayout<Number>.size, "a number is not all there")
        return unsafe Number(
            littleEndian: bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: place, as: type))
    }

    /// Where at or behind `start` the first octet stands that is no printable ASCII character
    /// (0x20 to 0x7E); the count where all are.
    @inlinable
    public func firstUnprintable(from start: Int = 0) -> Int {
        var index = start
        // Eight at a time. A borrow may run on from a lower octet into a higher one, but then the
        // lower one is not printable either, so the group is looked at one by one in any case.
        let low: UInt64 = 0x2020_2020_2020_2020
        let tops: UInt64 = 0x8080_8080_8080_8080
        let ones: UInt64 = 0x0101_0101_0101_0101
        while index + 8 <= count {
            // The bound was just looked at.
            let word = unsafe self.bytes.unsafeLoadUnaligned(
                fromUncheckedByteOffset: index, as: UInt64.self)
            // An octet of 0x7F or more carries into the top bit, and one below 0x20 borrows.
            if (word | (word &- low) | (word &+ ones)) & tops != 0 { break }
            index &+= 8
        }
        while index < count, self[index] >= 0x20, self[index] < 0x7F { index &+= 1 }
        return index
    }

}
