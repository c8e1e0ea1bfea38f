import Basics
import Kernel
import Synchronization

/// Backends that have kept somebody waiting for far longer than they usually do: what the workers
/// tell the control thread, so that it looks at them at once.
final class Suspects: Sendable {
    private let slots = Mutex<[UInt32]>([])
    private let waker: Waker

    init() throws(SystemError) { waker = try Waker() }

    var reference: DescriptorReference { waker.reference }

    /// From any worker.
    func raise(_ slot: UInt32) {
        slots.withLock { slots in
            if !slots.contains(slot) { slots.append(slot) }
        }
        waker.wake()
    }

    /// Those that were raised since the last time.
    func take() -> [UInt32] {
        waker.clear()
        return slots.withLock { slots in
            let taken = slots
            slots = []
            return taken
        }
    }
}

/// How long a backend may be silent before it is looked at, by what is usual for it.
struct Patience {
    private(set) var limit = Limits.unknownPatience
    private var until = Instant(nanoseconds: 0)

    /// Whether it is time to find out anew what is usual.
    func isOld(_ now: Instant) -> Bool { now >= until }

    /// The time that 99 of 100 responses did not exceed, and of how many responses that is told.
    mutating func learn(p99: Nanoseconds?, of samples: UInt64, now: Instant) {
        until = now + Limits.patienceKept
        guard let p99, samples >= Limits.patienceSamples else {
            limit = Limits.unknownPatience
            return
        }
        limit = max(Limits.leastPatience, Nanoseconds(p99.count * Limits.patienceFactor))
    }
}
