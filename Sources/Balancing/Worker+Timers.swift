import Basics
import Choosing
import Kernel

extension Worker {
    /// Looks at every connection whose time has come round. What it may wait for follows from its
    /// state; so nothing has to be cancelled, and a deadline that was put off is just filed anew.
    mutating func expireTimers() {
        while let filed = wheel.nextDue(now: now) {
            if Int(filed) < clients.capacity {
                clientDue(filed)
            } else {
                upstreamDue(filed - UInt32(clients.capacity))
            }
        }
        if case .paused(let until) = accepting, now >= until { resumeAccepting() }
    }

    private mutating func clientDue(_ slot: UInt32) {
        let deadline = deadline(client: slot)
        if now < deadline {
            // Whoever has nothing to wait for now may have later, and nobody files it then.
            clients[slot].filedFor = min(deadline, now + plan.options.timeoutClient)
            wheel.file(slot, at: clients[slot].filedFor)
            return
        }
        // Filed again, whatever comes of it: the answer may take its time too.
        clients[slot].filedFor = now + plan.options.timeoutClient
        wheel.file(slot, at: clients[slot].filedFor)
        switch clients[slot].phase {
        case .idle, .lingering: closeClient(slot)
        case .serving(let number): clientTooSlow(number)
        }
    }

    private func deadline(client slot: UInt32) -> Instant {
        let since = clients[slot].activeAt
        switch clients[slot].phase {
        case .idle:
            if leaving == .stopping { return since + Limits.firstWords }
            let isNew = clients[slot].requests == 0
            return since + (isNew ? plan.options.timeoutClient : plan.options.timeoutIdle)
        case .lingering: return since + Limits.linger
        case .serving(let number):
            if exchanges[number].phase == .readingHead {
                return exchanges[number].startedAt + plan.options.timeoutClient
            }
            if !waitsForClient(number) { return .never }
            if exchanges[number].awaitsContinue {
                return since + min(Limits.continuePatience, plan.options.timeoutClient)
            }
            return since + plan.options.timeoutClient
        }
    }

    /// Whether it is the client that has to do something next.
    private func waitsForClient(_ number: UInt32) -> Bool {
        if exchanges[number].phase == .tunnelling { return false }
        if exchanges[number].response.pendingCount > 0 { return true }
        return !exchanges[number].request.isComplete && exchanges[number].request.pendingCount == 0
            && exchanges[number].phase == .delivering
    }

    private mutating func clientTooSlow(_ number: UInt32) {
        let client = exchanges[number].client
        if exchanges[number].awaitsContinue {
            bidContinue(number)
            return
        }
        if exchanges[number].response.pendingCount > 0 || exchanges[number].hasAnswered {
            clientVanished(number)
            return
        }
        exchanges[number].keepsClient = false
        letUpstreamGo(number)
        answer(number, OwnAnswer(status: 408, sentence: "The request did not come in time."))
        serve(client)
    }

    /// The backend may be one that waits for the body without a word. So that the two don't wait
    /// for each other for ever, the client is told to go on (RFC 9110 §10.1.1).
    private mutating func bidContinue(_ number: UInt32) {
        exchanges[number].awaitsContinue = false
        if exchanges[number].response.queue.capacity == 0 {
            exchanges[number].response.queue = messageBuffers.lend()
        }
        // Where it has begun to answer, that says more than we could.
        if !exchanges[number].response.addInterim("HTTP/1.1 100 Continue\r\n\r\n") { return }
        let client = exchanges[number].client
        clients[client].activeAt = now
        serve(client)
    }

    private mutating func upstreamDue(_ number: UInt32) {
        let deadline = deadline(upstream: number)
        if upstreams[number].client == nil && now >= upstreams[number].activeAt + Limits.keptProof {
            keeping[Int(upstreams[number].slot)] = upstreams[number].generation
        }
        if now < deadline {
            // It may be the client's turn now and the backend's later.
            upstreams[number].filedFor = min(deadline, now + plan.options.timeoutResponse)
            wheel.file(wheelSlot(upstream: number), at: upstreams[number].filedFor)
            return
        }
        guard let client = upstreams[number].client,
            case .serving(let exchange) = clients[client].phase
        else {
            pool.remove(number, in: &upstreams)
            closeUpstream(number)
            return
        }
        let failure: AttemptFailure =
            upstreams[number].phase == .connecting ? .notConnected : .timedOut
        let errno: Errno? = failure == .notConnected ? .timedOut : nil
        // The client may be cut off by it.
        let key = clients.key(client)
        if attemptEnded(exchange, failure, errno: errno) { deliver(exchange) }
        if clients.isCurrent(key) { serve(client) }
    }

    private func deadline(upstream number: UInt32) -> Instant {
        let since = upstreams[number].activeAt
        guard let client = upstreams[number].client,
            case .serving(let exchange) = clients[client].phase
        else { return since + Limits.pooledIdle }
        if upstreams[number].phase == .connecting { return since + plan.options.timeoutConnect }
        if exchanges[exchange].phase == .tunnelling || waitsForClient(exchange) { return .never }
        return since + plan.options.timeoutResponse
    }
}
