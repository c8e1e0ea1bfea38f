import Basics
import HTTP1
import Kernel

extension Worker {
    /// Reads what the backend has to say.
    mutating func receiveResponse(_ exchange: Exchange.Slot, _ upstream: UpstreamConnection.Slot)
        -> Step
    {
        if !lendResponseBuffer(exchange) {
            responseMalformed(exchange, ResponseFault(.headTooLarge))
            return .moved(0)
        }
        let room = exchanges[exchange].response.queue.room
        switch upstreams[upstream].transport.receive(into: &exchanges[exchange].response.queue) {
        case .bytes(let count):
            if count < room { upstreams[upstream].directions.readShort() }
            counters.received(count, from: upstreams[upstream].slot)
            upstreams[upstream].activeAt = now
            responseArrived(exchange, upstream)
            return .moved(count)
        case .wantRead, .wantWrite:
            upstreams[upstream].directions.remove(.readable)
            return .moved(0)
        case .end:
            upstreams[upstream].directions.remove(.readable)
            if exchanges[exchange].response.sourceEnded() {
                upstreams[upstream].isReusable = false
                return .moved(0)
            }
            return readFailed(exchange, upstream, errno: nil)
        case .failed(let errno): return readFailed(exchange, upstream, errno: errno)
        }
    }

    private mutating func responseArrived(
        _ exchange: Exchange.Slot, _ upstream: UpstreamConnection.Slot
    ) {
        while exchanges[exchange].response.rest == .head {
            let isEmpty =
                exchanges[exchange].response.queue.count == exchanges[exchange].response.ready
            if isEmpty { return }
            switch heads.readResponse(exchanges[exchange].response) {
            case .partial: return
            case .malformed(let reason):
                responseMalformed(exchange, ResponseFault(reason))
                return
            case .complete(let length):
                if !headArrived(exchange, upstream, length) { return }
            }
        }
        if let reason = exchanges[exchange].response.digest() {
            responseMalformed(exchange, ResponseFault(reason))
            return
        }
        // A head alone: its body may be held back until the head is acknowledged.
        if exchanges[exchange].response.bodyBytes == 0 && !exchanges[exchange].response.isComplete
            && exchanges[exchange].phase == .answering
            && !upstreams[upstream].directions.contains(.readable)
        {
            Socket.acknowledgeNow(upstreams[upstream].transport.socket)
        }
    }

    /// The head of a response is complete. False when the exchange has taken another turn.
    private mutating func headArrived(
        _ exchange: Exchange.Slot, _ upstream: UpstreamConnection.Slot, _ length: Int
    ) -> Bool {
        switch heads.answered(&exchanges[exchange], length) {
        case .interim: return true
        case .final:
            finalHeadArrived(exchange, upstream, length)
            return true
        case .switches:
            counters.answered(
                slot: exchanges[exchange].attempts.process.slot, status: heads.response.status,
                after: now.since(exchanges[exchange].attempts.sentAt))
            noteAnswered(exchange)
            exchanges[exchange].attempts.progress.answeredAt = now
            if exchanges[exchange].asked.savedLine.isEmpty { saveLine(exchange) }
            heads.switchProtocol(&exchanges[exchange], length)
            arm(client: exchanges[exchange].client, for: now + plan.options.timeoutTunnel)
            return false
        case .malformed(let fault):
            responseMalformed(exchange, fault)
            return false
        }
    }

    private mutating func finalHeadArrived(
        _ exchange: Exchange.Slot, _ upstream: UpstreamConnection.Slot, _ length: Int
    ) {
        if let seconds = heads.keepAliveSeconds(exchanges[exchange].response) {
            pool.announced(seconds, upstreams[upstream])
        }
        counters.answered(
            slot: exchanges[exchange].attempts.process.slot, status: heads.response.status,
            after: now.since(exchanges[exchange].attempts.sentAt))
        noteAnswered(exchange)
        exchanges[exchange].attempts.progress.answeredAt = now
        if plan.options.serverTiming { noteTiming(exchange) }
        let body = heads.response.framing(answering: exchanges[exchange].asked.method)
        let framing = framingBuffer(body)
        heads.rewriteResponse(
            &exchanges[exchange], length, body: body, framing: framing,
            cookie: plan.keepsByCookie ? newCookie(exchange) : nil,
            isLeaving: acceptance.isLeaving, now: now)
        upstreams[upstream].isReusable = heads.response.isPersistent && body != .untilClose
    }

