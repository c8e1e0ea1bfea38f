import Basics
import Choosing
import Synchronization

/// What the workers would share: in-flight counts and moving averages as atomics, by member.
struct Figures: ~Copyable {
    let inFlight: UnsafeMutablePointer<Atomic<UInt32>>
    let averages: UnsafeMutablePointer<Atomic<UInt64>>
    let stamps: UnsafeMutablePointer<Atomic<UInt64>>

    init(_ count: Int, now: Instant) {
        inFlight = .allocate(capacity: count)
        averages = .allocate(capacity: count)
        stamps = .allocate(capacity: count)
        for index in 0..<count {
            var known = PeakEWMA()
            known.observe(.milliseconds(1 + UInt64(index % 7)), now: now)
            (inFlight + index).initialize(to: Atomic(UInt32(index * 7919 % 23)))
            (averages + index).initialize(to: Atomic(known.word0))
            (stamps + index).initialize(to: Atomic(known.word1))
        }
    }

    deinit {
        inFlight.deallocate()
        averages.deallocate()
        stamps.deallocate()
    }
}

/// Words of a table in memory that is shared.
struct SharedWords: WordStorage {
    let words: UnsafeMutablePointer<Atomic<UInt64>>
    let count: Int

    init(_ count: Int) {
        self.count = count
        words = .allocate(capacity: count)
        for index in 0..<count { (words + index).initialize(to: Atomic(0)) }
    }

    func load(_ index: Int) -> UInt64 { words[index].load(ordering: .acquiring) }

    func exchange(_ expected: UInt64, with word: UInt64, at index: Int) -> Bool {
        words[index].compareExchange(
            expected: expected, desired: word, ordering: .acquiringAndReleasing
        ).exchanged
    }
}

/// Random words that cost next to nothing.
struct Dice {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= KeyHash.golden
        return KeyHash.mixed(state)
    }
}
