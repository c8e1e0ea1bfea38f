import Basics
import Choosing

/// The idle connections to backends, the last one used first, and what has been learnt of how long
/// each process keeps them.
///
/// What may be sent twice goes over any of them: where the backend has just closed it, another one
/// is tried. What may not, a POST, goes only over one that its backend is known to keep for longer
/// than it has idled.
///
/// Where a process can't serve all that is connected to it, so that a request on a new connection
/// lies unread, connections that idle or are used over and over are given up: see `foundUnread`.
struct UpstreamPool {
    static let none = UpstreamConnection.Slot.none

    /// How long a process keeps its idle connections, as far as is known.
    private struct Keeping {
        var generation: UInt64 = 0
        /// Whether one was seen to be kept while it idled.
        var isProven = false
        /// For how long one may have idled to be trusted with what can't be sent twice.
        var trusted = Nanoseconds(.max)
        /// When a close taught that.
        var learntAt = Instant(nanoseconds: 0)
        /// What the backend itself has announced.
        var announced = Nanoseconds(.max)
        /// Until when it matters that a connection comes back, and why.
        var alertUntil = Instant(nanoseconds: 0)
        var alert = Alert.occupied
    }

    /// Why connections that come back are looked at.
    private enum Alert {
        /// They occupy the process: none is kept.
        case occupied
        /// A request that was sent at `since` has not been read. `servedAt`: when a connection was
        /// last answered that had come back before, and after `since`: what it had was sent later.
        case unread(since: Instant, servedAt: Instant)
        /// Kept, as far as can be told; the next one is given up.
        case owed
    }

    /// What follows from a request that lies unread.
    enum Eviction: Equatable {
        /// Nothing here is in its way, as far as is known.
        case nothing
        /// The process is occupied by connections: all that idle are to be given up.
        case all
        /// One is to be given up.
        case one(UpstreamConnection.Slot)
    }

    /// How the pool is kept, from the options.
    struct Terms {
        /// How many idle connections to one backend are kept.
        var most = Int.max
        /// How long each is, unless its backend keeps it for less.
        var idle = Limits.pooledIdle
        /// A backend that leaves one open for so long keeps connections.
        var proof = Limits.keptProof
        /// What was learnt from a close holds for so long.
        var memory = Limits.closeRemembered
    }

    /// The connections to one backend, and what is known of it.
    private struct Place {
        var head = UpstreamPool.none
        var count = 0
        var keeping = Keeping()
    }

    private let terms: Terms
    private var places: [Place]

    init(backends: Int, _ terms: Terms = Terms()) {
        self.terms = terms
        places = .init(repeating: Place(), count: backends)
    }

    /// Takes out the connection to use next; `nil` where a new one is to be opened.
    @inline(__always)
    mutating func take(
        _ slot: BackendSlot, isRepeatable: Bool, now: Instant,
        from upstreams: inout Slab<UpstreamConnection>
    ) -> UpstreamConnection.Slot? {
        let head = places[slot.index].head
        if head == Self.none { return nil }
        if !isRepeatable && !isTrusted(upstreams[head], now: now) { return nil }
        remove(head, from: &upstreams)
        return head
    }

    /// Whether a connection may have what can't be sent twice. It has idled for the least time of
    /// all, so where it may not none may.
    private func isTrusted(_ connection: borrowing UpstreamConnection, now: Instant) -> Bool {
        let idled = now.since(connection.activeAt)
        if idled >= idleLimit(connection) { return false }
        let known = places[connection.slot.index].keeping
        if known.generation != connection.generation { return idled >= terms.proof }
        let isRemembered = now.since(known.learntAt) < terms.memory
        if isRemembered && idled >= known.trusted { return false }
        return known.isProven || idled >= terms.proof
    }

    /// An exchange is over and its connection has nothing to say. True when it is kept; otherwise
    /// it is the caller's to close.
    mutating func returned(
        _ upstream: UpstreamConnection.Slot, now: Instant,
        to upstreams: inout Slab<UpstreamConnection>
    ) -> Bool {
        let slot = upstreams[upstream].slot.index
        if now < places[slot].keeping.alertUntil && isGivenUp(&upstreams[upstream], now: now) {
            return false
        }
        if places[slot].count >= terms.most { return false }
        if idleLimit(upstreams[upstream]).count == 0 { return false }
        upstreams[upstream].activeAt = now
        let head = places[slot].head
        upstreams[upstream].next = head
        upstreams[upstream].previous = Self.none
        if head != Self.none { upstreams[head].previous = upstream }
        places[slot].head = upstream
        places[slot].count += 1
        return true
    }

    /// Whether a connection that comes back during an alert is to be closed.
    @inline(never)
    private mutating func isGivenUp(
        _ connection: inout UpstreamConnection, now: Instant
    ) -> Bool {
        let slot = connection.slot.index
        if places[slot].keeping.generation != connection.generation { return false }
        switch places[slot].keeping.alert {
        case .occupied: return true
        case .owed:
            places[slot].keeping.alertUntil = now
            return true
        case .unread(let since, _):
            if connection.returnedAt >= since {
                places[slot].keeping.alert = .unread(since: since, servedAt: now)
            }
            connection.returnedAt = now
            return false
        }
    }

