import Basics
import Kernel
import ProxyProtocol

/// The listening sockets, watched or left alone for a while.
extension Worker {
    mutating func watchListeners() throws(SystemError) {
        for (index, listener) in plan.listeners.enumerated() {
            try poller.add(
                listener.reference, for: [.readable, .exclusive],
                token: Token(
                    kind: TokenKind.listener, slot: UInt32(index), generation: 0))
        }
    }

    /// Out of descriptors or slots: no client is accepted for a while, and nothing spins.
    mutating func pauseAccepting() {
        for listener in plan.listeners { poller.remove(listener.reference) }
        acceptance.ranOut(until: now + Limits.acceptPause)
    }

    mutating func resumeAccepting() {
        guard acceptance.isPaused else { return }
        if clients.isFull && !plan.connectionLimit.isFull {
            acceptance.ranOut(until: now + Limits.acceptPause)
            return
        }
        if (try? watchListeners()) == nil {
            acceptance.ranOut(until: now + Limits.acceptPause)
        } else {
            acceptance.resumed()
        }
    }
}

/// Clients that come through another proxy, which names them before their first byte; and the
/// header that names them to backends.
extension Worker {
    /// Looks for the header at the beginning of a connection.
    mutating func introduce(_ client: ClientConnection.Slot) -> Step {
        guard clients[client].directions.contains(.readable) else { return .blocked }
        admission.beginning.removeAll()
        switch clients[client].transport.peek(into: &admission.beginning) {
        case .bytes: return looked(client)
        case .wantRead, .wantWrite:
            clients[client].directions.remove(.readable)
            return .blocked
        case .end, .failed: return refuseIntroduction(client, .missing)
        }
    }

    private mutating func looked(_ client: ClientConnection.Slot) -> Step {
        let hasEnded = clients[client].directions.contains(.peerEnded)
        switch admission.looked(hasEnded: hasEnded) {
        case .refuse(let fault): return refuseIntroduction(client, fault)
        case .cut: return .moved(0)
        case .partial:
            clients[client].directions.remove(.readable)
            return .blocked
        case .complete(let header, let length):
            if !clients[client].transport.skip(length) {
                return refuseIntroduction(client, .malformed)
            }
            return introduced(client, by: header) ? .moved(length) : .gone
        }
    }

    /// False when the client is gone.
    private mutating func introduced(
        _ client: ClientConnection.Slot, by header: ProxyHeader
    ) -> Bool {
        clients[client].phase = .idle
        clients[client].activeAt = now
        switch admission.introduced(client, &clients[client].source, by: header, now: now) {
        case .admit(let network):
            clients[client].countedAs = network
            return true
        case .refuse: return refuse(client)
        case .shutOut:
            counters.shutOut()
            closeClient(client, reset: true)
            return false
        }
    }

    /// No header, or not a proper one.
    @discardableResult
    mutating func refuseIntroduction(_ client: ClientConnection.Slot, _ why: ProxyFault) -> Step {
        logRefusal(clients[client].address, clients[client].port, why.word)
        closeClient(client, reset: true)
        return .gone
    }

    /// What a backend is told of a client, where it is told.
    func outgoingHeader(_ client: ClientConnection.Slot) -> ProxyHeader {
        admission.header(of: client) ?? ownHeader(client)
    }

    /// What the connection itself shows.
    private func ownHeader(_ client: ClientConnection.Slot) -> ProxyHeader {
        guard let peer = try? Socket.peerAddress(of: clients[client].transport.socket).unmapped,
            let here = try? Socket.localAddress(of: clients[client].transport.socket).unmapped
        else { return .local }
        return ProxyHeader(from: peer, to: here)
    }

    /// Puts the header in front of a stream.
    mutating func beginWithIntroduction(_ exchange: Exchange.Slot) {
        if !plan.introduces { return }
        var buffer = buffers.lend()
        outgoingHeader(exchanges[exchange].client).append(as: plan.heads.proxyVersion, to: &buffer)
        let count = buffer.count
        exchanges[exchange].stream.up.begin(with: buffer, ours: count)
    }
}

extension Worker {
    /// The answer to a client that asks too often; `nil` where it does not.
    mutating func answerToHaste(_ exchange: Exchange.Slot) -> OwnAnswer? {
        guard admission.limitsRates, let client = exchanges[exchange].asked.network else {
            return nil
        }
        let byProxy = clients[exchanges[exchange].client].isTrusted
        // Not the turn's time: another thread, whose turn began later, may have counted a request
        // of this client that came before this one.
        guard let denial = admission.asks(client, byProxy: byProxy, now: Clock.now()) else {
            return nil
        }
        counters.limited()
        if let news = denial.news { plan.board.banned(news, now: now) }
        if denial.closes { exchanges[exchange].answering.keepsClient = false }
        return denial.answer
    }
}