    /// The head that is about to be written says where the time went.
    @inline(never)
    private mutating func noteTiming(_ exchange: Exchange.Slot) {
        var timing = ServerTiming(exchanges[exchange], isAnswered: true, now: now)
        let slot = exchanges[exchange].attempts.process.slot
        if let index = roster.index(ofSlot: slot) { timing.name = roster.members[index].name }
        heads.timing = timing
    }

    /// Something to read a response into: a big piece for a big body, but a thread has few of
    /// those. False where there is none for a head that is larger than most.
    @inline(__always)
    private mutating func lendResponseBuffer(_ exchange: Exchange.Slot) -> Bool {
        if exchanges[exchange].response.queue.capacity == 0 {
            let isBig =
                switch exchanges[exchange].response.rest {
                case .length(let missing): missing >= Limits.bigBody
                case .head, .chunked, .untilClose, .nothing: false
                }
            exchanges[exchange].response.queue = buffers.lend(big: isBig)
        } else if exchanges[exchange].response.queue.room == 0 {
            exchanges[exchange].response.queue.compact()
            if exchanges[exchange].response.queue.room == 0 { return growForHead(exchange) }
        }
        return true
    }

    /// A head fills the buffer that is enough for nearly all: it gets one for the largest there may
    /// be, of which a thread has only so many.
    private mutating func growForHead(_ exchange: Exchange.Slot) -> Bool {
        if exchanges[exchange].answering.hasLargeHead || buffers.largeHeads == Limits.largeHeads {
            return false
        }
        exchanges[exchange].answering.hasLargeHead = true
        buffers.largeHeads += 1
        exchanges[exchange].response.queue.reserve(
            Limits.responseHead - exchanges[exchange].response.queue.count + 1)
        return true
    }

    /// The response has been sent whole: what follows for the client and for the connection behind.
    mutating func finish(_ exchange: Exchange.Slot) -> Step {
        let client = exchanges[exchange].client
        logAccess(exchange)
        if let upstream = exchanges[exchange].attempts.upstream {
            exchanges[exchange].attempts.upstream = nil
            noteReleased(exchanges[exchange].attempts.process)
            let isClean =
                exchanges[exchange].request.isComplete
                && exchanges[exchange].request.pendingCount == 0
                && exchanges[exchange].response.queue.isEmpty
            release(upstream, reusable: isClean)
        }
        let isRead = exchanges[exchange].request.isComplete
        // A client that was told that the connection stays has one more answer to come, though
        // another balancer has taken over meanwhile.
        let keeps =
            exchanges[exchange].answering.keepsClient && isRead && acceptance.manner != .stopping
        if keeps {
            nextRequest(exchange, client)
            return .moved(0)
        }
        discard(exchange)
        if isRead && !clients[client].directions.contains(.readable) {
            closeClient(client)
        } else {
            linger(client)
        }
        return .gone
    }

    /// The client may go on; what it has sent already is the beginning of its next request.
    private mutating func nextRequest(_ exchange: Exchange.Slot, _ client: ClientConnection.Slot) {
        exchanges[exchange].request.dropMessage()
        if exchanges[exchange].request.queue.isEmpty {
            discard(exchange)
            clients[client].activeAt = now
            arm(client: client, for: now + plan.options.timeoutIdle)
            return
        }
        let rest = exchanges[exchange].request.queue.take()
        discard(exchange)
        openExchange(client, with: rest)
    }
}
