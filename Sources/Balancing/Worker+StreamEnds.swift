import Basics
import Choosing
import Kernel

/// How a stream begins and ends, and what it holds meanwhile.
extension Worker {
    /// A client of the TCP mode has come: a backend is chosen, and connected to, before anything is
    /// read.
    mutating func beginStream(_ slot: UInt32) -> Step {
        if exchanges.isFull {
            clients[slot].phase = .postponed
            postponed.append(clients.key(slot))
            return .blocked
        }
        let number = exchanges.insert(making: { Exchange(client: slot, startedAt: now) }).slot
        exchanges[number].isStream = true
        exchanges[number].request.leaveUnused()
        exchanges[number].isLocal = clients[slot].isLocal
        exchanges[number].phase = .delivering
        clients[slot].phase = .serving(number)
        clients[slot].requests &+= 1
        clients[slot].activeAt = now
        noteHeard(slot)
        lane.exchangeOpened()
        exchanges[number].network = clients[slot].network
        if let own = answerToHaste(number) {
            answer(number, own)
            return .moved(0)
        }
        beginWithIntroduction(number)
        if plan.algorithm == .hash { noteKey(number) }
        deliver(number)
        return .moved(0)
    }

    /// The connection to the backend is made, or it is not to be had.
    mutating func awaitConnection(_ number: UInt32) -> Step {
        guard let upstream = exchanges[number].attempts.upstream else { return .blocked }
        if upstreams[upstream].directions.isEmpty { return .blocked }
        if upstreams[upstream].directions.contains(.peerEnded),
            let errno = Socket.pendingError(of: upstreams[upstream].transport.socket)
        {
            return attemptFailed(number, .notConnected, errno: errno)
        }
        guard upstreams[upstream].directions.contains(.writable) else { return .blocked }
        upstreams[upstream].phase = .ready
        upstreams[upstream].activeAt = now
        exchanges[number].phase = .streaming
        let taken = now.since(exchanges[number].attempts.sentAt)
        lane.observed(slot: exchanges[number].attempts.process.slot, after: taken)
        succeeded(number)
        noteLatency(number)
        clients[exchanges[number].client].activeAt = now
        return .moved(0)
    }

    /// Both directions with the client are over: what it sent last is still to be passed on.
    mutating func streamHungUp(_ slot: UInt32, isReset: Bool) {
        let key = clients.key(slot)
        serve(slot)
        if !isReset || !clients.isCurrent(key) { return }
        if case .serving(let number) = clients[slot].phase { clientVanished(number) }
    }

    /// When a stream has been silent for too long, in both directions.
    func streamDeadline(_ number: UInt32) -> Instant {
        var since = clients[exchanges[number].client].activeAt
        if let upstream = exchanges[number].attempts.upstream {
            since = max(since, upstreams[upstream].activeAt)
        }
        let limit = plan.options.timeoutTunnel
        let isHalf = exchanges[number].endsFirst != nil
        return since + (isHalf ? min(limit, plan.halfStream) : limit)
    }

    /// Both sides have ended, or the stream is cut: whoever is still there sees a reset then.
    @discardableResult
    mutating func endStream(_ number: UInt32, reset: Bool) -> Step {
        let client = exchanges[number].client
        logAccess(number)
        if reset, let upstream = exchanges[number].attempts.upstream {
            Socket.resetOnClose(upstreams[upstream].transport.socket)
        }
        letUpstreamGo(number)
        discard(number)
        closeClient(client, reset: reset)
        return .gone
    }

    /// The balancer goes, and its time is over: nobody is to take what was cut for an end.
    mutating func cutStreams() {
        var streams: [UInt32] = []
        exchanges.forEachSlot { streams.append($0) }
        for number in streams
        where exchanges[number].isStream || exchanges[number].phase == .streaming {
            exchanges[number].cause = exchanges[number].cause ?? .leaving
            endStream(number, reset: true)
        }
    }
}
