import Basics
import Choosing
import Kernel

/// Bytes both ways of which nothing is known: what a connection of the TCP mode is from its start,
/// and one of the HTTP mode once the protocol was changed (RFC 9110 §7.8). Each direction ends by
/// itself.
extension Worker {
    /// What one move of one direction came to.
    enum Passing {
        case bytes(Int)
        /// Nothing to do until the kernel tells of something.
        case nothing
        /// The stream is over, or has another backend now.
        case over
    }

    /// One move of a stream, in either direction what can be done at once: so neither of two that
    /// send without end keeps the other waiting.
    mutating func stream(_ exchange: Exchange.Slot) -> Step {
        guard let upstream = exchanges[exchange].attempts.upstream else {
            return endStream(exchange, reset: true)
        }
        let client = exchanges[exchange].client
        let key = clients.key(client)
        let down = passDown(exchange, client, upstream)
        if case .over = down { return clients.isCurrent(key) ? .moved(0) : .gone }
        let up = passUp(exchange, client, upstream)
        if case .over = up { return clients.isCurrent(key) ? .moved(0) : .gone }
        if exchanges[exchange].stream.down.end == .told
            && exchanges[exchange].stream.up.end == .told
        {
            return endStream(exchange, reset: false)
        }
        switch (down, up) {
        case (.bytes(let a), .bytes(let b)): return .moved(a + b)
        case (.bytes(let a), _), (_, .bytes(let a)): return .moved(a)
        default: return .blocked
        }
    }

    /// From the backend to the client.
    private mutating func passDown(
        _ exchange: Exchange.Slot, _ client: ClientConnection.Slot,
        _ upstream: UpstreamConnection.Slot
    ) -> Passing {
        if exchanges[exchange].stream.down.wantsMore
            && upstreams[upstream].directions.contains(.readable)
        {
            let read = exchanges[exchange].stream.down.read(
                from: upstreams[upstream].transport, into: &buffers)
            switch read.outcome {
            case .bytes(let count):
                counters.received(count, from: upstreams[upstream].slot)
                upstreams[upstream].activeAt = now
                if read.isShort { upstreams[upstream].directions.readShort() }
            case .wantRead, .wantWrite:
                upstreams[upstream].directions.remove(.readable)
                return .nothing
            case .end:
                upstreams[upstream].directions.remove(.readable)
                if isDeath(exchange) { return backendBroke(exchange, nil) }
                exchanges[exchange].stream.down.end = .ended
            case .failed(let errno): return backendBroke(exchange, errno)
            }
        }
        if !exchanges[exchange].stream.down.isEmpty { return sendDown(exchange, client) }
        if exchanges[exchange].stream.down.end == .ended {
            return tellClientOfEnd(exchange, client)
        }
        return .nothing
    }

    private mutating func sendDown(_ exchange: Exchange.Slot, _ client: ClientConnection.Slot)
        -> Passing
    {
        guard clients[client].directions.contains(.writable) else { return .nothing }
        switch exchanges[exchange].stream.down.send(over: clients[client].transport) {
        case .bytes(let count):
            exchanges[exchange].stream.down.didPass(count)
            counters.sent(count)
            clients[client].activeAt = now
            if !exchanges[exchange].stream.down.isEmpty {
                clients[client].directions.remove(.writable)
            }
            exchanges[exchange].stream.down.tidy(in: &buffers)
            return .bytes(count)
        case .wantWrite, .wantRead:
            clients[client].directions.remove(.writable)
            exchanges[exchange].stream.down.tidy(in: &buffers)
            return .nothing
        case .end, .failed:
            clientVanished(exchange)
            return .over
        }
    }

    /// From the client to the backend.
    private mutating func passUp(
        _ exchange: Exchange.Slot, _ client: ClientConnection.Slot,
        _ upstream: UpstreamConnection.Slot
    ) -> Passing {
        if exchanges[exchange].stream.up.wantsMore && clients[client].directions.contains(.readable)
        {
            let read = exchanges[exchange].stream.up.read(
                from: clients[client].transport, into: &buffers)
            switch read.outcome {
            case .bytes(let count):
                counters.received(count)
                clients[client].activeAt = now
                if read.isShort { clients[client].directions.readShort() }
            case .wantRead, .wantWrite:
                clients[client].directions.remove(.readable)
                return .nothing
            case .end:
                clients[client].directions.remove(.readable)
                exchanges[exchange].stream.up.end = .ended
            case .failed:
                clientVanished(exchange)
                return .over
            }
        }
        if !exchanges[exchange].stream.up.isEmpty { return sendUp(exchange, upstream) }
        if exchanges[exchange].stream.up.end == .ended {
            return tellBackendOfEnd(exchange, upstream)
        }
        return .nothing
    }

