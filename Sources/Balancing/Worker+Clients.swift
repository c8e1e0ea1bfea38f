import Basics
import Kernel

extension Worker {
    mutating func watchListeners() throws(SystemError) {
        for (index, listener) in plan.listeners.enumerated() {
            try poller.add(
                listener.reference, for: [.readable, .exclusive],
                token: Token(
                    kind: TokenKind.listener, slot: UInt32(index), generation: 0))
        }
    }

    /// Takes connections that wait at a listening socket; true when more may wait there.
    @discardableResult
    mutating func accept(from index: Int) -> Bool {
        guard acceptance.isOn else { return false }
        for _ in 0..<Limits.acceptsATurn {
            if clients.isFull {
                // Nobody is let go for nobody.
                let isWanted = Poll.wait(
                    for: .readable, on: plan.listeners[index].reference, timeout: Nanoseconds(0))
                if !isWanted { return false }
                if !makeRoom(.places) {
                    pauseAccepting()
                    return false
                }
            }
            guard acceptance.isOn else { return false }
            switch Socket.accept(from: plan.listeners[index].reference) {
            case .connection(let socket, let address): welcome(socket, from: address)
            case .vanished: continue
            case .none: return false
            case .exhausted:
                if makeRoom(.descriptors) { continue }
                pauseAccepting()
                return false
            }
        }
        return true
    }

    private mutating func welcome(_ socket: consuming Descriptor, from address: Address) {
        guard let key = clients.nextKey else { return }
        let source = admission.source(address)
        let arrival = admission.comes(source, now: now)
        if arrival == .isUntrusted || arrival == .enters(.shutOut) {
            lane.shutOut()
            Socket.resetOnClose(socket)
            if arrival == .isUntrusted {
                logRefusal(source.address, source.port, ProxyFault.notTrusted.word)
            }
            return
        }
        var tallied: ClientNetwork?
        if case .enters(.admit(let network)) = arrival { tallied = network }
        let token = Token(kind: TokenKind.client, key: key)
        // Out of memory in the kernel: the connection is let go, which the client can see.
        guard (try? poller.add(socket.reference, for: .everyChange, token: token)) != nil else {
            admission.left(key.slot, countedAs: tallied)
            return
        }
        let slot = clients.insert(
            ClientConnection(
                transport: Transport(socket), source: source, tallied: tallied,
                phase: arrival == .awaitsHeader ? .introducing : .idle,
                directions: plan.isStream ? .writable : [.readable, .writable],
                activeAt: now, filedFor: now + plan.options.timeoutHead)
        ).slot
        wheel.file(wheelPlace(client: slot), at: now + plan.options.timeoutHead)
        lane.connectionOpened()
        // Before it is served: it may be closed there, and then there is room again.
        if clients.isFull { plan.crowd.filled(index) }
        if arrival != .enters(.refuse) || refuse(slot) {
            // What it has to say has most often come with the connection.
            serve(slot)
        }
        if clients.isCurrent(key) && !clients[slot].isHeard { noteSilent(key) }
        // The kernel wakes one worker for a newcomer: it must be one that has room.
        if clients.isFull && !plan.crowd.isFull { pauseAccepting() }
    }

    /// The client has as many connections as it may: this one is told so, and nothing is read.
    /// False when it is gone.
    mutating func refuse(_ client: ClientConnection.Slot) -> Bool {
        if exchanges.isFull {
            closeClient(client, reset: true)
            return false
        }
        let exchange = exchanges.insert(making: { Exchange(client: client, startedAt: now) }).slot
        clients[client].phase = .serving(exchange)
        noteHeard(client)
        lane.exchangeOpened()
        exchanges[exchange].asked.isStream = plan.isStream
        exchanges[exchange].asked.savedLine.append(text: "-")
        answer(exchange, Admission.refusal)
        return true
    }

    /// Out of descriptors or slots: nobody is accepted for a while, and nothing spins.
    private mutating func pauseAccepting() {
        for listener in plan.listeners { poller.remove(listener.reference) }
        acceptance.ranOut(until: now + Limits.acceptPause)
    }

    mutating func resumeAccepting() {
        guard acceptance.isPaused else { return }
        if clients.isFull && !plan.crowd.isFull {
            acceptance.ranOut(until: now + Limits.acceptPause)
            return
        }
        if (try? watchListeners()) == nil {
            acceptance.ranOut(until: now + Limits.acceptPause)
        } else {
            acceptance.resumed()
        }
    }

    mutating func clientReady(_ client: ClientConnection.Slot, _ readiness: Readiness) {
        clients[client].directions.note(readiness)
        if readiness.contains(.peerEnded) { noteEnd(client) }
        if !readiness.isDisjoint(with: [.hungUp, .failed]) {
            switch clients[client].phase {
            // What it has sent is still to be read, and ends with the error.
            case .introducing, .idle, .postponed: break
            case .lingering:
                closeClient(client)
                return
            case .serving(let exchange):
                if exchanges[exchange].phase == .streaming {
                    streamHungUp(client, isReset: readiness.contains(.failed))
                } else {
                    clientVanished(exchange)
                }
                return
            }
        }
        serve(client)
    }

    /// The first of it has been read.
    @inline(__always)
    mutating func noteHeard(_ client: ClientConnection.Slot) {
        if clients[client].isHeard { return }
        clients[client].isHeard = true
        lane.connectionHeard()
    }

    /// It sends no more, and may be gone: that looks the same.
    private mutating func noteEnd(_ client: ClientConnection.Slot) {
        clients[client].endedAt = min(clients[client].endedAt, now)
        arm(client: client, for: now + min(plan.halfClosed, Limits.endLook))
    }

    /// Closes a client's connection; its exchange, if any, has been ended before.
    mutating func closeClient(_ client: ClientConnection.Slot, reset: Bool = false) {
        wheel.unfile(wheelPlace(client: client))
        noteHeard(client)
        if clients.isFull { plan.crowd.hasRoomAgain(index) }
        admission.left(client, countedAs: clients[client].tallied)
        if reset { Socket.resetOnClose(clients[client].transport.socket) }
        clients.discard(client)
        lane.connectionClosed()
        if clients.count == relievedAt { plan.crowd.isRelieved() }
        if acceptance.isPaused { resumeAccepting() }
    }

    /// Says that nothing more will come, and waits for the client to see it: a close with unread
    /// bytes would reset the connection, and the reset could eat the answer.
    mutating func linger(_ client: ClientConnection.Slot) {
        Socket.endSending(clients[client].transport.socket)
        clients[client].phase = .lingering
        clients[client].activeAt = now
        clients[client].lingersUntil = now + Limits.lingerLongest
        arm(client: client, for: now + Limits.linger)
        serve(client)
    }

    /// Reads and forgets; true while there may be more.
    mutating func drain(_ client: ClientConnection.Slot) -> Bool {
        scratch.removeAll()
        switch clients[client].transport.receive(into: &scratch) {
        case .bytes(let count):
            clients[client].activeAt = now
            if count < scratch.capacity { clients[client].directions.readShort() }
            return clients[client].directions.contains(.readable)
        case .wantRead, .wantWrite:
            clients[client].directions.remove(.readable)
            return false
        case .end, .failed:
            closeClient(client)
            return false
        }
    }
}
