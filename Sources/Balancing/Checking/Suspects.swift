import Basics
import Choosing
import Kernel
import Scoreboard
import Synchronization

/// Backends that the workers have the control thread look at, at once: that have kept a client
/// waiting for far longer than they usually do, or that leave a request unread.
final class Suspects: Sendable {
    private let slots = Mutex<[BackendSlot]>([])
    private let waker: Waker

    init() throws(SystemError) { waker = try Waker() }

    var reference: DescriptorReference { waker.reference }

    /// From any worker.
    func raise(_ slot: BackendSlot) {
        slots.withLock { slots in
            if !slots.contains(slot) { slots.append(slot) }
        }
        waker.wake()
    }

    /// Those that were raised since the last time.
    func take() -> [BackendSlot] {
        waker.clear()
        return slots.withLock { slots in
            let taken = slots
            slots = []
            return taken
        }
    }
}
