import Basics
import Choosing
import Kernel

extension Worker {
    /// What became of looking for a connection to a backend.
    enum Checkout {
        case connection(UInt32)
        case failed(Errno)
    }

    /// A connection to the member: an idle one where there is one, else a new one.
    mutating func checkOut(
        _ index: Int, isRepeatable: Bool, client: UInt32, fresh: Bool
    ) -> Checkout {
        let slot = roster.members[index].slot
        while !fresh,
            let number = pool.take(
                slot, isRepeatable: isRepeatable, now: now, from: &upstreams)
        {
            // Bytes that nobody asked for must not be taken for the answer to what comes now: what
            // has come by now has been told, unless there was too much to tell.
            if (!isRepeatable || hasMoreEvents)
                && upstreams[number].transport.socket.peek() != .wouldBlock
            {
                closeIdle(number)
                continue
            }
            upstreams[number].idled = now.since(upstreams[number].activeAt)
            upstreams[number].client = client
            return .connection(number)
        }
        return connect(index, client: client)
    }

    private mutating func connect(_ index: Int, client: UInt32) -> Checkout {
        lane.connected(slot: roster.members[index].slot)
        let outcome = beginConnection(index, client: client)
        // Somebody who needs no connection at present may have one to spare.
        guard case .failed(.tooManyInProcess) = outcome, makeRoom(.descriptors) else {
            return outcome
        }
        return beginConnection(index, client: client)
    }

    private mutating func beginConnection(_ index: Int, client: UInt32) -> Checkout {
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
            wheel.file(wheelSlot(upstream: key.slot), at: deadline)
            return .connection(key.slot)
        } catch {
            return .failed(error.errno)
        }
    }

    mutating func upstreamReady(_ number: UInt32, _ readiness: Readiness) {
        upstreams[number].directions.note(readiness)
        if let client = upstreams[number].client {
            serve(client)
            return
        }
        // An idle connection has nothing to say: its end, or bytes that nobody asked for.
        if !readiness.isDisjoint(with: [.readable, .peerEnded, .hungUp, .failed]) {
            pool.remove(number, from: &upstreams)
            closeIdle(number)
        }
    }

    /// Closes a connection that its backend has ended, or spoilt, while it idled.
    private mutating func closeIdle(_ number: UInt32) {
        pool.ended(
            upstreams[number], idled: now.since(upstreams[number].activeAt), now: now)
        closeUpstream(number)
    }

    /// Puts a connection whose exchange is over back into the pool, or closes it.
    mutating func release(_ number: UInt32, reusable: Bool) {
        upstreams[number].client = nil
        let isCurrent = roster.isCurrent(
            slot: upstreams[number].slot, generation: upstreams[number].generation)
        // With a PROXY header in front a connection is one client's alone.
        let isShared = !plan.introduces
        if !reusable || !isCurrent || !isShared || !upstreams[number].isReusable {
            closeUpstream(number)
            return
        }
        upstreams[number].activeAt = now
        if upstreams[number].directions.contains(.peerEnded) {
            closeIdle(number)
            return
        }
        // The last read may have left something: an idle connection must have nothing to say.
        if upstreams[number].directions.contains(.readable) {
            if upstreams[number].transport.socket.peek() != .wouldBlock {
                closeIdle(number)
                return
            }
            upstreams[number].directions.remove(.readable)
        }
        if pool.returned(number, now: now, to: &upstreams) {
            // Somebody may come to wait for its end.
            let due = min(pool.due(upstreams[number]), now + Limits.unreadLook)
            arm(upstream: number, for: due)
        } else {
            closeUpstream(number)
        }
    }

    /// Closes a connection that is in no pool.
    mutating func closeUpstream(_ number: UInt32) {
        wheel.unfile(wheelSlot(upstream: number))
        upstreams.discard(number)
    }

    @inline(__always)
    func wheelSlot(upstream number: UInt32) -> UInt32 { UInt32(clients.capacity) + number }

    /// Has the wheel hand the connection out by then; later is not filed anew, it is looked at
    /// when the earlier time comes.
    @inline(__always)
    mutating func arm(upstream number: UInt32, for deadline: Instant) {
        if deadline >= upstreams[number].filedFor { return }
        upstreams[number].filedFor = deadline
        wheel.file(wheelSlot(upstream: number), at: deadline)
    }

    @inline(__always)
    mutating func arm(client slot: UInt32, for deadline: Instant) {
        if deadline >= clients[slot].filedFor { return }
        clients[slot].filedFor = deadline
        wheel.file(slot, at: deadline)
    }
}
