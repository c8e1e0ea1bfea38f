import Basics
import Choosing
import HTTP1
import Kernel

extension Worker {
    /// An idle client may have something to say: room for it, and a first read.
    mutating func beginExchange(_ slot: UInt32) -> Step {
        guard clients[slot].directions.contains(.readable) else { return .blocked }
        if exchanges.isFull {
            clients[slot].phase = .postponed
            postponed.append(clients.key(slot))
            return .blocked
        }
        var buffer = buffers.lend()
        let room = buffer.room
        switch clients[slot].transport.receive(into: &buffer) {
        case .bytes(let count):
            if count < room { clients[slot].directions.readShort() }
            openExchange(slot, with: buffer)
            return .moved(count)
        case .wantRead, .wantWrite:
            buffers.giveBack(buffer)
            clients[slot].directions.remove(.readable)
            return .blocked
        case .end, .failed:
            buffers.giveBack(buffer)
            closeClient(slot)
            return .gone
        }
    }

    /// Begins an exchange with what has been read so far.
    mutating func openExchange(_ slot: UInt32, with buffer: consuming ByteQueue) {
        let number = exchanges.insert(making: { Exchange(client: slot, startedAt: now) }).slot
        exchanges[number].request.queue = buffer
        clients[slot].phase = .serving(number)
        clients[slot].activeAt = now
        noteHeard(slot)
        lane.exchangeOpened()
        parseHead(number)
    }

    /// Reads more of a head that is not complete.
    mutating func readHead(_ number: UInt32) -> Step {
        let client = exchanges[number].client
        guard clients[client].directions.contains(.readable) else {
            arm(client: client, for: exchanges[number].startedAt + plan.options.timeoutHead)
            return .blocked
        }
        if exchanges[number].request.queue.room == 0 {
            exchanges[number].request.queue.compact(headroom: Limits.headroom)
        }
        let room = exchanges[number].request.queue.room
        switch clients[client].transport.receive(into: &exchanges[number].request.queue) {
        case .bytes(let count):
            if count < room { clients[client].directions.readShort() }
            parseHead(number)
            return .moved(count)
        case .wantRead, .wantWrite:
            clients[client].directions.remove(.readable)
            return .moved(0)
        case .end, .failed:
            // There is nobody to answer, or nothing to answer to.
            discard(number)
            closeClient(client)
            return .gone
        }
    }

    private mutating func parseHead(_ number: UInt32) {
        switch exchanges[number].request.parse(&requestHead, limits: plan.headLimits) {
        case .partial: return
        case .malformed(let reason): requestMalformed(number, reason)
        case .complete(let length): headComplete(number, length)
        }
    }

    /// The head is in `requestHead`, and its bytes lie at the front of the queue.
    private mutating func headComplete(_ number: UInt32, _ length: Int) {
        noteHead(number)
        if isRefused(number, length) { return }
        if plan.algorithm == .hash { noteKey(number) }
        if plan.keepsByCookie { noteCookie(number) }
        rewriteHead(number, length)
        let malformed = exchanges[number].request.digest()
        if let malformed {
            requestMalformed(number, malformed)
            return
        }
        if let most = plan.maxBody, exchanges[number].request.bodyBytes > most {
            bodyTooLarge(number)
            return
        }
        if exchanges[number].request.bodyBytes > 0 { exchanges[number].awaitsContinue = false }
        // More of it will come, and the head may be let go before the end.
        if !exchanges[number].request.isComplete {
            saveLine(number)
            exchanges[number].format = format(number)
            if exchanges[number].request.bodyBytes == 0 {
                let client = exchanges[number].client
                Socket.acknowledgeNow(clients[client].transport.socket)
            }
        }
        deliver(number)
    }

    /// Keeps of the head what is needed when it has been let go.
    private mutating func noteHead(_ number: UInt32) {
        let client = exchanges[number].client
        clients[client].requests &+= 1
        exchanges[number].network = clients[client].network
        exchanges[number].method = requestHead.method
        exchanges[number].minorVersion = requestHead.minorVersion
        exchanges[number].asksUpgrade = requestHead.upgrade != nil
        exchanges[number].awaitsContinue = requestHead.expectsContinue
        if requestHead.expectsContinue {
            arm(client: client, for: now + Limits.continuePatience)
        }
        if let upgrade = requestHead.upgrade {
            exchanges[number].protocols = exchanges[number].request.copy(upgrade.range)
        }
        exchanges[number].keepsClient = requestHead.isPersistent && leaving == .staying
        // What came through another proxy came from somewhere else, whoever connected to us.
        exchanges[number].isLocal =
            clients[client].isLocal && !requestHead.hasVia && !requestHead.hasClaims
        if clients[client].isTrusted {
            let claimed = exchanges[number].request.claimedClient(
                requestHead, trusted: plan.trusted)
            if let claimed {
                exchanges[number].claimedAddress = claimed.inlineHost
                exchanges[number].network = ClientNetwork(claimed)
            }
        }
        if let id = requestHead.requestID {
            exchanges[number].requestID = exchanges[number].request.text(id.range)
        } else {
            exchanges[number].requestID = identity.next(now)
        }
    }

