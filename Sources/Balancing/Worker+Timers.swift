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
        if case .serving(let number) = clients[slot].phase { noteTaken(number) }
        let deadline = deadline(client: slot)
        if now < deadline {
            // Whoever has nothing to wait for now may have later, and nobody files it then.
            let hasEnded = clients[slot].endedAt != .never
            if hasEnded && isGone(slot) { return }
            let later =
                hasEnded ? min(plan.halfClosed, Limits.endLook) : plan.clientCheck
            clients[slot].filedFor = min(deadline, now + later)
            wheel.file(slot, at: clients[slot].filedFor)
            return
        }
        // Filed again, whatever comes of it: the answer may take its time too.
        clients[slot].filedFor = now + plan.clientCheck
        wheel.file(slot, at: clients[slot].filedFor)
        switch clients[slot].phase {
        case .introducing: refuseIntroduction(slot, "proxy_header_missing")
        case .idle, .postponed, .lingering: closeClient(slot)
        case .serving(let number): clientTooSlow(number)
        }
    }

    /// Whether a client that sends no more, and waits for its backend, is seen to have closed: on
    /// this machine the kernel knows. It is let go then.
    private mutating func isGone(_ slot: UInt32) -> Bool {
        guard clients[slot].isLocal, case .serving(let number) = clients[slot].phase,
            exchanges[number].phase != .streaming, !waitsForClient(number),
            Socket.isPeerClosed(of: clients[slot].transport.socket) == true
        else { return false }
        clientVanished(number)
        return true
    }

    private func deadline(client slot: UInt32) -> Instant {
        let since = clients[slot].activeAt
        switch clients[slot].phase {
        case .introducing: return since + plan.options.timeoutHead
        case .idle, .postponed:
            if leaving == .stopping { return since + Limits.firstWords }
            let isNew = clients[slot].requests == 0
            return since + (isNew ? plan.options.timeoutHead : plan.options.timeoutIdle)
        case .lingering: return min(since + Limits.linger, clients[slot].lingersUntil)
        case .serving(let number):
            if exchanges[number].phase == .readingHead {
                return exchanges[number].startedAt + plan.options.timeoutHead
            }
            if exchanges[number].phase == .streaming { return streamDeadline(number) }
            if waitsForContinue(number) { return since + Limits.continuePatience }
            if !waitsForClient(number) {
                let ended = clients[slot].endedAt
                return ended == .never ? .never : max(since, ended) + plan.halfClosed
            }
            return min(since + plan.options.timeoutClient, paceDeadline(number))
        }
    }

    /// A client may be taking what lies in the kernel for it, with nothing for us to do meanwhile.
    private mutating func noteTaken(_ number: UInt32) {
        if exchanges[number].response.pendingCount == 0 { return }
        let client = exchanges[number].client
        let waiting = Socket.unacknowledged(of: clients[client].transport.socket)
        let sent = exchanges[number].sentToClient
        let taken = sent - min(sent, waiting)
        if taken > exchanges[number].takenByClient {
            exchanges[number].takenByClient = taken
            exchanges[number].responsePace.progressed(at: now, to: taken, by: plan.pace)
            clients[client].activeAt = now
        }
    }

    /// When the client has been slower than the least rate.
    private func paceDeadline(_ number: UInt32) -> Instant {
        if exchanges[number].response.pendingCount > 0 {
            return exchanges[number].responsePace.deadline(by: plan.pace)
        }
        return exchanges[number].requestPace.deadline(by: plan.pace)
    }

    /// Whether it is the client that has to do something next.
    private func waitsForClient(_ number: UInt32) -> Bool {
        if exchanges[number].isStream || exchanges[number].phase == .streaming { return false }
        if exchanges[number].response.pendingCount > 0 { return true }
        if exchanges[number].awaitsContinue { return false }
        return !exchanges[number].request.isComplete && exchanges[number].request.pendingCount == 0
            && exchanges[number].phase == .delivering
    }

    /// Whether the client holds its body back and the backend has said nothing yet.
    private func waitsForContinue(_ number: UInt32) -> Bool {
        exchanges[number].awaitsContinue && exchanges[number].phase == .delivering
            && exchanges[number].response.pendingCount == 0
            && !exchanges[number].request.isComplete
    }

    private mutating func clientTooSlow(_ number: UInt32) {
        let client = exchanges[number].client
        if exchanges[number].phase == .streaming {
            exchanges[number].cause = .idle
            // An end would make what was cut look whole.
            endStream(number, reset: true)
            return
        }
        if waitsForContinue(number) {
            bidContinue(number)
            return
        }
        // It has most likely gone, and its backend works for nobody.
        if exchanges[number].phase != .readingHead && !waitsForClient(number) {
            clientVanished(number)
            return
        }
        if exchanges[number].response.pendingCount > 0 || exchanges[number].hasAnswered {
            exchanges[number].cause = .clientTooSlow
            clientVanished(number)
            return
        }
        exchanges[number].keepsClient = false
        letUpstreamGo(number)
        answer(number, OwnAnswer(.requestTimeout, "the request did not come in time"))
        serve(client)
    }

    /// The backend may be one that waits for the body without a word. So that the two don't wait
    /// for each other for ever, the client is told to go on (RFC 9110 §10.1.1).
    private mutating func bidContinue(_ number: UInt32) {
        exchanges[number].awaitsContinue = false
        if exchanges[number].response.queue.capacity == 0 {
            exchanges[number].response.queue = buffers.lend()
        }
        // Where it has begun to answer, that says more than we could.
        if !exchanges[number].response.addInterim("HTTP/1.1 100 Continue\r\n\r\n") { return }
        exchanges[number].wasBidContinue = true
        let client = exchanges[number].client
        clients[client].activeAt = now
        serve(client)
    }

    private mutating func upstreamDue(_ number: UInt32) {
        let itself = upstreams.key(number)
        heedUnread(
            BackendProcess(slot: upstreams[number].slot, generation: upstreams[number].generation))
        // It may have been given up.
        if !upstreams.isCurrent(itself) { return }
        var deadline = deadline(upstream: number)
        if upstreams[number].phase == .connecting {
            let look = lookWhetherRead(upstream: number)
            deadline = now < deadline ? min(deadline, look) : deadline
        }
        if isSilent(upstream: number) {
            var suspicion = suspicionDue(upstream: number)
            if now >= suspicion {
                suspect(upstream: number)
                suspicion = suspicionDue(upstream: number)
            }
            suspicion = min(suspicion, lookWhetherRead(upstream: number))
            deadline = now < deadline ? min(deadline, suspicion) : deadline
        }
        let isIdle = upstreams[number].client == nil
        if isIdle { pool.stayed(upstreams[number], now: now) }
        if now < deadline {
            // It may be the client's turn now and the backend's later.
            let most = isIdle ? Limits.unreadLook : plan.options.timeoutResponse
            upstreams[number].filedFor = min(deadline, now + most)
            wheel.file(wheelSlot(upstream: number), at: upstreams[number].filedFor)
            return
        }
        guard let client = upstreams[number].client,
            case .serving(let exchange) = clients[client].phase
        else {
            pool.remove(number, from: &upstreams)
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

    /// Whether it is the backend's turn to say something.
    private func isSilent(upstream number: UInt32) -> Bool {
        guard let client = upstreams[number].client, upstreams[number].phase == .ready,
            case .serving(let exchange) = clients[client].phase
        else { return false }
        return exchanges[exchange].phase == .delivering && !waitsForClient(exchange)
    }

    private func deadline(upstream number: UInt32) -> Instant {
        let since = upstreams[number].activeAt
        guard let client = upstreams[number].client,
            case .serving(let exchange) = clients[client].phase
        else { return since + pool.idleLimit(upstreams[number]) }
        if upstreams[number].phase == .connecting { return since + plan.options.timeoutConnect }
        if exchanges[exchange].phase == .streaming || waitsForClient(exchange) { return .never }
        // Between two events there may be hours, and nothing is wrong.
        let isEvents = exchanges[exchange].isEventStream && exchanges[exchange].phase == .answering
        return since + (isEvents ? plan.options.timeoutTunnel : plan.options.timeoutResponse)
    }
}
