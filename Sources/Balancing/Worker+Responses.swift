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
            switch exchanges[exchange].response.parse(&responseHead, limits: plan.responseLimits) {
            case .partial: return
            case .malformed(let reason):
                responseMalformed(exchange, ResponseFault(reason))
                return
            case .complete(let length):
                // An answer to a request that has not been sent is meant for somebody else.
                if exchanges[exchange].request.sent == 0 && exchanges[exchange].request.isWhole {
                    responseMalformed(exchange, ResponseFault("it answered before it was asked"))
                    return
                }
                if !acceptHead(exchange, upstream, length) { return }
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

    /// Puts the head that goes to the client where the backend's was. False when the exchange has
    /// taken another turn.
    private mutating func acceptHead(
        _ exchange: Exchange.Slot, _ upstream: UpstreamConnection.Slot, _ length: Int
    ) -> Bool {
        let status = responseHead.status
        if status == 101 { return acceptUpgrade(exchange, upstream, length) }
        if status < 200 {
            exchanges[exchange].answering.interims += 1
            if exchanges[exchange].answering.interims > Limits.interims {
                responseMalformed(exchange, ResponseFault(.tooManyInterims))
                return false
            }
            // HTTP/1.0 has no interim responses (RFC 9110 §15.2). And there are clients that wait
            // for ever after a second 100: one too late, or of a second try.
            let isRepeated = status == 100 && exchanges[exchange].answering.wasBidContinue
            if exchanges[exchange].asked.minorVersion == 0 || isRepeated {
                exchanges[exchange].response.dropHead(length)
            } else {
                if status == 100 {
                    exchanges[exchange].asked.awaitsContinue = false
                    exchanges[exchange].answering.wasBidContinue = true
                }
                writeHead(exchange, length, .keepAlive, chunked: false)
                exchanges[exchange].response.interimHeadEnded(scratch.count)
            }
            return true
        }
        let body = responseHead.framing(answering: exchanges[exchange].asked.method)
        // A head with such a field can't go on as it lies.
        if responseHead.needsRewrite,
            let seconds = exchanges[exchange].response.keepAliveSeconds(responseHead)
        {
            pool.announced(seconds, upstreams[upstream])
        }
        exchanges[exchange].answering.status = status
        exchanges[exchange].phase = .answering
        lane.answered(
            slot: exchanges[exchange].attempts.process.slot, status: status,
            after: now.since(exchanges[exchange].attempts.sentAt))
        noteAnswered(exchange)
        let isOld = exchanges[exchange].asked.minorVersion == 0
        // Without a length an old client knows the end by the close, and so does a new one where
        // the backend does it like that. A request that has not all come cannot be followed by
        // another.
        if body == .untilClose || (isOld && body == .chunked)
            || !exchanges[exchange].request.isComplete || acceptance.isLeaving
        {
            exchanges[exchange].answering.keepsClient = false
        }
        let word: ResponseHead.ConnectionWord =
            !exchanges[exchange].answering.keepsClient
            ? .close : isOld ? .keepAliveFor10 : .keepAlive
        exchanges[exchange].answering.isEventStream = isEventStream(exchange, body, behind: length)
        writeHead(exchange, length, word, chunked: body == .chunked && !isOld)
        exchanges[exchange].response.headEnded(
            scratch.count, body: body, asChunks: !isOld, trailers: !responseHead.hasNominations,
            framing: framingBuffer(body))
        upstreams[upstream].isReusable = responseHead.isPersistent && body != .untilClose
        return true
    }

    private mutating func acceptUpgrade(
        _ exchange: Exchange.Slot, _ upstream: UpstreamConnection.Slot, _ length: Int
    ) -> Bool {
        // RFC 9110 §15.2.2: only what the client asked for can be switched to.
        let isWanted =
            exchanges[exchange].asked.asksUpgrade && exchanges[exchange].request.isComplete
            && exchanges[exchange].request.pendingCount == 0
            && exchanges[exchange].response.switches(
                responseHead, to: exchanges[exchange].asked.protocols)
        if !isWanted {
            responseMalformed(exchange, ResponseFault(.switchedUnasked))
            return false
        }
        exchanges[exchange].answering.status = 101
        exchanges[exchange].phase = .streaming
        // From here on a break can't be told of, and shows as what it is.
        exchanges[exchange].answering.hasAnswered = true
        exchanges[exchange].answering.keepsClient = false
        noteAnswered(exchange)
        writeHead(exchange, length, .upgrade, chunked: false)
        exchanges[exchange].response.headEnded(
            scratch.count, body: .untilClose, asChunks: false, trailers: false,
            framing: ByteQueue())
        if exchanges[exchange].asked.savedLine.isEmpty { saveLine(exchange) }
        exchanges[exchange].stream.up.begin(with: exchanges[exchange].request.takeRest(), ours: 0)
        exchanges[exchange].stream.down.begin(
            with: exchanges[exchange].response.takeRest(), ours: scratch.count)
        arm(client: exchanges[exchange].client, for: now + plan.options.timeoutTunnel)
        return false
    }

    /// Whether more will come that may be long in coming; whose body is here already, as most are,
    /// is not asked for its type.
    private func isEventStream(
        _ exchange: Exchange.Slot, _ body: BodyFraming, behind length: Int
    ) -> Bool {
        let start = exchanges[exchange].response.ready + length
        switch body {
        case .none: return false
        case .length(let whole)
        where whole <= UInt64(exchanges[exchange].response.queue.count - start): return false
        case .length, .chunked, .untilClose: break
        }
        return exchanges[exchange].response.isEventStream(responseHead)
    }

    /// Leaves the head that is sent on in front of the queue, and its length in `scratch`.
    private mutating func writeHead(
        _ exchange: Exchange.Slot, _ length: Int, _ word: ResponseHead.ConnectionWord, chunked: Bool
    ) {
        scratch.removeAll()
        let needsDate = !responseHead.hasDate && responseHead.status >= 200
        let lines = needsDate ? dateLine.line(now) : InlineText()
        exchanges[exchange].response.write(
            responseHead, word, chunked: chunked, adding: lines, to: &scratch)
        if plan.keepsByCookie && responseHead.status >= 200 { addCookie(exchange) }
        exchanges[exchange].response.replaceHead(length, with: scratch)
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
        if exchanges[exchange].answering.hasLargeHead || largeHeads == Limits.largeHeads {
            return false
        }
        exchanges[exchange].answering.hasLargeHead = true
        largeHeads += 1
        exchanges[exchange].response.queue.reserve(
            Limits.responseHead - exchanges[exchange].response.queue.count + 1)
        return true
    }

    /// The buffer of such a head is given back.
    mutating func largeHeadEnded(_ exchange: Exchange.Slot) {
        if !exchanges[exchange].answering.hasLargeHead { return }
        exchanges[exchange].answering.hasLargeHead = false
        largeHeads -= 1
    }

    /// Between two reads of a big body its buffer serves others.
    @inline(__always)
    mutating func giveBackBodyBuffer(_ exchange: Exchange.Slot) {
        guard case .length(let missing) = exchanges[exchange].response.rest,
            missing >= Limits.bigBody, exchanges[exchange].response.queue.isEmpty
        else { return }
        buffers.giveBack(exchanges[exchange].response.queue.take())
    }

    /// Where a chunked body is framed anew; nothing for the others.
    mutating func framingBuffer(_ body: BodyFraming) -> ByteQueue {
        body == .chunked ? buffers.lend() : ByteQueue()
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
        // Who was told that the connection stays has one more answer to come, though another
        // balancer has taken over meanwhile.
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

    /// Ends an exchange and gives back what it held; the connections are the caller's.
    mutating func discard(_ exchange: Exchange.Slot) {
        let client = exchanges[exchange].client
        largeHeadEnded(exchange)
        buffers.giveBack(exchanges[exchange].request.queue.take())
        buffers.giveBack(exchanges[exchange].request.framed.take())
        buffers.giveBack(exchanges[exchange].response.queue.take())
        buffers.giveBack(exchanges[exchange].response.framed.take())
        exchanges[exchange].stream.up.giveBack(to: &buffers)
        exchanges[exchange].stream.down.giveBack(to: &buffers)
        exchanges.discard(exchange)
        clients[client].phase = .idle
        lane.exchangeClosed()
    }
}
