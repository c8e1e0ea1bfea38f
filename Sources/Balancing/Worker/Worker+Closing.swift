import Basics
import HTTP1
import Kernel

/// What is let go, and when what is kept is looked at again: nothing is decided here.
extension Worker {
    /// Closes a client's connection; its exchange, if any, has been ended before.
    mutating func closeClient(_ client: ClientConnection.Slot, reset: Bool = false) {
        wheel.unfile(wheelPlace(client: client))
        noteHeard(client)
        if clients.isFull { plan.connectionLimit.hasRoomAgain(index) }
        admission.left(client, countedAs: clients[client].countedAs)
        if reset { Socket.resetOnClose(clients[client].transport.socket) }
        clients.discard(client)
        counters.connectionClosed()
        // There is a good deal of room again.
        let isRelieved = clients.count == clients.capacity - max(1, clients.capacity / 10)
        if isRelieved { plan.connectionLimit.isRelieved() }
        if acceptance.isPaused { resumeAccepting() }
    }

    /// Says that nothing more will come, and waits for the client to see it: a close with unread
    /// bytes would reset the connection, and the reset could eat the answer.
    mutating func linger(_ client: ClientConnection.Slot) {
        Socket.endSending(clients[client].transport.socket)
        clients[client].phase = .lingering
        clients[client].activeAt = now
        clients[client].lingersUntil = now + Limits.lingerLongest
        arm(client: client, for: now + Limits.linger)
        turns.usedUp(clients.key(client))
    }

    /// Reads and forgets; true while there may be more.
    mutating func drain(_ client: ClientConnection.Slot) -> Bool {
        buffers.scratch.removeAll()
        switch clients[client].transport.receive(into: &buffers.scratch) {
        case .bytes(let count):
            clients[client].activeAt = now
            if count < buffers.scratch.capacity { clients[client].directions.readShort() }
            return clients[client].directions.contains(.readable)
        case .wantRead, .wantWrite:
            clients[client].directions.remove(.readable)
            return false
        case .end, .failed:
            closeClient(client)
            return false
        }
    }

    /// The first of it has been read.
    @inline(__always)
    mutating func noteHeard(_ client: ClientConnection.Slot) {
        if clients[client].isHeard { return }
        clients[client].isHeard = true
        counters.connectionHeard()
    }

    /// Closes a connection that is in no pool.
    mutating func closeUpstream(_ upstream: UpstreamConnection.Slot) {
        wheel.unfile(wheelPlace(upstream: upstream))
        counters.upstreamClosed(slot: upstreams[upstream].slot)
        upstreams.discard(upstream)
    }

    /// Ends what a backend was doing for an exchange that ends for another reason.
    mutating func abandonAttempt(_ exchange: Exchange.Slot) {
        let isAnswered = exchanges[exchange].phase != .delivering
        if exchanges[exchange].attempts.upstream != nil && !isAnswered {
            counters.abandoned(slot: exchanges[exchange].attempts.process.slot)
        }
        letUpstreamGo(exchange)
    }

    /// Ends what a backend was doing for an exchange.
    mutating func letUpstreamGo(_ exchange: Exchange.Slot) {
        guard let upstream = exchanges[exchange].attempts.upstream else { return }
        exchanges[exchange].attempts.upstream = nil
        noteReleased(exchanges[exchange].attempts.process)
        upstreams[upstream].client = nil
        closeUpstream(upstream)
    }

    /// A process has one request less in flight.
    @inline(__always)
    mutating func noteReleased(_ process: BackendProcess) {
        counters.released(slot: process.slot, generation: process.generation)
        if plan.limitsInFlight {
            queues.forRoom.roomFreed()
            wakeLongestWaiting(at: process.slot)
        }
    }

    /// Other workers that find that the turn is not theirs look again before long; so a balancer
    /// that dies before it has woken one delays them, and no more.
    mutating func wakeLongestWaiting(at slot: BackendSlot) {
        guard let longest = longestWaiting(at: slot), longest != counters.index else { return }
        let other = longest - plan.firstWorker
        if plan.wakers.indices.contains(other) { plan.wakers[other].waker.wake() }
    }

    /// Ends an exchange and gives back what it held; the connections are the caller's.
    mutating func discard(_ exchange: Exchange.Slot) {
        let client = exchanges[exchange].client
        if !exchanges[exchange].answering.isWhole { counters.exchangeAbandoned() }
        largeHeadEnded(exchange)
        buffers.giveBack(exchanges[exchange].request.queue.take())
        buffers.giveBack(exchanges[exchange].request.framed.take())
        buffers.giveBack(exchanges[exchange].response.queue.take())
        buffers.giveBack(exchanges[exchange].response.framed.take())
        exchanges[exchange].stream.up.giveBack(to: &buffers)
        exchanges[exchange].stream.down.giveBack(to: &buffers)
        exchanges.discard(exchange)
        clients[client].phase = .idle
    }

    /// The buffer of such a head is given back.
    mutating func largeHeadEnded(_ exchange: Exchange.Slot) {
        if !exchanges[exchange].answering.hasLargeHead { return }
        exchanges[exchange].answering.hasLargeHead = false
        buffers.largeHeads -= 1
    }

    /// Between two reads of a big body its buffer serves others.
    @inline(__always)
    mutating func giveBackBodyBuffer(_ exchange: Exchange.Slot) {
        guard case .length(let missing) = exchanges[exchange].response.rest,
            missing >= Limits.bigBody, exchanges[exchange].response.queue.isEmpty
        else { return }
        buffers.giveBack(exchanges[exchange].response.queue.take())
    }

    /// Where a chunked body is framed anew; `nil` for the others.
    mutating func framingBuffer(_ body: BodyFraming) -> ByteQueue {
        body == .chunked ? buffers.lend() : ByteQueue()
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
