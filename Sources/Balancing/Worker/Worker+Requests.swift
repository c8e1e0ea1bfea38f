import Basics
import Choosing
import HTTP1
import Kernel

extension Worker {
    /// An idle client may have something to say: room for it, and a first read.
    mutating func beginExchange(_ client: ClientConnection.Slot) -> Step {
        guard clients[client].directions.contains(.readable) else { return .blocked }
        if exchanges.isFull {
            clients[client].phase = .postponed
            turns.foundNoRoom(clients.key(client))
            return .blocked
        }
        var buffer = buffers.lend()
        let room = buffer.room
        switch clients[client].transport.receive(into: &buffer) {
        case .bytes(let count):
            if count < room { clients[client].directions.readShort() }
            counters.received(count)
            openExchange(client, with: buffer)
            return .moved(count)
        case .wantRead, .wantWrite:
            buffers.giveBack(buffer)
            clients[client].directions.remove(.readable)
            return .blocked
        case .end, .failed:
            buffers.giveBack(buffer)
            closeClient(client)
            return .gone
        }
    }

    /// Begins an exchange with what has been read so far.
    mutating func openExchange(_ client: ClientConnection.Slot, with buffer: consuming ByteQueue) {
        let exchange = exchanges.insert(making: { Exchange(client: client, startedAt: now) }).slot
        exchanges[exchange].request.queue = buffer
        clients[client].phase = .serving(exchange)
        clients[client].activeAt = now
        noteHeard(client)
        counters.exchangeOpened()
        parseHead(exchange)
    }

    /// Reads more of a head that is not complete.
    mutating func readHead(_ exchange: Exchange.Slot) -> Step {
        let client = exchanges[exchange].client
        guard clients[client].directions.contains(.readable) else {
            arm(client: client, for: exchanges[exchange].startedAt + plan.options.timeoutHead)
            return .blocked
        }
        if exchanges[exchange].request.queue.room == 0 {
            exchanges[exchange].request.queue.compact(headroom: Limits.headroom)
        }
        let room = exchanges[exchange].request.queue.room
        switch clients[client].transport.receive(into: &exchanges[exchange].request.queue) {
        case .bytes(let count):
            if count < room { clients[client].directions.readShort() }
            counters.received(count)
            parseHead(exchange)
            return .moved(count)
        case .wantRead, .wantWrite:
            clients[client].directions.remove(.readable)
            return .moved(0)
        case .end, .failed:
            // The client has gone, or there is nothing to answer to.
            discard(exchange)
            closeClient(client)
            return .gone
        }
    }

    private mutating func parseHead(_ exchange: Exchange.Slot) {
        switch heads.readRequest(exchanges[exchange].request) {
        case .partial: return
        case .malformed(let reason): requestMalformed(exchange, reason)
        case .complete(let length): headComplete(exchange, length)
        }
    }

    /// The head is in `heads.request`, and its bytes lie at the front of the queue.
    private mutating func headComplete(_ exchange: Exchange.Slot, _ length: Int) {
        let client = exchanges[exchange].client
        clients[client].requests &+= 1
        heads.asked(
            &exchanges[exchange], by: clients[client].source, isLeaving: acceptance.isLeaving,
            now: now)
        if exchanges[exchange].asked.awaitsContinue {
            arm(client: client, for: now + Limits.continuePatience)
        }
        if isRefused(exchange, length) { return }
        if picker.hashesKeys { noteKey(exchange) }
        if plan.keepsByCookie { noteCookie(exchange) }
        let header = plan.introduces ? outgoingHeader(client) : nil
        let framing = framingBuffer(heads.request.framing)
        heads.rewriteRequest(
            &exchanges[exchange], length, from: clients[client].source, behind: header,
            framing: framing)
        let malformed = exchanges[exchange].request.digest()
        if let malformed {
            requestMalformed(exchange, malformed)
            return
        }
        if let most = plan.maxBody, exchanges[exchange].request.bodyBytes > most {
            bodyTooLarge(exchange)
            return
        }
        if exchanges[exchange].request.bodyBytes > 0 {
            exchanges[exchange].asked.awaitsContinue = false
        }
        // More of it will come, and the head may be let go before the end.
        if !exchanges[exchange].request.isComplete {
            saveLine(exchange)
            exchanges[exchange].asked.format = heads.format(exchanges[exchange])
            if exchanges[exchange].request.bodyBytes == 0 {
                Socket.acknowledgeNow(clients[client].transport.socket)
            }
        }
        deliver(exchange)
    }

    /// Whether the request is understood and not passed on; it has been answered then.
    private mutating func isRefused(_ exchange: Exchange.Slot, _ length: Int) -> Bool {
        if let cause = heads.refusal(exchanges[exchange].request) {
            refuse(exchange, length, heads.answer(refusing: cause))
            return true
        }
        if admission.limitsRates, let own = answerToHaste(exchange) {
            refuse(exchange, length, own)
            return true
        }
        if let most = plan.maxBody, case .length(let announced) = heads.request.framing,
            announced > most
        {
            heads.noteRefused(&exchanges[exchange])
            bodyTooLarge(exchange)
            return true
        }
        return false
    }

    private mutating func refuse(_ exchange: Exchange.Slot, _ length: Int, _ own: OwnAnswer) {
        heads.refused(&exchanges[exchange], length)
        answer(exchange, own)
    }
}