    /// A request on a new connection to a process was seen to lie unread, here or elsewhere.
    ///
    /// A process that can serve more reads what comes new before long. So it is its connections
    /// that it can't get away from, where one has idled for a while by then; or where one that is
    /// used over and over was answered what was sent later. Of another machine it is not known
    /// whether the request has been read: one that idles is given up for it then.
    mutating func foundUnread(
        _ request: UnreadRequest, by process: BackendProcess, now: Instant,
        in upstreams: borrowing Slab<UpstreamConnection>
    ) -> Eviction {
        let slot = claim(process)
        let idle = lastIdle(slot, in: upstreams)
        let isIdle =
            idle.map { upstreams[$0].activeAt + Limits.idlesInTheWay <= request.seenAt } ?? false
        let isAlert = now < places[slot].keeping.alertUntil
        var servedAt = Instant(nanoseconds: 0)
        switch places[slot].keeping.alert {
        case .occupied where isAlert: return .nothing
        case .unread(_, let last) where isAlert: servedAt = last
        case .occupied, .unread, .owed: break
        }
        if request.isCertain {
            let isOvertaken = servedAt > request.since && servedAt <= request.seenAt
            if isIdle || isOvertaken { return .all }
            places[slot].keeping.alert = .unread(since: request.since, servedAt: servedAt)
            places[slot].keeping.alertUntil = now + UnreadRequest.memory
        } else if isIdle, let idle {
            return .one(idle)
        }
        return .nothing
    }

    /// Nothing could be given up for a request of this thread: the next that comes back will be.
    mutating func owesOne(_ process: BackendProcess, now: Instant) {
        let slot = claim(process)
        places[slot].keeping.alert = .owed
        places[slot].keeping.alertUntil = now + UnreadRequest.memory
    }

    /// The one that has idled for longest.
    private func lastIdle(
        _ slot: Int, in upstreams: borrowing Slab<UpstreamConnection>
    ) -> UpstreamConnection.Slot? {
        var last = places[slot].head
        if last == Self.none { return nil }
        while upstreams[last].next != Self.none { last = upstreams[last].next }
        return last
    }

    /// A process is occupied by its connections: until then none is kept that comes back.
    mutating func occupied(_ process: BackendProcess, until: Instant) {
        let slot = claim(process)
        places[slot].keeping.alert = .occupied
        places[slot].keeping.alertUntil = until
    }

    /// Takes out one of a process' idle connections, to be closed.
    mutating func giveUp(
        _ process: BackendProcess, from upstreams: inout Slab<UpstreamConnection>
    ) -> UpstreamConnection.Slot? {
        let head = places[process.slot.index].head
        if head == Self.none || upstreams[head].generation != process.generation { return nil }
        remove(head, from: &upstreams)
        return head
    }

    /// Takes a connection out, wherever it stands.
    mutating func remove(
        _ upstream: UpstreamConnection.Slot, from upstreams: inout Slab<UpstreamConnection>
    ) {
        let next = upstreams[upstream].next
        let previous = upstreams[upstream].previous
        let slot = upstreams[upstream].slot.index
        if previous == Self.none {
            places[slot].head = next
        } else {
            upstreams[previous].next = next
        }
        if next != Self.none { upstreams[next].previous = previous }
        places[slot].count -= 1
    }

    /// How long a connection may idle before it is closed from this side.
    func idleLimit(_ connection: borrowing UpstreamConnection) -> Nanoseconds {
        let known = places[connection.slot.index].keeping
        if known.generation != connection.generation { return terms.idle }
        return min(terms.idle, known.announced)
    }

    /// When an idle connection is to be looked at next.
    func due(_ connection: borrowing UpstreamConnection) -> Instant {
        let known = places[connection.slot.index].keeping
        let isKnown = known.generation == connection.generation && known.isProven
        return connection.activeAt + (isKnown ? idleLimit(connection) : terms.proof)
    }

    /// A connection idles and is still there.
    mutating func stayed(_ connection: borrowing UpstreamConnection, now: Instant) {
        if now < connection.activeAt + terms.proof { return }
        let slot = claim(connection)
        places[slot].keeping.isProven = true
    }

    /// The backend ended a connection after it had idled for so long: on its own, or as it was
    /// about to be used again.
    mutating func ended(
        _ connection: borrowing UpstreamConnection, idled: Nanoseconds, now: Instant
    ) {
        let slot = claim(connection)
        // Right behind an answer: that was no matter of time.
        if idled < terms.proof {
            places[slot].keeping.isProven = false
            return
        }
        let isRemembered = now.since(places[slot].keeping.learntAt) < terms.memory
        // Half, since a backend's timer is no more exact than this.
        let half = Nanoseconds(idled.count / 2)
        places[slot].keeping.trusted = isRemembered ? min(places[slot].keeping.trusted, half) : half
        places[slot].keeping.learntAt = now
    }

    /// The backend says for how many seconds it keeps an idle connection.
    mutating func announced(_ seconds: UInt64, _ connection: borrowing UpstreamConnection) {
        let slot = claim(connection)
        // A second less, or half where there is not so much: its clock began before ours.
        let whole = min(seconds, 1 << 20) * 1_000_000_000
        places[slot].keeping.announced = Nanoseconds(
            whole >= 2_000_000_000 ? whole - 1_000_000_000 : whole / 2)
    }

    /// The place of what is known, emptied where it was known of an earlier process.
    private mutating func claim(_ connection: borrowing UpstreamConnection) -> Int {
        claim(BackendProcess(slot: connection.slot, generation: connection.generation))
    }

    private mutating func claim(_ process: BackendProcess) -> Int {
        let slot = process.slot.index
        if places[slot].keeping.generation != process.generation {
            places[slot].keeping = Keeping(generation: process.generation)
        }
        return slot
    }
}
