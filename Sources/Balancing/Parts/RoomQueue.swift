import Basics

/// Requests that wait until a backend has less in flight than it may (`--max-in-flight`).
///
/// First come, first served: one that was called and found the room taken by another thread comes
/// back to its old place. One that belongs to a certain backend waits for that, and keeps none
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
    /// How many of them wait for a certain backend.
    private var bound = 0
    /// None of them has waited for as long as it may before then.
    private var firstDeadline = Instant.never
    /// The backends that it was last said some wait for.
    private var told: Set<BackendSlot> = []
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
        if slot != nil { bound += 1 }
        firstDeadline = min(firstDeadline, entry.deadline)
        lookAt = min(lookAt, now + look, entry.deadline)
        return .waits
    }

    /// A request has left a backend.
    mutating func roomFreed() { isFreed = true }

    /// For each backend that some wait for and no other, or did when this was asked last: when the
    /// first of them came.
    mutating func arrivals() -> [(slot: BackendSlot, first: Instant?)] {
        if bound == 0 && told.isEmpty { return [] }
        var first: [BackendSlot: Instant] = [:]
        for entry in waiting {
            if let slot = entry.slot, first[slot] == nil { first[slot] = entry.arrivedAt }
        }
        let all = told.union(first.keys)
        told = Set(first.keys)
        return all.map { ($0, first[$0]) }
    }

    /// Takes out the requests that need not wait longer. `anywhere` is how many may go where any
    /// backend will do, `room` how many may go to one; `isThere` says whether a request still is.
    mutating func settle(
        anywhere: Int, room: (BackendSlot) -> Int, now: Instant, isThere: (Exchange.Key) -> Bool
    ) -> [(exchange: Exchange.Key, Settlement)] {
        isFreed = false
        lookAt = min(now + look, firstDeadline)
        if bound > 0 || now >= firstDeadline { return settleAll(anywhere, room, now, isThere) }
        // The first of them, and nothing else need be looked at.
        var settled: [(exchange: Exchange.Key, Settlement)] = []
        var taken = 0
        while taken < waiting.count && settled.count < anywhere {
            let entry = waiting[taken]
            taken += 1
            if isThere(entry.exchange) {
                settled.append((entry.exchange, .deliver(waited: now.since(entry.since))))
            }
        }
        waiting.removeFirst(taken)
        return settled
    }

    private mutating func settleAll(
        _ anywhere: Int, _ room: (BackendSlot) -> Int, _ now: Instant,
        _ isThere: (Exchange.Key) -> Bool
    ) -> [(exchange: Exchange.Key, Settlement)] {
        var settled: [(exchange: Exchange.Key, Settlement)] = []
        var left = anywhere
        var roomLeft: [BackendSlot: Int] = [:]
        let all = waiting
        waiting.removeAll(keepingCapacity: true)
        bound = 0
        firstDeadline = .never
        for entry in all where isThere(entry.exchange) {
            var mayGo = left > 0
            if let slot = entry.slot {
                let known = roomLeft[slot] ?? room(slot)
                mayGo = known > 0
                roomLeft[slot] = known - (mayGo ? 1 : 0)
            } else if mayGo {
                left -= 1
            }
            if mayGo {
                settled.append((entry.exchange, .deliver(waited: now.since(entry.since))))
            } else if now >= entry.deadline {
                settled.append((entry.exchange, .answer))
            } else {
                waiting.append(entry)
                if entry.slot != nil { bound += 1 }
                firstDeadline = min(firstDeadline, entry.deadline)
            }
        }
        lookAt = min(now + look, firstDeadline)
        return settled
    }
}