    /// Whether the request is understood and not passed on; it has been answered then.
    private mutating func isRefused(_ number: UInt32, _ length: Int) -> Bool {
        if let cause = refusal(number) {
            refuse(number, length, OwnAnswer(cause, refusalSentence(cause)))
            return true
        }
        if plan.limitsRates, let own = answerToHaste(number) {
            refuse(number, length, own)
            return true
        }
        if let most = plan.maxBody, case .length(let announced) = requestHead.framing,
            announced > most
        {
            noteRefusal(number)
            bodyTooLarge(number)
            return true
        }
        return false
    }

    private mutating func refuse(_ number: UInt32, _ length: Int, _ own: OwnAnswer) {
        noteRefusal(number)
        // Where nothing follows it, the request is over; after CONNECT anything may follow.
        if requestHead.framing == .none && requestHead.method != .connect {
            exchanges[number].request.refused(length)
        }
        answer(number, own)
    }

    /// Keeps what an answer and its access line need of a head that goes nowhere.
    private mutating func noteRefusal(_ number: UInt32) {
        noteFormat(number)
        let start = Int(requestHead.methodRange.start)
        let end = min(Int(requestHead.target.end), start + Limits.loggedTarget)
        exchanges[number].savedLine = exchanges[number].request.copy(start..<end)
    }

    /// Why what is understood is not passed on.
    private mutating func refusal(_ number: UInt32) -> Cause? {
        if requestHead.method == .connect { return .refusedMethod }
        if requestHead.hasVia && exchanges[number].request.hasBeenHere(requestHead, forwarded) {
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
    private mutating func rewriteHead(_ number: UInt32, _ length: Int) {
        let client = exchanges[number].client
        forwarded.clientAddress = clients[client].address
        forwarded.isTrusted = clients[client].isTrusted
        forwarded.requestID = exchanges[number].requestID
        scratch.removeAll()
        // Each try is on a connection of its own then, and begins with it.
        let introduction = appendIntroduction(of: client)
        exchanges[number].request.write(requestHead, adding: forwarded, to: &scratch)
        exchanges[number].lineLength = Self.lineLength(scratch, from: introduction)
        exchanges[number].request.replaceHead(length, with: scratch)
        exchanges[number].request.prefix = introduction
        let body = requestHead.framing
        exchanges[number].request.headEnded(
            scratch.count, body: body, asChunks: true, trailers: false,
            framing: framingBuffer(body))
        exchanges[number].phase = .delivering
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
    mutating func deliver(_ number: UInt32) {
        while true {
            guard let index = choose(for: number) else {
                queue(number, for: .backend)
                return
            }
            let member = roster.members[index].process
            let isFirst = exchanges[number].attempts.count == 0
            let isAgain = !isFirst && exchanges[number].attempts.includes(member)
            if !isFirst {
                lane.retried(to: member.slot)
            } else {
                noteForBudget()
            }
            if !isFirst { learnEndings(number) }
            exchanges[number].attempts.began(on: member, at: now)
            if plan.keepsByAddress { noteOwnPlace(number) }
            lane.dispatched(slot: member.slot, generation: member.generation)
            // Where one has died others may have: what was never written nobody can have received.
            if exchanges[number].attempts.count > 1 && hasDied(member) {
                if !attemptEnded(number, .notConnected, errno: .connectionRefused) { return }
                continue
            }
            // What is still to come may be too long to be kept for a second time.
            let isRepeatable =
                exchanges[number].method.isIdempotent && exchanges[number].request.isComplete
            let checkout = checkOut(
                index, isRepeatable: isRepeatable,
                client: exchanges[number].client, fresh: isAgain)
            switch checkout {
            case .connection(let upstream):
                exchanges[number].attempts.upstream = upstream
                upstreams[upstream].activeAt = now
                // What becomes of a connection is told: a stream has nothing to try it with.
                if exchanges[number].isStream { upstreams[upstream].directions = [] }
                // A new one may be to a backend that can't serve one more.
                let isNew = upstreams[upstream].idled == nil
                let patience = isNew ? Limits.unreadMoment : HangSuspicion.Thresholds().least
                arm(upstream: upstream, for: now + patience)
                return
            case .failed(let errno):
                if !attemptEnded(number, .notConnected, errno: errno) { return }
            }
        }
    }
}
