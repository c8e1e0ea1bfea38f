import Basics
import Choosing
import Kernel
import Scoreboard

extension Worker {
    /// What became of looking for a connection to a backend.
    enum Checkout {
        case connection(UpstreamConnection.Slot)
        case failed(Errno)
    }

    /// A connection to the member: an idle one where there is one, else a new one.
    mutating func checkOut(
        _ index: Int, isRepeatable: Bool, client: ClientConnection.Slot, fresh: Bool
    ) -> Checkout {
        let slot = roster.members[index].slot
        while !fresh,
            let upstream = pool.take(
                slot, isRepeatable: isRepeatable, now: now, from: &upstreams)
        {
            // Bytes that were not asked for must not be taken for the answer to what comes now:
            // what has come by now has been told, unless there was too much to tell.
            if (!isRepeatable || turns.mayHaveMore)
                && upstreams[upstream].transport.socket.peek() != .wouldBlock
            {
                closeIdle(upstream)
                continue
            }
            upstreams[upstream].idled = now.since(upstreams[upstream].activeAt)
            upstreams[upstream].client = client
            return .connection(upstream)
        }
        return connect(index, client: client)
    }

    private mutating func connect(_ index: Int, client: ClientConnection.Slot) -> Checkout {
        counters.connected(slot: roster.members[index].slot)
        let outcome = beginConnection(index, client: client)
        // An idle client may be let go for its descriptor.
        guard case .failed(.tooManyInProcess) = outcome, makeRoom(.descriptors) else {
            return outcome
        }
        return beginConnection(index, client: client)
    }

    private mutating func beginConnection(_ index: Int, client: ClientConnection.Slot) -> Checkout {
        let slot = roster.members[index].slot
        guard let key = upstreams.nextKey else { return .failed(.tooManyInProcess) }
        do throws(SystemError) {
            let begun = try roster.members[index].address.connect()
            try poller.add(
                begun.socket.reference, for: .everyChange,
                token: Token(kind: TokenKind.upstream, key: key))
            let deadline = now + plan.options.timeoutConnect
            _ = upstreams.insert(
                UpstreamConnection(
                    transport: Transport(begun.socket), slot: slot,
                    generation: roster.members[index].generation, client: client, activeAt: now,
                    filedFor: deadline))
            wheel.file(wheelPlace(upstream: key.slot), at: deadline)
            counters.upstreamOpened(slot: slot)
            return .connection(key.slot)
        } catch {
            return .failed(error.errno)
        }
    }

    /// Closes a connection that its backend has ended, or spoilt, while it idled.
    mutating func closeIdle(_ upstream: UpstreamConnection.Slot) {
        pool.ended(
            upstreams[upstream], idled: now.since(upstreams[upstream].activeAt), now: now)
        closeUpstream(upstream)
    }

    /// Puts a connection back into the pool when its exchange is over, or closes it.
    mutating func release(_ upstream: UpstreamConnection.Slot, reusable: Bool) {
        upstreams[upstream].client = nil
        let isCurrent = roster.isCurrent(
            slot: upstreams[upstream].slot, generation: upstreams[upstream].generation)
        // With a PROXY header in front a connection is one client's alone.
        let isShared = !plan.introduces
        if !reusable || !isCurrent || !isShared || !upstreams[upstream].isReusable {
            closeUpstream(upstream)
            return
        }
        upstreams[upstream].activeAt = now
        if upstreams[upstream].directions.contains(.peerEnded) {
            closeIdle(upstream)
            return
        }
        // The last read may have left something: an idle connection must have nothing to say.
        if upstreams[upstream].directions.contains(.readable) {
            if upstreams[upstream].transport.socket.peek() != .wouldBlock {
                closeIdle(upstream)
                return
            }
            upstreams[upstream].directions.remove(.readable)
        }
        if pool.returned(upstream, now: now, to: &upstreams) {
            // A request may come to wait for its end.
            let due = min(pool.due(upstreams[upstream]), now + Limits.unreadLook)
            arm(upstream: upstream, for: due)
        } else {
            closeUpstream(upstream)
        }
    }
}

