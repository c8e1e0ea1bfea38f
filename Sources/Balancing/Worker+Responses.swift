import Basics
import HTTP1
import Kernel

extension Worker {
    /// Reads what the backend has to say.
    mutating func receiveResponse(_ number: UInt32, _ upstream: UInt32) -> Step {
        if !lendResponseBuffer(number) {
            responseMalformed(number, ResponseFault(.headTooLarge))
            return .moved(0)
        }
        let room = exchanges[number].response.queue.room
        switch upstreams[upstream].transport.receive(into: &exchanges[number].response.queue) {
        case .bytes(let count):
            if count < room { upstreams[upstream].directions.readShort() }
            upstreams[upstream].activeAt = now
            responseArrived(number, upstream)
            return .moved(count)
        case .wantRead, .wantWrite:
            upstreams[upstream].directions.remove(.readable)
            return .moved(0)
        case .end:
            upstreams[upstream].directions.remove(.readable)
            if exchanges[number].response.sourceEnded() {
                upstreams[upstream].isReusable = false
                return .moved(0)
            }
            return readFailed(number, upstream, errno: nil)
        case .failed(let errno): return readFailed(number, upstream, errno: errno)
        }
    }

    private mutating func responseArrived(_ number: UInt32, _ upstream: UInt32) {
        while exchanges[number].response.rest == .head {
            let isEmpty =
                exchanges[number].response.queue.count == exchanges[number].response.ready
            if isEmpty { return }
            switch exchanges[number].response.parse(&responseHead, limits: plan.responseLimits) {
            case .partial: return
            case .malformed(let reason):
                responseMalformed(number, ResponseFault(reason))
                return
            case .complete(let length):
                // An answer to a request that has not been sent is meant for somebody else.
                if exchanges[number].request.sent == 0 && exchanges[number].request.isWhole {
                    responseMalformed(number, ResponseFault("it answered before it was asked"))
                    return
                }
                if !acceptHead(number, upstream, length) { return }
            }
        }
        if let reason = exchanges[number].response.digest() {
            responseMalformed(number, ResponseFault(reason))
            return
        }
        // A head alone: its body may be held back until the head is acknowledged.
        if exchanges[number].response.bodyBytes == 0 && !exchanges[number].response.isComplete
            && exchanges[number].phase == .answering
            && !upstreams[upstream].directions.contains(.readable)
        {
            Socket.acknowledgeNow(upstreams[upstream].transport.socket)
        }
    }

    /// Puts the head that goes to the client where the backend's was. False when the exchange has
    /// taken another turn.
    private mutating func acceptHead(
        _ number: UInt32, _ upstream: UInt32, _ length: Int
    ) -> Bool {
        let status = responseHead.status
        if status == 101 { return acceptUpgrade(number, upstream, length) }
        if status < 200 {
            exchanges[number].interims += 1
            if exchanges[number].interims > Limits.interims {
                responseMalformed(number, ResponseFault(.tooManyInterims))
                return false
            }
            // HTTP/1.0 has no interim responses (RFC 9110 §15.2). And there are clients that wait
            // for ever after a second 100: one too late, or of a second try.
            let isRepeated = status == 100 && exchanges[number].wasBidContinue
            if exchanges[number].minorVersion == 0 || isRepeated {
                exchanges[number].response.dropHead(length)
            } else {
                if status == 100 {
                    exchanges[number].awaitsContinue = false
                    exchanges[number].wasBidContinue = true
                }
                writeHead(number, length, .keepAlive, chunked: false)
                exchanges[number].response.interimHeadEnded(scratch.count)
            }
            return true
        }
        let body = responseHead.framing(answering: exchanges[number].method)
        // A head with such a field can't go on as it lies.
        if responseHead.needsRewrite,
            let seconds = exchanges[number].response.keepAliveSeconds(responseHead)
        {
            pool.announced(seconds, upstreams[upstream])
        }
        exchanges[number].status = status
        exchanges[number].phase = .answering
        lane.answered(
            slot: exchanges[number].attempts.process.slot, status: status,
            after: now.since(exchanges[number].attempts.sentAt))
        succeeded(number)
        noteLatency(number)
        let isOld = exchanges[number].minorVersion == 0
        // Without a length an old client knows the end by the close, and so does a new one where
        // the backend does it like that. A request that has not all come cannot be followed by
        // another.
        if body == .untilClose || (isOld && body == .chunked)
            || !exchanges[number].request.isComplete || leaving != .staying
        {
            exchanges[number].keepsClient = false
        }
        let word: ResponseHead.ConnectionWord =
            !exchanges[number].keepsClient ? .close : isOld ? .keepAliveFor10 : .keepAlive
        exchanges[number].isEventStream = isEventStream(number, body, behind: length)
        writeHead(number, length, word, chunked: body == .chunked && !isOld)
        exchanges[number].response.headEnded(
            scratch.count, body: body, asChunks: !isOld, trailers: !responseHead.hasNominations,
            framing: framingBuffer(body))
        upstreams[upstream].isReusable = responseHead.isPersistent && body != .untilClose
        return true
    }

