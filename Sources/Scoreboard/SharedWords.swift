import Basics
import Synchronization

/// A piece of the scoreboard's memory that a table is kept in: each word is read and exchanged
/// whole, by any number of threads and balancers.
@safe
public struct SharedWords: WordStorage, @unchecked Sendable {
    @usableFromInline let words: UnsafeMutablePointer<Atomic<UInt64>>
    /// How many words there are.
    public let count: Int

    @inlinable @inline(__always)
    /// A word, with all that was written before it (acquiring).
    public func load(_ index: Int) -> UInt64 {
        invariant(index >= 0 && index < count, "a word beyond a table")
        return unsafe words[index].load(ordering: .acquiring)
    }

    @inlinable @inline(__always)
    /// Puts `word` in the place of `expected`; false where another one is there by now.
    public func exchange(_ expected: UInt64, with word: UInt64, at index: Int) -> Bool {
        invariant(index >= 0 && index < count, "a word beyond a table")
        return unsafe words[index].compareExchange(
            expected: expected, desired: word, ordering: .acquiringAndReleasing
        ).exchanged
    }
}