    private mutating func sendUp(_ exchange: Exchange.Slot, _ upstream: UpstreamConnection.Slot)
        -> Passing
    {
        guard upstreams[upstream].directions.contains(.writable) else { return .nothing }
        switch exchanges[exchange].stream.up.send(over: upstreams[upstream].transport) {
        case .bytes(let count):
            exchanges[exchange].stream.up.didPass(count)
            counters.sent(count, to: upstreams[upstream].slot)
            upstreams[upstream].activeAt = now
            if !exchanges[exchange].stream.up.isEmpty {
                upstreams[upstream].directions.remove(.writable)
            }
            exchanges[exchange].stream.up.tidy(in: &buffers)
            return .bytes(count)
        case .wantWrite, .wantRead:
            upstreams[upstream].directions.remove(.writable)
            exchanges[exchange].stream.up.tidy(in: &buffers)
            return .nothing
        case .end, .failed:
            // All that it said has been read already: nothing more comes of waiting.
            if exchanges[exchange].stream.down.end != .open {
                return backendBroke(exchange, nil)
            }
            // It may have spoken before it went: what it said is still to be read, and the error
            // behind it, which this call has taken from the socket, is remembered.
            upstreams[upstream].directions.remove(.writable)
            upstreams[upstream].directions.insert([.readable, .peerEnded])
            exchanges[exchange].stream.up.isBroken = true
            return .bytes(0)
        }
    }

    /// The last of both directions ends with the connections themselves: a close says it too.
    private mutating func tellClientOfEnd(
        _ exchange: Exchange.Slot, _ client: ClientConnection.Slot
    ) -> Passing {
        exchanges[exchange].stream.down.end = .told
        if exchanges[exchange].stream.up.end == .told { return .nothing }
        exchanges[exchange].stream.endsFirst = .backend
        // The end counts as a word: from it on the other side has its time.
        clients[client].activeAt = now
        Socket.endSending(clients[client].transport.socket)
        arm(client: client, for: streamDeadline(exchange))
        return .nothing
    }

    private mutating func tellBackendOfEnd(
        _ exchange: Exchange.Slot, _ upstream: UpstreamConnection.Slot
    ) -> Passing {
        exchanges[exchange].stream.up.end = .told
        if exchanges[exchange].stream.down.end == .told { return .nothing }
        exchanges[exchange].stream.endsFirst = .client
        upstreams[upstream].activeAt = now
        Socket.endSending(upstreams[upstream].transport.socket)
        arm(client: exchanges[exchange].client, for: streamDeadline(exchange))
        return .nothing
    }

    /// The backend's connection is broken, or has ended because its process has.
    private mutating func backendBroke(_ exchange: Exchange.Slot, _ errno: Errno?) -> Passing {
        let isUntouched =
            exchanges[exchange].stream.up.isUntouched && exchanges[exchange].stream.down.isUntouched
        attemptFailed(exchange, isUntouched ? .brokenUnsent : .brokenSent, errno: errno)
        return .over
    }

    /// Whether an end is the end of a process. The kernel closes what a killed process had, and on
    /// the connection that looks like a proper end.
    private func isDeath(_ exchange: Exchange.Slot) -> Bool {
        exchanges[exchange].stream.up.isBroken
            || hasDied(exchanges[exchange].attempts.process)
    }
}

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
        counters.exchangeOpened()
        exchanges[exchange].asked.network = clients[client].network
        if let own = answerToHaste(exchange) {
            answer(exchange, own)
            return .moved(0)
        }
        beginWithIntroduction(exchange)
        if picker.hashesKeys { noteKey(exchange) }
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
        counters.observed(slot: exchanges[exchange].attempts.process.slot, after: taken)
        noteAnswered(exchange)
        clients[exchanges[exchange].client].activeAt = now
        return .moved(0)
    }

    /// When a stream has been silent for too long, in both directions.
    func streamDeadline(_ exchange: Exchange.Slot) -> Instant {
        var since = clients[exchanges[exchange].client].activeAt
        if let upstream = exchanges[exchange].attempts.upstream {
            since = max(since, upstreams[upstream].activeAt)
        }
        let limit = plan.options.timeoutTunnel
        let isHalf = exchanges[exchange].stream.endsFirst != nil
        return since + (isHalf ? min(limit, plan.bounds.halfStream) : limit)
    }

    /// The balancer goes, and its time is over: no side is to take what was cut for an end.
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
