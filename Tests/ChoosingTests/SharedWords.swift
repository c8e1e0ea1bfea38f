import Basics
import Synchronization

@testable import Choosing

/// Words in memory that several threads write, as they lie in the scoreboard.
final class SharedWords: WordStorage, @unchecked Sendable {
    private let words: UnsafeMutablePointer<Atomic<UInt64>>
    let count: Int

    init(_ count: Int) {
        self.count = count
        words = .allocate(capacity: count)
        for index in 0..<count { (words + index).initialize(to: Atomic(0)) }
    }

    deinit { words.deallocate() }

    func load(_ index: Int) -> UInt64 { words[index].load(ordering: .acquiring) }

    func exchange(_ expected: UInt64, with word: UInt64, at index: Int) -> Bool {
        words[index].compareExchange(
            expected: expected, desired: word, ordering: .acquiringAndReleasing
        ).exchanged
    }
}