/// Backends that can't serve all that is connected to them: one connection at a time, or N, each as
/// long as it lasts. What a request there waits for may be a connection that is idle, of any thread
/// of any balancer; so a worker with such a request says so in the scoreboard, and all look there
/// when the wheel hands one of their connections out.
extension Worker {
    /// Looks, when it is time, whether the first request on a new connection has been read, and
    /// returns when to look next. To be asked while the backend has something to do.
    mutating func lookWhetherRead(upstream: UpstreamConnection.Slot) -> Instant {
        guard !plan.isStream, upstreams[upstream].idled == nil,
            let client = upstreams[upstream].client,
            case .serving(let exchange) = clients[client].phase
        else { return .never }
        let since = exchanges[exchange].attempts.sentAt
        let due = max(upstreams[upstream].unreadLook, since + Limits.unreadMoment)
        if now < due || due == .never { return due }
        let next: Instant
        switch isUnread(exchange, over: upstream) {
        case .some(false): next = .never
        case .some(true):
            next = now + Limits.unreadLook
            noteUnread(upstream: upstream, since: since, isCertain: true)
        case .none:
            // It may just take its time: so the longer it has taken, the longer until the next.
            next = now + max(Limits.unreadLook, now.since(since))
            noteUnread(upstream: upstream, since: since, isCertain: false)
        }
        upstreams[upstream].unreadLook = next
        return next
    }

    private func isUnread(_ exchange: Exchange.Slot, over upstream: UpstreamConnection.Slot)
        -> Bool?
    {
        // Of what has been let go the backend has read some, unless it has not accepted it.
        let isWhole = exchanges[exchange].request.isWhole
        let count = isWhole ? UInt64(exchanges[exchange].request.sent) : .max
        return Socket.isUnread(by: upstreams[upstream].transport.socket, of: count)
    }

    private mutating func noteUnread(
        upstream: UpstreamConnection.Slot, since: Instant, isCertain: Bool
    ) {
        let process = BackendProcess(
            slot: upstreams[upstream].slot, generation: upstreams[upstream].generation)
        if !roster.isCurrent(slot: process.slot, generation: process.generation) { return }
        let request = UnreadRequest(since: since, seenAt: now, isCertain: isCertain)
        plan.scoreboard.load(slot: process.slot)
            .setUnread(request.words, of: process.generation)
        plan.unread.raise(process.slot)
        if !heedUnread(process) && !isCertain { pool.owesOne(process, now: now) }
    }

    /// Gives up what a request that lies unread anywhere waits for, and says whether anything was.
    @discardableResult
    mutating func heedUnread(_ process: BackendProcess) -> Bool {
        if !roster.isCurrent(slot: process.slot, generation: process.generation) { return false }
        let cell = plan.scoreboard.load(slot: process.slot)
        var occupation = Occupation(word: cell.occupation(of: process.generation))
        if occupation.isInForce(now) {
            giveUpAll(process, until: occupation.until)
            return true
        }
        let words = cell.unread(of: process.generation)
        guard let request = UnreadRequest(words: words, now: now) else { return false }
        switch pool.foundUnread(request, by: process, now: now, in: upstreams) {
        case .nothing: return false
        case .one(let idle):
            cell.setUnread((0, 0), of: process.generation)
            pool.remove(idle, from: &upstreams)
            closeUpstream(idle)
        case .all:
            occupation.seen(now: now)
            cell.setOccupation(occupation.word, of: process.generation)
            giveUpAll(process, until: occupation.until)
        }
        return true
    }

    private mutating func giveUpAll(_ process: BackendProcess, until: Instant) {
        pool.occupied(process, until: until)
        while let idle = pool.giveUp(process, from: &upstreams) { closeUpstream(idle) }
    }
}
