import Basics

/// Which slot is to be looked at when; a heap, as a delay of 20 ms must not become one of 150.
struct Alarms {
    private var heap: [(due: Instant, key: Slab<Connection>.Key)] = []

    /// How long until the next alarm; nothing when there is none.
    func untilNext(now: Instant) -> Nanoseconds? { heap.first.map { $0.due.since(now) } }

    mutating func set(_ key: Slab<Connection>.Key, at due: Instant) {
        heap.append((due, key))
        var index = heap.count - 1
        while index > 0 {
            let parent = (index - 1) / 2
            if heap[parent].due <= heap[index].due { return }
            heap.swapAt(parent, index)
            index = parent
        }
    }

    /// A slot whose time has come, taken out; nothing when there is no more up to `now`.
    mutating func nextDue(now: Instant) -> Slab<Connection>.Key? {
        guard let first = heap.first, first.due <= now else { return nil }
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        sink()
        return first.key
    }

    private mutating func sink() {
        var index = 0
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2] where child < heap.count {
                if heap[child].due < heap[least].due { least = child }
            }
            if least == index { return }
            heap.swapAt(index, least)
            index = least
        }
    }
}
