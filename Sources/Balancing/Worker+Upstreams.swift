import Basics
import Choosing
import Kernel

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
            // Bytes that nobody asked for must not be taken for the answer to what comes now: what
            // has come by now has been told, unless there was too much to tell.
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
        lane.connected(slot: roster.members[index].slot)
        let outcome = beginConnection(index, client: client)
        // Somebody who needs no connection at present may have one to spare.
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
            return .connection(key.slot)
        } catch {
            return .failed(error.errno)
        }
    }

    mutating func upstreamReady(_ upstream: UpstreamConnection.Slot, _ readiness: Readiness) {
        upstreams[upstream].directions.note(readiness)
        if let client = upstreams[upstream].client {
            serve(client)
            return
        }
        // An idle connection has nothing to say: its end, or bytes that nobody asked for.
        if !readiness.isDisjoint(with: [.readable, .peerEnded, .hungUp, .failed]) {
            pool.remove(upstream, from: &upstreams)
            closeIdle(upstream)
        }
    }

    /// Closes a connection that its backend has ended, or spoilt, while it idled.
    private mutating func closeIdle(_ upstream: UpstreamConnection.Slot) {
        pool.ended(
            upstreams[upstream], idled: now.since(upstreams[upstream].activeAt), now: now)
        closeUpstream(upstream)
    }

    /// Puts a connection whose exchange is over back into the pool, or closes it.
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
            // Somebody may come to wait for its end.
            let due = min(pool.due(upstreams[upstream]), now + Limits.unreadLook)
            arm(upstream: upstream, for: due)
        } else {
            closeUpstream(upstream)
        }
    }

    /// Closes a connection that is in no pool.
    mutating func closeUpstream(_ upstream: UpstreamConnection.Slot) {
        wheel.unfile(wheelPlace(upstream: upstream))
        upstreams.discard(upstream)
    }

    @inline(__always)
    func wheelPlace(client: ClientConnection.Slot) -> UInt32 { client.number }

    @inline(__always)
    func wheelPlace(upstream: UpstreamConnection.Slot) -> UInt32 {
        UInt32(clients.capacity) + upstream.number
    }

    /// Has the wheel hand the connection out by then; later is not filed anew, it is looked at
    /// when the earlier time comes.
    @inline(__always)
    mutating func arm(upstream: UpstreamConnection.Slot, for deadline: Instant) {
        if deadline >= upstreams[upstream].filedFor { return }
        upstreams[upstream].filedFor = deadline
        wheel.file(wheelPlace(upstream: upstream), at: deadline)
    }

    @inline(__always)
    mutating func arm(client: ClientConnection.Slot, for deadline: Instant) {
        if deadline >= clients[client].filedFor { return }
        clients[client].filedFor = deadline
        wheel.file(wheelPlace(client: client), at: deadline)
    }
}
