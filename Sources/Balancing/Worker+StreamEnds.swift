import Basics
import Choosing
import Kernel

/// How a stream begins and ends, and what it holds meanwhile.
extension Worker {
    /// A client of the TCP mode has come: a backend is chosen, and connected to, before anything is
    /// read.
    mutating func beginStream(_ client: ClientConnection.Slot) -> Step {
        if exchanges.isFull {
            clients[client].phase = .postponed
            turns.foundNoRoom(clients.key(client))
            return .blocked
        }
        let exchange = exchanges.insert(making: { Exchange(client: client, startedAt: now) }).slot
        exchanges[exchange].asked.isStream = true
        exchanges[exchange].request.leaveUnused()
        exchanges[exchange].asked.isLocal = clients[client].isLocal
        exchanges[exchange].phase = .delivering
        clients[client].phase = .serving(exchange)
        clients[client].requests &+= 1
        clients[client].activeAt = now
        noteHeard(client)
        lane.exchangeOpened()
        exchanges[exchange].asked.network = clients[client].network
        if let own = answerToHaste(exchange) {
            answer(exchange, own)
            return .moved(0)
        }
        beginWithIntroduction(exchange)
        if plan.hashesKeys { noteKey(exchange) }
        deliver(exchange)
        return .moved(0)
    }

    /// The connection to the backend is made, or it is not to be had.
    mutating func awaitConnection(_ exchange: Exchange.Slot) -> Step {
        guard let upstream = exchanges[exchange].attempts.upstream else { return .blocked }
        if upstreams[upstream].directions.isEmpty { return .blocked }
        if upstreams[upstream].directions.contains(.peerEnded),
            let errno = Socket.pendingError(of: upstreams[upstream].transport.socket)
        {
            return attemptFailed(exchange, .notConnected, errno: errno)
        }
        guard upstreams[upstream].directions.contains(.writable) else { return .blocked }
        upstreams[upstream].phase = .ready
        upstreams[upstream].activeAt = now
        exchanges[exchange].phase = .streaming
        let taken = now.since(exchanges[exchange].attempts.sentAt)
        lane.observed(slot: exchanges[exchange].attempts.process.slot, after: taken)
        noteAnswered(exchange)
        clients[exchanges[exchange].client].activeAt = now
        return .moved(0)
    }

    /// Both directions with the client are over: what it sent last is still to be passed on.
    mutating func streamHungUp(_ client: ClientConnection.Slot, isReset: Bool) {
        let key = clients.key(client)
        serve(client)
        if !isReset || !clients.isCurrent(key) { return }
        if case .serving(let exchange) = clients[client].phase { clientVanished(exchange) }
    }

    /// When a stream has been silent for too long, in both directions.
    func streamDeadline(_ exchange: Exchange.Slot) -> Instant {
        var since = clients[exchanges[exchange].client].activeAt
        if let upstream = exchanges[exchange].attempts.upstream {
            since = max(since, upstreams[upstream].activeAt)
        }
        let limit = plan.options.timeoutTunnel
        let isHalf = exchanges[exchange].stream.endsFirst != nil
        return since + (isHalf ? min(limit, plan.halfStream) : limit)
    }

    /// Both sides have ended, or the stream is cut: whoever is still there sees a reset then.
    @discardableResult
    mutating func endStream(_ exchange: Exchange.Slot, reset: Bool) -> Step {
        let client = exchanges[exchange].client
        logAccess(exchange)
        if reset, let upstream = exchanges[exchange].attempts.upstream {
            Socket.resetOnClose(upstreams[upstream].transport.socket)
        }
        letUpstreamGo(exchange)
        discard(exchange)
        closeClient(client, reset: reset)
        return .gone
    }

    /// The balancer goes, and its time is over: nobody is to take what was cut for an end.
    mutating func cutStreams() {
        var streams: [Exchange.Slot] = []
        exchanges.forEachSlot { streams.append($0) }
        for exchange in streams
        where exchanges[exchange].asked.isStream || exchanges[exchange].phase == .streaming {
            exchanges[exchange].answering.cause = exchanges[exchange].answering.cause ?? .leaving
            endStream(exchange, reset: true)
        }
    }
}
