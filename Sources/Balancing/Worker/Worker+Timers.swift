import Basics
import Choosing
import Kernel

extension Worker {
    /// Looks at every connection that is due. What it may wait for follows from its state; so
    /// nothing has to be cancelled, and a deadline that was put off is just filed anew.
    mutating func expireTimers() {
        while let filed = wheel.nextDue(now: now) {
            if Int(filed) < clients.capacity {
                clientDue(ClientConnection.Slot(filed))
            } else {
                upstreamDue(UpstreamConnection.Slot(filed - UInt32(clients.capacity)))
            }
        }
        if let due = acceptance.due, now >= due { resumeAccepting() }
    }

    private mutating func clientDue(_ client: ClientConnection.Slot) {
        if case .serving(let exchange) = clients[client].phase { noteTaken(exchange) }
        let deadline = deadline(client: client)
        if now < deadline {
            // A client that has nothing to wait for now may have later, and would not be filed
            // then.
            let hasEnded = clients[client].endedAt != .never
            if hasEnded && isGone(client) { return }
            let later =
                hasEnded ? min(plan.bounds.halfClosed, Limits.endLook) : plan.bounds.clientCheck
            clients[client].filedFor = min(deadline, now + later)
            wheel.file(wheelPlace(client: client), at: clients[client].filedFor)
            return
        }
        // Filed again, whatever comes of it: the answer may take its time too.
        clients[client].filedFor = now + plan.bounds.clientCheck
        wheel.file(wheelPlace(client: client), at: clients[client].filedFor)
        switch clients[client].phase {
        case .introducing: refuseIntroduction(client, .missing)
        case .idle, .postponed, .lingering: closeClient(client)
        case .serving(let exchange): clientTooSlow(exchange)
        }
    }

    /// Whether a client that sends no more, and waits for its backend, is seen to have closed: on
    /// this machine the kernel knows. It is let go then.
    private mutating func isGone(_ client: ClientConnection.Slot) -> Bool {
        guard clients[client].isLocal, case .serving(let exchange) = clients[client].phase,
            exchanges[exchange].phase != .streaming, !waitsForClient(exchange),
            Socket.isPeerClosed(of: clients[client].transport.socket) == true
        else { return false }
        clientVanished(exchange)
        return true
    }

    private func deadline(client: ClientConnection.Slot) -> Instant {
        let since = clients[client].activeAt
        switch clients[client].phase {
        case .introducing: return since + plan.options.timeoutHead
        case .idle, .postponed:
            if acceptance.manner == .stopping { return since + Limits.firstWords }
            let isNew = clients[client].requests == 0
            return since + (isNew ? plan.options.timeoutHead : plan.options.timeoutIdle)
        case .lingering: return min(since + Limits.linger, clients[client].lingersUntil)
        case .serving(let exchange):
            if exchanges[exchange].phase == .readingHead {
                return exchanges[exchange].startedAt + plan.options.timeoutHead
            }
            if exchanges[exchange].phase == .streaming { return streamDeadline(exchange) }
            if waitsForContinue(exchange) { return since + Limits.continuePatience }
            if !waitsForClient(exchange) {
                let ended = clients[client].endedAt
                return ended == .never ? .never : max(since, ended) + plan.bounds.halfClosed
            }
            return min(since + plan.options.timeoutClient, paceDeadline(exchange))
        }
    }

    /// A client may be taking what lies in the kernel for it, with nothing for us to do meanwhile.
    private mutating func noteTaken(_ exchange: Exchange.Slot) {
        if exchanges[exchange].response.pendingCount == 0 { return }
        let client = exchanges[exchange].client
        let waiting = Socket.unacknowledged(of: clients[client].transport.socket)
        let sent = exchanges[exchange].answering.sentToClient
        let taken = sent - min(sent, waiting)
        if taken > exchanges[exchange].answering.takenByClient {
            exchanges[exchange].answering.takenByClient = taken
            exchanges[exchange].answering.responsePace.progressed(
                at: now, to: taken, by: plan.bounds.pace)
            clients[client].activeAt = now
        }
    }

    /// When the client has been slower than the least rate.
    private func paceDeadline(_ exchange: Exchange.Slot) -> Instant {
        if exchanges[exchange].response.pendingCount > 0 {
            return exchanges[exchange].answering.responsePace.deadline(by: plan.bounds.pace)
        }
        return exchanges[exchange].answering.requestPace.deadline(by: plan.bounds.pace)
    }

    /// Whether it is the client that has to do something next.
    private func waitsForClient(_ exchange: Exchange.Slot) -> Bool {
        if exchanges[exchange].asked.isStream || exchanges[exchange].phase == .streaming {
            return false
        }
        if exchanges[exchange].response.pendingCount > 0 { return true }
        if exchanges[exchange].asked.awaitsContinue { return false }
        return !exchanges[exchange].request.isComplete
            && exchanges[exchange].request.pendingCount == 0
            && exchanges[exchange].phase == .delivering
    }

