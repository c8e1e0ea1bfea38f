import Basics
import Kernel

/// More clients than there may be. A client with a request under way keeps its connection; of the
/// others one makes room for each new client, so that none is kept out by connections that are of
/// no use at present:
///
/// 1. clients that have connected, have had a moment, and have not said anything: the first one
///    first. Where many of them are still within that moment, it is waited for: clients that only
///    connect push out their own kind.
/// 2. clients that have been served and are idle, or have begun a head and not come to its end, the
///    longest first: an octet now and then must not keep a place.
///
/// None is let go as long as another worker has room: that one accepts the new clients.
extension Worker {
    /// Lets a client go that asks for nothing; false where there is none at present, or another
    /// worker is the one to do so.
    mutating func makeRoom(_ lack: ConnectionLimit.Lack) -> Bool {
        switch lack {
        case .places:
            if let other = plan.connectionLimit.roomy(besides: index) {
                // Racing: it had none when this one was woken, and does not know of the new client.
                plan.wakers[other].waker.wake()
                return false
            }
        case .descriptors: if dropIdleUpstream() { return true }
        }
        if plan.connectionLimit.isNews(lack, now: now) { plan.board.announce(sentence(of: lack)) }
        let own = nextToGo()
        // Of a thread that has room no client is to go: only all of them together are full.
        if lack == .places {
            switch plan.connectionLimit.decide(rank(ofNext: own), of: index, now: now) {
            case .oneself: break
            case .other(let other):
                plan.wakers[other].waker.wake()
                return false
            case .unknown(let others):
                for other in others { plan.wakers[other].waker.wake() }
                return false
            }
        }
        guard let own else { return false }
        letGo(own)
        if lack == .places { tellOfNextClient() }
        return true
    }

    /// Does what another worker has asked for. True where this one is to accept new clients.
    mutating func heedOtherWorkers() -> Bool {
        let (request, tells) = plan.connectionLimit.takeRequest(index)
        if request == .letGo && clients.isFull, let slot = nextToGo() { letGo(slot) }
        if tells || request == .letGo { tellOfNextClient() }
        return request != .nothing
    }

    private mutating func letGo(_ client: ClientConnection.Slot) {
        if case .serving(let exchange) = clients[client].phase { discard(exchange) }
        closeClient(client)
    }

    private mutating func tellOfNextClient() {
        let next = nextToGo()
        if let asker = plan.connectionLimit.tell(rank(ofNext: next), of: index, now: now) {
            plan.wakers[asker].waker.wake()
        }
    }

    /// A client has come, and has not said anything yet.
    mutating func noteSilent(_ key: ClientConnection.Key) {
        var idleClients = take(&acceptance.idleClients, leaving: IdleClients())
        idleClients.came(key, most: clients.capacity) { isUnheard($0) }
        acceptance.idleClients = idleClients
    }

    private func isUnheard(_ key: ClientConnection.Key) -> Bool {
        clients.isCurrent(key) && !clients[key.slot].isHeard
    }

    /// How soon the client that is next to go has to: the lower, the sooner.
    private func rank(ofNext client: ClientConnection.Slot?) -> UInt64 {
        guard let client else { return .max }
        let since = clients[client].activeAt.nanoseconds >> 1
        return clients[client].isHeard ? since | 1 << 63 : since
    }

    private mutating func nextToGo() -> ClientConnection.Slot? {
        if let slot = firstSilent() {
            if now >= clients[slot].activeAt + Limits.firstWords { return slot }
            if counters.connectionsUnheard &* 4 >= UInt64(clients.count) { return nil }
        }
        return longestResting()
    }

    private mutating func firstSilent() -> ClientConnection.Slot? {
        var idleClients = take(&acceptance.idleClients, leaving: IdleClients())
        let found = idleClients.firstSilent { isUnheard($0) && hasNothingToSay($0.slot) }
        acceptance.idleClients = idleClients
        return found?.slot
    }

    private mutating func longestResting() -> ClientConnection.Slot? {
        for _ in 0..<2 {
            var idleClients = take(&acceptance.idleClients, leaving: IdleClients())
            let found = idleClients.longestResting { key, since in
                clients.isCurrent(key) && clients[key.slot].activeAt == since
                    && isResting(key.slot) && hasNothingToSay(key.slot)
            }
            acceptance.idleClients = idleClients
            if let found { return found.slot }
            if !acceptance.idleClients.isSearchDue(among: clients.count, now: now) { return nil }
            lookForResting()
        }
        return nil
    }

    private mutating func lookForResting() {
        var search = IdleClients.Search()
        clients.forEachSlot { slot in
            if isResting(slot) && clients[slot].activeAt < search.latest {
                search.add(clients.key(slot), restingSince: clients[slot].activeAt)
            }
        }
        acceptance.idleClients.searched(search, now: now)
    }

    /// Whether it has had its answer, and neither side waits for anything.
    private func isResting(_ client: ClientConnection.Slot) -> Bool {
        switch clients[client].phase {
        case .idle: clients[client].isHeard
        // It has had the time to read why it was refused.
        case .lingering: now >= clients[client].activeAt + Limits.firstWords
        case .serving(let exchange):
            exchanges[exchange].phase == .readingHead
                && now >= exchanges[exchange].startedAt + Limits.firstWords
        case .introducing, .postponed: false
        }
    }

    /// Racing: what has just come is about to be told.
    private func hasNothingToSay(_ client: ClientConnection.Slot) -> Bool {
        clients[client].phase == .lingering
            || clients[client].transport.socket.peek() == .wouldBlock
    }

    /// Lets the connection to a backend go that has been idle longest.
    private mutating func dropIdleUpstream() -> Bool {
        var upstreamSlots: [UpstreamConnection.Slot] = []
        upstreams.forEachSlot { upstreamSlots.append($0) }
        var oldest: UpstreamConnection.Slot?
        for upstream in upstreamSlots where upstreams[upstream].client == nil {
            if let known = oldest, upstreams[known].activeAt <= upstreams[upstream].activeAt {
                continue
            }
            oldest = upstream
        }
        guard let oldest else { return false }
        pool.remove(oldest, from: &upstreams)
        closeUpstream(oldest)
        return true
    }

    private func sentence(of lack: ConnectionLimit.Lack) -> String {
        let descriptors = "the limit of file descriptors, \(ThisProcess.descriptorLimit)"
        let limit = plan.bounds.connections
        let what =
            switch lack {
            case .descriptors: "\(descriptors), is reached"
            case .places where plan.options.maxConnections == nil:
                "the limit of \(limit) connections is reached (it follows from \(descriptors))"
            case .places: "the limit of \(limit) connections is reached (--max-connections)"
            }
        return "\(what): who has been idle longest makes room, and where nobody is idle who comes "
            + "has to wait"
    }
}
