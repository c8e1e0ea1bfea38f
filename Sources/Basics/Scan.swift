import Glibc

extension Span where Element == UInt8 {
    /// Where an octet first stands at or behind `start`, memchr(3); nothing when it does not.
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

    /// Where an octet last stands before `end`; nothing when it does not.
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

    /// Whether two runs of octets are the same.
    @inlinable
    public func equals(_ other: Span<UInt8>) -> Bool {
        if count != other.count { return false }
        for index in 0..<count where self[index] != other[index] { return false }
        return true
    }
}
