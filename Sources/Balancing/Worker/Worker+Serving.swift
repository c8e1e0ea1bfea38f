import Basics
import Kernel

extension Worker {
    /// What one move for a client came to.
    enum Step: Equatable {
        /// Something was done; look again. So many bytes were moved.
        case moved(Int)
        /// Nothing can be done until the kernel tells of something.
        case blocked
        /// There is no such client any more, or it has another life now.
        case gone
    }

    /// Does for a client whatever can be done without waiting, up to its share of a turn.
    mutating func serve(_ client: ClientConnection.Slot) {
        var budget = Limits.bytesATurn
        let key = clients.key(client)
        while budget > 0 {
            switch step(client) {
            case .moved(let count): budget -= count + 64
            case .blocked: return
            case .gone: return
            }
            if !clients.isCurrent(key) { return }
        }
        turns.usedUp(key)
    }

    /// Inlined it saves a request, which takes six of them, 110 instructions.
    @inline(__always)
    private mutating func step(_ client: ClientConnection.Slot) -> Step {
        switch clients[client].phase {
        case .introducing: return introduce(client)
        case .idle: return plan.isStream ? beginStream(client) : beginExchange(client)
        case .postponed: return .blocked
        case .lingering:
            guard clients[client].directions.contains(.readable) else { return .blocked }
            return drain(client) ? .moved(buffers.scratch.count) : .gone
        case .serving(let exchange):
            switch exchanges[exchange].phase {
            case .readingHead: return readHead(exchange)
            case .awaitingNews, .queued: return .blocked
            case .delivering where exchanges[exchange].asked.isStream:
                return awaitConnection(exchange)
            case .answeringItself where exchanges[exchange].asked.isStream:
                return endStream(exchange, reset: true)
            case .delivering, .answering, .answeringItself: return relay(exchange)
            case .streaming: return stream(exchange)
            }
        }
    }

    /// One move of an exchange with a parsed request: first what the client is owed, then what the
    /// backend is, then what either of them has to say.
    private mutating func relay(_ exchange: Exchange.Slot) -> Step {
        let client = exchanges[exchange].client
        if exchanges[exchange].response.pendingCount > 0 {
            if clients[client].directions.contains(.writable) { return sendResponse(exchange) }
        } else if exchanges[exchange].response.isComplete {
            return finish(exchange)
        }
        if let upstream = exchanges[exchange].attempts.upstream {
            if exchanges[exchange].request.pendingCount > 0
                && upstreams[upstream].directions.contains(.writable)
            {
                return sendRequest(exchange, upstream)
            }
            if exchanges[exchange].response.pendingCount == 0
                && upstreams[upstream].directions.contains(.readable)
            {
                return receiveResponse(exchange, upstream)
            }
        }
        if exchanges[exchange].request.isComplete || exchanges[exchange].phase == .answeringItself {
            return .blocked
        }
        if !clients[client].directions.contains(.readable) {
            waitToReceive(exchange, client)
        } else if exchanges[exchange].request.makeRoom() {
            return receiveRequest(exchange)
        }
        return .blocked
    }

    mutating func sendResponse(_ exchange: Exchange.Slot) -> Step {
        let client = exchanges[exchange].client
        let wanted = exchanges[exchange].response.pendingCount
        let isLast = exchanges[exchange].response.isComplete
        if isLast { announceEnd(exchange) }
        switch exchanges[exchange].response.send(over: clients[client].transport) {
        case .bytes(let count):
            if isLast { noteEnd(exchange, isSent: count == wanted) }
            counters.sent(count)
            exchanges[exchange].response.didSend(count)
            exchanges[exchange].answering.sentToClient &+= UInt64(count)
            exchanges[exchange].answering.responsePace.moved(
                at: now, to: exchanges[exchange].answering.sentToClient, by: plan.bounds.pace)
            if exchanges[exchange].phase != .delivering {
                exchanges[exchange].answering.hasAnswered = true
            }
            clients[client].activeAt = now
            // A backend that waited for its client has its whole time again.
            if let upstream = exchanges[exchange].attempts.upstream {
                upstreams[upstream].activeAt = now
            }
            if count < wanted { waitToSend(exchange, client) }
            giveBackBodyBuffer(exchange)
            return .moved(count)
        case .wantWrite, .wantRead:
            if isLast { noteEnd(exchange, isSent: false) }
            waitToSend(exchange, client)
            return .moved(0)
        case .end, .failed:
            if isLast { noteEnd(exchange, isSent: false) }
            clientVanished(exchange)
            return .gone
        }
    }

