import Basics

/// Requests that wait until a backend has less in flight than it may (`--max-in-flight`).
///
/// First come, first served: one that was called and found the room taken by another thread comes
/// back to its old place. One that belongs to a certain backend waits for that, and keeps nobody
/// behind it waiting. How long a request may wait in all is `patience`.
struct RoomQueue {
    enum Joined: Equatable {
        case waits
        /// So many wait already that it is not let in.
        case full
        /// It has waited for as long as it may.
        case late
    }

    enum Settlement: Equatable {
        /// It is given to a backend, having waited for so long.
        case deliver(waited: Nanoseconds)
        /// It has waited for as long as it may.
        case answer
    }

    private struct Waiting {
        let exchange: Exchange.Key
        /// The backend that it belongs to, if it belongs to one.
        let slot: BackendSlot?
        /// When it first came to wait.
        let arrivedAt: Instant
        /// When it came this time.
        let since: Instant
        /// When it has waited for as long as it may.
        let deadline: Instant
    }

    private let capacity: Int
    /// How often it is looked whether another process made room.
    private let look: Nanoseconds
    private var waiting: [Waiting] = []
    /// When they are to be looked at next though nothing happens.
    private var lookAt = Instant.never
    /// Whether some request has left a backend since they were looked at.
    private var isFreed = false

    init(capacity: Int, look: Nanoseconds) {
        self.capacity = capacity
        self.look = look
    }

    var isEmpty: Bool { waiting.isEmpty }
    var count: Int { waiting.count }

    /// When the first came of those that any backend will do for.
    var firstArrival: Instant? { waiting.first { $0.slot == nil }?.arrivedAt }

    /// When they are to be looked at though nothing happens.
    var due: Instant? {
        if waiting.isEmpty { return nil }
        return isFreed ? Instant(nanoseconds: 0) : lookAt
    }

    /// A request comes to wait. One that has waited or been served before belongs in front of those
    /// that came after `arrivedAt`.
    mutating func joined(
        _ exchange: Exchange.Key, at slot: BackendSlot?, arrivedAt: Instant,
        patience: Nanoseconds, now: Instant
    ) -> Joined {
        if patience.count == 0 { return .late }
        if waiting.count >= capacity { return .full }
        let entry = Waiting(
            exchange: exchange, slot: slot, arrivedAt: arrivedAt, since: now,
            deadline: now + patience)
        let place = waiting.lastIndex { $0.arrivedAt <= arrivedAt }.map { $0 + 1 } ?? 0
        waiting.insert(entry, at: place)
        lookAt = min(lookAt, now + look, entry.deadline)
        return .waits
    }

    /// A request has left a backend.
    mutating func roomFreed() { isFreed = true }

    /// Takes out those whose wait is over. `anywhere` is how many may go where any backend will do,
    /// `room` how many may go to one; `isThere` says whether a request still is.
    mutating func settle(
        anywhere: Int, room: (BackendSlot) -> Int, now: Instant, isThere: (Exchange.Key) -> Bool
    ) -> [(exchange: Exchange.Key, Settlement)] {
        var settled: [(exchange: Exchange.Key, Settlement)] = []
        var left = anywhere
        isFreed = false
        lookAt = now + look
        let all = waiting
        waiting.removeAll(keepingCapacity: true)
        for entry in all where isThere(entry.exchange) {
            let mayGo = entry.slot.map { room($0) > 0 } ?? (left > 0)
            if mayGo {
                if entry.slot == nil { left -= 1 }
                settled.append((entry.exchange, .deliver(waited: now.since(entry.since))))
            } else if now >= entry.deadline {
                settled.append((entry.exchange, .answer))
            } else {
                waiting.append(entry)
                lookAt = min(lookAt, entry.deadline)
            }
        }
        return settled
    }
}
