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
    mutating func serve(_ slot: UInt32) {
        var budget = Limits.bytesATurn
        let key = clients.key(slot)
        while budget > 0 {
            switch step(slot) {
            case .moved(let count): budget -= count + 64
            case .blocked: return
            case .gone: return
            }
            if !clients.isCurrent(key) { return }
        }
        unfinished.append(key)
    }

    private mutating func step(_ slot: UInt32) -> Step {
        switch clients[slot].phase {
        case .introducing: return introduce(slot)
        case .idle: return plan.isStream ? beginStream(slot) : beginExchange(slot)
        case .postponed: return .blocked
        case .lingering:
            guard clients[slot].directions.contains(.readable) else { return .blocked }
            return drain(slot) ? .moved(scratch.count) : .gone
        case .serving(let number):
            switch exchanges[number].phase {
            case .readingHead: return readHead(number)
            case .awaitingNews, .queued: return .blocked
            case .delivering where exchanges[number].isStream: return awaitConnection(number)
            case .answeringItself where exchanges[number].isStream:
                return endStream(number, reset: true)
            case .delivering, .answering, .answeringItself: return relay(number)
            case .streaming: return stream(number)
            }
        }
    }

    /// One move of an exchange whose request's head is known: first what the client is owed, then
    /// what the backend is, then what either of them has to say.
    private mutating func relay(_ number: UInt32) -> Step {
        let client = exchanges[number].client
        if exchanges[number].response.pendingCount > 0 {
            if clients[client].directions.contains(.writable) { return sendResponse(number) }
        } else if exchanges[number].response.isComplete {
            return finish(number)
        }
        if let upstream = exchanges[number].attempts.upstream {
            if exchanges[number].request.pendingCount > 0
                && upstreams[upstream].directions.contains(.writable)
            {
                return sendRequest(number, upstream)
            }
            if exchanges[number].response.pendingCount == 0
                && upstreams[upstream].directions.contains(.readable)
            {
                return receiveResponse(number, upstream)
            }
        }
        if exchanges[number].request.isComplete || exchanges[number].phase == .answeringItself {
            return .blocked
        }
        if !clients[client].directions.contains(.readable) {
            waitToReceive(number, client)
        } else if exchanges[number].request.makeRoom() {
            return receiveRequest(number)
        }
        return .blocked
    }

    mutating func sendResponse(_ number: UInt32) -> Step {
        let client = exchanges[number].client
        let wanted = exchanges[number].response.pendingCount
        switch exchanges[number].response.send(over: clients[client].transport) {
        case .bytes(let count):
            exchanges[number].response.didSend(count)
            exchanges[number].sentToClient &+= UInt64(count)
            exchanges[number].responsePace.moved(
                at: now, to: exchanges[number].sentToClient, by: plan.pace)
            if exchanges[number].phase != .delivering { exchanges[number].hasAnswered = true }
            clients[client].activeAt = now
            // A backend that waited for its client has its whole time again.
            if let upstream = exchanges[number].attempts.upstream {
                upstreams[upstream].activeAt = now
            }
            if count < wanted { waitToSend(number, client) }
            giveBackBodyBuffer(number)
            return .moved(count)
        case .wantWrite, .wantRead:
            waitToSend(number, client)
            return .moved(0)
        case .end, .failed:
            clientVanished(number)
            return .gone
        }
    }

    mutating func sendRequest(_ number: UInt32, _ upstream: UInt32) -> Step {
        switch exchanges[number].request.send(over: upstreams[upstream].transport) {
        case .bytes(let count):
            upstreams[upstream].phase = .ready
            upstreams[upstream].activeAt = now
            exchanges[number].request.didSend(count)
            if exchanges[number].request.pendingCount > 0 {
                upstreams[upstream].directions.remove(.writable)
            }
            return .moved(count)
        case .wantWrite, .wantRead:
            upstreams[upstream].directions.remove(.writable)
            return .moved(0)
        case .end: return writeFailed(number, upstream, .brokenPipe)
        case .failed(let errno): return writeFailed(number, upstream, errno)
        }
    }

    /// Reads more of a request's body.
    mutating func receiveRequest(_ number: UInt32) -> Step {
        let client = exchanges[number].client
        let room = exchanges[number].request.queue.room
        switch clients[client].transport.receive(into: &exchanges[number].request.queue) {
        case .bytes(let count):
            if count < room { clients[client].directions.readShort() }
            clients[client].activeAt = now
            exchanges[number].awaitsContinue = false
            let malformed = exchanges[number].request.digest()
            exchanges[number].requestPace.moved(
                at: now, to: exchanges[number].request.bodyBytes, by: plan.pace)
            if let reason = malformed {
                requestMalformed(number, reason)
            } else if let most = plan.maxBody, exchanges[number].request.bodyBytes > most {
                bodyTooLarge(number)
            }
            return .moved(count)
        case .wantRead, .wantWrite:
            clients[client].directions.remove(.readable)
            return .moved(0)
        case .end:
            clients[client].directions.remove(.readable)
            if exchanges[number].request.sourceEnded() { return .moved(0) }
            // Half a request must not look like a whole one to the backend.
            clientVanished(number)
            return .gone
        case .failed:
            clientVanished(number)
            return .gone
        }
    }

    /// The client has said nothing more at present: it has so long to go on.
    private mutating func waitToReceive(_ number: UInt32, _ client: UInt32) {
        if exchanges[number].awaitsContinue { return }
        exchanges[number].requestPace.waits(from: now)
        arm(client: client, for: now + plan.clientCheck)
    }

    /// The client takes no more at present: it has so long to take something.
    private mutating func waitToSend(_ number: UInt32, _ client: UInt32) {
        clients[client].directions.remove(.writable)
        exchanges[number].responsePace.waits(from: now)
        arm(client: client, for: now + plan.clientCheck)
    }
}
