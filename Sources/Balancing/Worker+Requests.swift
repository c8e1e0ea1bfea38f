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
            postponed.append(clients.key(client))
            return .blocked
        }
        var buffer = buffers.lend()
        let room = buffer.room
        switch clients[client].transport.receive(into: &buffer) {
        case .bytes(let count):
            if count < room { clients[client].directions.readShort() }
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
        lane.exchangeOpened()
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
            parseHead(exchange)
            return .moved(count)
        case .wantRead, .wantWrite:
            clients[client].directions.remove(.readable)
            return .moved(0)
        case .end, .failed:
            // There is nobody to answer, or nothing to answer to.
            discard(exchange)
            closeClient(client)
            return .gone
        }
    }

    private mutating func parseHead(_ exchange: Exchange.Slot) {
        switch exchanges[exchange].request.parse(&requestHead, limits: plan.headLimits) {
        case .partial: return
        case .malformed(let reason): requestMalformed(exchange, reason)
        case .complete(let length): headComplete(exchange, length)
        }
    }

    /// The head is in `requestHead`, and its bytes lie at the front of the queue.
    private mutating func headComplete(_ exchange: Exchange.Slot, _ length: Int) {
        noteHead(exchange)
        if isRefused(exchange, length) { return }
        if plan.algorithm == .hash { noteKey(exchange) }
        if plan.keepsByCookie { noteCookie(exchange) }
        rewriteHead(exchange, length)
        let malformed = exchanges[exchange].request.digest()
        if let malformed {
            requestMalformed(exchange, malformed)
            return
        }
        if let most = plan.maxBody, exchanges[exchange].request.bodyBytes > most {
            bodyTooLarge(exchange)
            return
        }
        if exchanges[exchange].request.bodyBytes > 0 { exchanges[exchange].awaitsContinue = false }
        // More of it will come, and the head may be let go before the end.
        if !exchanges[exchange].request.isComplete {
            saveLine(exchange)
            exchanges[exchange].format = format(exchange)
            if exchanges[exchange].request.bodyBytes == 0 {
                let client = exchanges[exchange].client
                Socket.acknowledgeNow(clients[client].transport.socket)
            }
        }
        deliver(exchange)
    }

    /// Keeps of the head what is needed when it has been let go.
    private mutating func noteHead(_ exchange: Exchange.Slot) {
        let client = exchanges[exchange].client
        clients[client].requests &+= 1
        exchanges[exchange].network = clients[client].network
        exchanges[exchange].method = requestHead.method
        exchanges[exchange].minorVersion = requestHead.minorVersion
        exchanges[exchange].asksUpgrade = requestHead.upgrade != nil
        exchanges[exchange].awaitsContinue = requestHead.expectsContinue
        if requestHead.expectsContinue {
            arm(client: client, for: now + Limits.continuePatience)
        }
        if let upgrade = requestHead.upgrade {
            exchanges[exchange].protocols = exchanges[exchange].request.copy(upgrade.range)
        }
        exchanges[exchange].keepsClient = requestHead.isPersistent && leaving == .staying
        // What came through another proxy came from somewhere else, whoever connected to us.
        exchanges[exchange].isLocal =
            clients[client].isLocal && !requestHead.hasVia && !requestHead.hasClaims
        if clients[client].isTrusted {
            let claimed = exchanges[exchange].request.claimedClient(
                requestHead, proxies: admission.proxies)
            if let claimed {
                exchanges[exchange].claimedAddress = claimed.inlineHost
                exchanges[exchange].network = ClientNetwork(claimed)
            }
        }
        if let id = requestHead.requestID {
            exchanges[exchange].requestID = exchanges[exchange].request.text(id.range)
        } else {
            exchanges[exchange].requestID = identity.next(now)
        }
    }

    /// Whether the request is understood and not passed on; it has been answered then.
    private mutating func isRefused(_ exchange: Exchange.Slot, _ length: Int) -> Bool {
        if let cause = refusal(exchange) {
            refuse(exchange, length, OwnAnswer(cause, refusalSentence(cause)))
            return true
        }
        if admission.limitsRates, let own = answerToHaste(exchange) {
            refuse(exchange, length, own)
            return true
        }
        if let most = plan.maxBody, case .length(let announced) = requestHead.framing,
            announced > most
        {
            noteRefusal(exchange)
            bodyTooLarge(exchange)
            return true
        }
        return false
    }

    private mutating func refuse(_ exchange: Exchange.Slot, _ length: Int, _ own: OwnAnswer) {
        noteRefusal(exchange)
        // Where nothing follows it, the request is over; after CONNECT anything may follow.
        if requestHead.framing == .none && requestHead.method != .connect {
            exchanges[exchange].request.refused(length)
        }
        answer(exchange, own)
    }

    /// Keeps what an answer and its access line need of a head that goes nowhere.
    private mutating func noteRefusal(_ exchange: Exchange.Slot) {
        noteFormat(exchange)
        let start = Int(requestHead.methodRange.start)
        let end = min(Int(requestHead.target.end), start + Limits.loggedTarget)
        exchanges[exchange].savedLine = exchanges[exchange].request.copy(start..<end)
    }

    /// Why what is understood is not passed on.
    private mutating func refusal(_ exchange: Exchange.Slot) -> Cause? {
        if requestHead.method == .connect { return .refusedMethod }
        if requestHead.hasVia && exchanges[exchange].request.hasBeenHere(requestHead, forwarded) {
            return .loop
        }
        if requestHead.maxForwards == 0 {
            return requestHead.method == .trace ? .refusedMethod : .meantForUs
        }
        return nil
    }

    private func refusalSentence(_ cause: Cause) -> String {
        switch cause {
        case .loop: "this request has been through this balancer before"
        case .meantForUs: "This is lbctl's balancer"
        default:
            requestHead.method == .connect
                ? "CONNECT is not offered here" : "TRACE is not answered here"
        }
    }

    /// Puts the head that goes to the backend where the client's was, right before the body.
    private mutating func rewriteHead(_ exchange: Exchange.Slot, _ length: Int) {
        let client = exchanges[exchange].client
        forwarded.clientAddress = clients[client].address
        forwarded.isTrusted = clients[client].isTrusted
        forwarded.requestID = exchanges[exchange].requestID
        scratch.removeAll()
        // Each try is on a connection of its own then, and begins with it.
        let introduction = appendIntroduction(of: client)
        exchanges[exchange].request.write(requestHead, adding: forwarded, to: &scratch)
        exchanges[exchange].lineLength = Self.lineLength(scratch, from: introduction)
        exchanges[exchange].request.replaceHead(length, with: scratch)
        exchanges[exchange].request.prefix = introduction
        let body = requestHead.framing
        exchanges[exchange].request.headEnded(
            scratch.count, body: body, asChunks: true, trailers: false,
            framing: framingBuffer(body))
        exchanges[exchange].phase = .delivering
    }

    /// How long method and target are, with the blank between them.
    private static func lineLength(_ queue: borrowing ByteQueue, from start: Int) -> Int {
        let head = queue.bytes
        var index = start
        while index < head.count && head[index] != Ascii.space { index += 1 }
        index += 1
        while index < head.count && head[index] != Ascii.space { index += 1 }
        return min(index, head.count) - start
    }

    /// Gives the request to a backend that it has not been tried on.
    mutating func deliver(_ exchange: Exchange.Slot) {
        while true {
            guard let index = choose(for: exchange) else {
                queue(exchange, for: .backend)
                return
            }
            let member = roster.members[index].process
            let isFirst = exchanges[exchange].attempts.count == 0
            let isAgain = !isFirst && exchanges[exchange].attempts.includes(member)
            if !isFirst {
                lane.retried(to: member.slot)
            } else {
                noteForBudget()
            }
            if !isFirst { learnEndings(exchange) }
            exchanges[exchange].attempts.began(on: member, at: now)
            if plan.keepsByAddress { noteOwnPlace(exchange) }
            lane.dispatched(slot: member.slot, generation: member.generation)
            // Where one has died others may have: what was never written nobody can have received.
            if exchanges[exchange].attempts.count > 1 && hasDied(member) {
                if !attemptEnded(exchange, .notConnected, errno: .connectionRefused) { return }
                continue
            }
            // What is still to come may be too long to be kept for a second time.
            let isRepeatable =
                exchanges[exchange].method.isIdempotent && exchanges[exchange].request.isComplete
            let checkout = checkOut(
                index, isRepeatable: isRepeatable,
                client: exchanges[exchange].client, fresh: isAgain)
            switch checkout {
            case .connection(let upstream):
                exchanges[exchange].attempts.upstream = upstream
                upstreams[upstream].activeAt = now
                // What becomes of a connection is told: a stream has nothing to try it with.
                if exchanges[exchange].isStream { upstreams[upstream].directions = [] }
                // A new one may be to a backend that can't serve one more.
                let isNew = upstreams[upstream].idled == nil
                let patience = isNew ? Limits.unreadMoment : HangSuspicion.Thresholds().least
                arm(upstream: upstream, for: now + patience)
                return
            case .failed(let errno):
                if !attemptEnded(exchange, .notConnected, errno: errno) { return }
            }
        }
    }
}