    private mutating func acceptUpgrade(
        _ number: UInt32, _ upstream: UInt32, _ length: Int
    ) -> Bool {
        // RFC 9110 §15.2.2: only what the client asked for can be switched to.
        let isWanted =
            exchanges[number].asksUpgrade && exchanges[number].request.isComplete
            && exchanges[number].request.pendingCount == 0
            && exchanges[number].response.switches(responseHead, to: exchanges[number].protocols)
        if !isWanted {
            responseMalformed(number, ResponseFault(.switchedUnasked))
            return false
        }
        exchanges[number].status = 101
        exchanges[number].phase = .streaming
        // From here on a break can't be told of, and shows as what it is.
        exchanges[number].hasAnswered = true
        exchanges[number].keepsClient = false
        succeeded(number)
        writeHead(number, length, .upgrade, chunked: false)
        exchanges[number].response.headEnded(
            scratch.count, body: .untilClose, asChunks: false, trailers: false,
            framing: ByteQueue())
        if exchanges[number].savedLine.isEmpty { saveLine(number) }
        exchanges[number].up.begin(with: exchanges[number].request.takeRest(), ours: 0)
        exchanges[number].down.begin(
            with: exchanges[number].response.takeRest(), ours: scratch.count)
        arm(client: exchanges[number].client, for: now + plan.options.timeoutTunnel)
        return false
    }

    /// Whether more will come that may be long in coming; whose body is here already, as most are,
    /// is not asked for its type.
    private func isEventStream(
        _ number: UInt32, _ body: BodyFraming, behind length: Int
    ) -> Bool {
        let start = exchanges[number].response.ready + length
        switch body {
        case .none: return false
        case .length(let whole)
        where whole <= UInt64(exchanges[number].response.queue.count - start): return false
        case .length, .chunked, .untilClose: break
        }
        return exchanges[number].response.isEventStream(responseHead)
    }

    /// Leaves the head that is sent on in front of the queue, and its length in `scratch`.
    private mutating func writeHead(
        _ number: UInt32, _ length: Int, _ word: ResponseHead.ConnectionWord, chunked: Bool
    ) {
        scratch.removeAll()
        let needsDate = !responseHead.hasDate && responseHead.status >= 200
        let lines = needsDate ? dateLine.line(now) : InlineText()
        exchanges[number].response.write(
            responseHead, word, chunked: chunked, adding: lines, to: &scratch)
        if plan.keepsByCookie && responseHead.status >= 200 { addCookie(number) }
        exchanges[number].response.replaceHead(length, with: scratch)
    }