    /// Whether the client holds its body back and the backend has said nothing yet.
    private func waitsForContinue(_ exchange: Exchange.Slot) -> Bool {
        exchanges[exchange].asked.awaitsContinue && exchanges[exchange].phase == .delivering
            && exchanges[exchange].response.pendingCount == 0
            && !exchanges[exchange].request.isComplete
    }

    private mutating func clientTooSlow(_ exchange: Exchange.Slot) {
        let client = exchanges[exchange].client
        if exchanges[exchange].phase == .streaming {
            exchanges[exchange].answering.cause = .idle
            // An end would make what was cut look whole.
            endStream(exchange, reset: true)
            return
        }
        if waitsForContinue(exchange) {
            bidContinue(exchange)
            return
        }
        // It has most likely gone, and its backend works in vain.
        if exchanges[exchange].phase != .readingHead && !waitsForClient(exchange) {
            clientVanished(exchange)
            return
        }
        if exchanges[exchange].response.pendingCount > 0
            || exchanges[exchange].answering.hasAnswered
        {
            exchanges[exchange].answering.cause = .clientTooSlow
            clientVanished(exchange)
            return
        }
        exchanges[exchange].answering.keepsClient = false
        abandonAttempt(exchange)
        answer(exchange, OwnAnswer(.requestTimeout, "the request did not come in time"))
        serve(client)
    }

    /// The backend may be one that waits for the body without a word. So that the two don't wait
    /// for each other for ever, the client is told to go on (RFC 9110 §10.1.1).
    private mutating func bidContinue(_ exchange: Exchange.Slot) {
        exchanges[exchange].asked.awaitsContinue = false
        if exchanges[exchange].response.queue.capacity == 0 {
            exchanges[exchange].response.queue = buffers.lend()
        }
        // Where it has begun to answer, that says more than we could.
        if !exchanges[exchange].response.addInterim("HTTP/1.1 100 Continue\r\n\r\n") { return }
        exchanges[exchange].answering.wasBidContinue = true
        let client = exchanges[exchange].client
        clients[client].activeAt = now
        serve(client)
    }

    private mutating func upstreamDue(_ upstream: UpstreamConnection.Slot) {
        let itself = upstreams.key(upstream)
        heedUnread(
            BackendProcess(
                slot: upstreams[upstream].slot, generation: upstreams[upstream].generation))
        // It may have been given up.
        if !upstreams.isCurrent(itself) { return }
        var deadline = deadline(upstream: upstream)
        if upstreams[upstream].phase == .connecting {
            let look = lookWhetherRead(upstream: upstream)
            deadline = now < deadline ? min(deadline, look) : deadline
        }
        if isSilent(upstream: upstream) {
            var suspicion = suspicionDue(upstream: upstream)
            if now >= suspicion {
                suspect(upstream: upstream)
                suspicion = suspicionDue(upstream: upstream)
            }
            suspicion = min(suspicion, lookWhetherRead(upstream: upstream))
            deadline = now < deadline ? min(deadline, suspicion) : deadline
        }
        let isIdle = upstreams[upstream].client == nil
        if isIdle { pool.stayed(upstreams[upstream], now: now) }
        if now < deadline {
            // It may be the client's turn now and the backend's later.
            let most = isIdle ? Limits.unreadLook : plan.options.timeoutResponse
            upstreams[upstream].filedFor = min(deadline, now + most)
            wheel.file(wheelPlace(upstream: upstream), at: upstreams[upstream].filedFor)
            return
        }
        guard let client = upstreams[upstream].client,
            case .serving(let exchange) = clients[client].phase
        else {
            pool.remove(upstream, from: &upstreams)
            closeUpstream(upstream)
            return
        }
        let failure: AttemptFailure =
            upstreams[upstream].phase == .connecting ? .notConnected : .timedOut
        let errno: Errno? = failure == .notConnected ? .timedOut : nil
        // The client may be cut off by it.
        let key = clients.key(client)
        if attemptEnded(exchange, failure, errno: errno) { deliver(exchange) }
        if clients.isCurrent(key) { serve(client) }
    }

    /// Whether it is the backend's turn to say something.
    private func isSilent(upstream: UpstreamConnection.Slot) -> Bool {
        guard let client = upstreams[upstream].client, upstreams[upstream].phase == .ready,
            case .serving(let exchange) = clients[client].phase
        else { return false }
        return exchanges[exchange].phase == .delivering && !waitsForClient(exchange)
    }

    private func deadline(upstream: UpstreamConnection.Slot) -> Instant {
        let since = upstreams[upstream].activeAt
        guard let client = upstreams[upstream].client,
            case .serving(let exchange) = clients[client].phase
        else { return since + pool.idleLimit(upstreams[upstream]) }
        if upstreams[upstream].phase == .connecting { return since + plan.options.timeoutConnect }
        if exchanges[exchange].phase == .streaming || waitsForClient(exchange) { return .never }
        // Between two events there may be hours, and nothing is wrong.
        let isEvents =
            exchanges[exchange].answering.isEventStream && exchanges[exchange].phase == .answering
        return since + (isEvents ? plan.options.timeoutTunnel : plan.options.timeoutResponse)
    }
}