    mutating func sendRequest(_ exchange: Exchange.Slot, _ upstream: UpstreamConnection.Slot)
        -> Step
    {
        switch exchanges[exchange].request.send(over: upstreams[upstream].transport) {
        case .bytes(let count):
            upstreams[upstream].phase = .ready
            upstreams[upstream].activeAt = now
            exchanges[exchange].request.didSend(count)
            exchanges[exchange].attempts.progress.sent(at: now)
            counters.sent(count, to: upstreams[upstream].slot)
            if exchanges[exchange].request.pendingCount > 0 {
                upstreams[upstream].directions.remove(.writable)
            }
            return .moved(count)
        case .wantWrite, .wantRead:
            upstreams[upstream].directions.remove(.writable)
            return .moved(0)
        case .end: return writeFailed(exchange, upstream, .brokenPipe)
        case .failed(let errno): return writeFailed(exchange, upstream, errno)
        }
    }

    /// Reads more of a request's body.
    mutating func receiveRequest(_ exchange: Exchange.Slot) -> Step {
        let client = exchanges[exchange].client
        let room = exchanges[exchange].request.queue.room
        switch clients[client].transport.receive(into: &exchanges[exchange].request.queue) {
        case .bytes(let count):
            if count < room { clients[client].directions.readShort() }
            counters.received(count)
            clients[client].activeAt = now
            exchanges[exchange].asked.awaitsContinue = false
            let malformed = exchanges[exchange].request.digest()
            exchanges[exchange].answering.requestPace.moved(
                at: now, to: exchanges[exchange].request.bodyBytes, by: plan.bounds.pace)
            if let reason = malformed {
                requestMalformed(exchange, reason)
            } else if let most = plan.maxBody, exchanges[exchange].request.bodyBytes > most {
                bodyTooLarge(exchange)
            }
            return .moved(count)
        case .wantRead, .wantWrite:
            clients[client].directions.remove(.readable)
            return .moved(0)
        case .end:
            clients[client].directions.remove(.readable)
            if exchanges[exchange].request.sourceEnded() { return .moved(0) }
            // Half a request must not look like a whole one to the backend.
            clientVanished(exchange)
            return .gone
        case .failed:
            clientVanished(exchange)
            return .gone
        }
    }

    /// The client has said nothing more at present: it has so long to go on.
    private mutating func waitToReceive(_ exchange: Exchange.Slot, _ client: ClientConnection.Slot)
    {
        if exchanges[exchange].asked.awaitsContinue { return }
        exchanges[exchange].answering.requestPace.waits(from: now)
        arm(client: client, for: now + plan.bounds.clientCheck)
    }

    /// The client takes no more at present: it has so long to take something.
    private mutating func waitToSend(_ exchange: Exchange.Slot, _ client: ClientConnection.Slot) {
        clients[client].directions.remove(.writable)
        exchanges[exchange].answering.responsePace.waits(from: now)
        arm(client: client, for: now + plan.bounds.clientCheck)
    }

    mutating func clientReady(_ client: ClientConnection.Slot, _ readiness: Readiness) {
        clients[client].directions.note(readiness)
        if readiness.contains(.peerEnded) { noteEnd(client) }
        if !readiness.isDisjoint(with: [.hungUp, .failed]) {
            switch clients[client].phase {
            // What it has sent is still to be read, and ends with the error.
            case .introducing, .idle, .postponed: break
            case .lingering:
                closeClient(client)
                return
            case .serving(let exchange):
                if exchanges[exchange].phase == .streaming {
                    streamHungUp(client, isReset: readiness.contains(.failed))
                } else {
                    clientVanished(exchange)
                }
                return
            }
        }
        serve(client)
    }

    /// It sends no more, and may be gone: that looks the same.
    mutating func noteEnd(_ client: ClientConnection.Slot) {
        clients[client].endedAt = min(clients[client].endedAt, now)
        arm(client: client, for: now + min(plan.bounds.halfClosed, Limits.endLook))
    }

    mutating func upstreamReady(_ upstream: UpstreamConnection.Slot, _ readiness: Readiness) {
        upstreams[upstream].directions.note(readiness)
        if let client = upstreams[upstream].client {
            serve(client)
            return
        }
        // An idle connection has nothing to say: its end, or bytes that were not asked for.
        if !readiness.isDisjoint(with: [.readable, .peerEnded, .hungUp, .failed]) {
            pool.remove(upstream, from: &upstreams)
            closeIdle(upstream)
        }
    }

    /// Both directions with the client are over: what it sent last is still to be passed on.
    mutating func streamHungUp(_ client: ClientConnection.Slot, isReset: Bool) {
        let key = clients.key(client)
        serve(client)
        if !isReset || !clients.isCurrent(key) { return }
        if case .serving(let exchange) = clients[client].phase { clientVanished(exchange) }
    }
}