    /// Something to read a response into: a big piece for a big body, but a thread has few of
    /// those. False where there is none for a head that is larger than most.
    @inline(__always)
    private mutating func lendResponseBuffer(_ number: UInt32) -> Bool {
        if exchanges[number].response.queue.capacity == 0 {
            let isBig =
                switch exchanges[number].response.rest {
                case .length(let missing): missing >= Limits.bigBody
                case .head, .chunked, .untilClose, .nothing: false
                }
            exchanges[number].response.queue = buffers.lend(big: isBig)
        } else if exchanges[number].response.queue.room == 0 {
            exchanges[number].response.queue.compact()
            if exchanges[number].response.queue.room == 0 { return growForHead(number) }
        }
        return true
    }

    /// A head fills the buffer that is enough for nearly all: it gets one for the largest there may
    /// be, of which a thread has only so many.
    private mutating func growForHead(_ number: UInt32) -> Bool {
        if exchanges[number].hasLargeHead || largeHeads == Limits.largeHeads { return false }
        exchanges[number].hasLargeHead = true
        largeHeads += 1
        exchanges[number].response.queue.reserve(
            Limits.responseHead - exchanges[number].response.queue.count + 1)
        return true
    }

    /// The buffer of such a head is given back.
    mutating func largeHeadEnded(_ number: UInt32) {
        if !exchanges[number].hasLargeHead { return }
        exchanges[number].hasLargeHead = false
        largeHeads -= 1
    }

    /// Between two reads of a big body its buffer serves others.
    @inline(__always)
    mutating func giveBackBodyBuffer(_ number: UInt32) {
        guard case .length(let missing) = exchanges[number].response.rest,
            missing >= Limits.bigBody, exchanges[number].response.queue.isEmpty
        else { return }
        buffers.giveBack(exchanges[number].response.queue.take())
    }

    /// Where a chunked body is framed anew; nothing for the others.
    mutating func framingBuffer(_ body: BodyFraming) -> ByteQueue {
        body == .chunked ? buffers.lend() : ByteQueue()
    }

    /// The response has been sent whole: what follows for the client and for the connection behind.
    mutating func finish(_ number: UInt32) -> Step {
        let client = exchanges[number].client
        logAccess(number)
        if let upstream = exchanges[number].attempts.upstream {
            exchanges[number].attempts.upstream = nil
            lane.released(
                slot: exchanges[number].attempts.process.slot,
                generation: exchanges[number].attempts.process.generation)
            let isClean =
                exchanges[number].request.isComplete && exchanges[number].request.pendingCount == 0
                && exchanges[number].response.queue.isEmpty
            release(upstream, reusable: isClean)
        }
        let isRead = exchanges[number].request.isComplete
        // Who was told that the connection stays has one more answer to come, though another
        // balancer has taken over meanwhile.
        let keeps = exchanges[number].keepsClient && isRead && leaving != .stopping
        if keeps {
            nextRequest(number, client)
            return .moved(0)
        }
        discard(number)
        if isRead && !clients[client].directions.contains(.readable) {
            closeClient(client)
        } else {
            linger(client)
        }
        return .gone
    }

    /// The client may go on; what it has sent already is the beginning of its next request.
    private mutating func nextRequest(_ number: UInt32, _ client: UInt32) {
        exchanges[number].request.dropMessage()
        if exchanges[number].request.queue.isEmpty {
            discard(number)
            clients[client].activeAt = now
            arm(client: client, for: now + plan.options.timeoutIdle)
            return
        }
        let rest = exchanges[number].request.queue.take()
        discard(number)
        openExchange(client, with: rest)
    }

    /// Ends an exchange and gives back what it held; the connections are the caller's.
    mutating func discard(_ number: UInt32) {
        let client = exchanges[number].client
        largeHeadEnded(number)
        buffers.giveBack(exchanges[number].request.queue.take())
        buffers.giveBack(exchanges[number].request.framed.take())
        buffers.giveBack(exchanges[number].response.queue.take())
        buffers.giveBack(exchanges[number].response.framed.take())
        exchanges[number].up.giveBack(to: &buffers)
        exchanges[number].down.giveBack(to: &buffers)
        exchanges.discard(number)
        clients[client].phase = .idle
        lane.exchangeClosed()
    }
}
