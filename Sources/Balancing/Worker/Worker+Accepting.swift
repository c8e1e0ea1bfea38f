import Basics
import Kernel

extension Worker {
    /// Takes connections that wait at a listening socket; true when more may wait there.
    @discardableResult
    mutating func accept(from index: Int) -> Bool {
        guard acceptance.isOn else { return false }
        for _ in 0..<Limits.acceptsATurn {
            if clients.isFull {
                // No client is let go unless another one waits.
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
            counters.shutOut()
            Socket.resetOnClose(socket)
            if arrival == .isUntrusted {
                logRefusal(source.address, source.port, ProxyFault.notTrusted.word)
            }
            return
        }
        var countedAs: ClientNetwork?
        if case .enters(.admit(let network)) = arrival { countedAs = network }
        let token = Token(kind: TokenKind.client, key: key)
        // Out of memory in the kernel: the connection is let go, which the client can see.
        guard (try? poller.add(socket.reference, for: .everyChange, token: token)) != nil else {
            admission.left(key.slot, countedAs: countedAs)
            return
        }
        let slot = clients.insert(
            ClientConnection(
                transport: Transport(socket), source: source, countedAs: countedAs,
                phase: arrival == .awaitsHeader ? .introducing : .idle,
                directions: plan.isStream ? .writable : [.readable, .writable],
                activeAt: now, filedFor: now + plan.options.timeoutHead)
        ).slot
        wheel.file(wheelPlace(client: slot), at: now + plan.options.timeoutHead)
        counters.connectionOpened()
        // Before it is served: it may be closed there, and then there is room again.
        if clients.isFull { plan.connectionLimit.filled(index) }
        if arrival != .enters(.refuse) || refuse(slot) {
            // What it has to say has most often come with the connection.
            serve(slot)
        }
        if clients.isCurrent(key) && !clients[slot].isHeard { noteSilent(key) }
        // The kernel wakes one worker for a new client: it must be one that has room.
        if clients.isFull && !plan.connectionLimit.isFull { pauseAccepting() }
    }

    /// Another worker has a new client, or is about to decide which one makes room for it.
    mutating func takeLimitRequest() {
        if !heedOtherWorkers() { return }
        resumeAccepting()
        for index in plan.listeners.indices { accept(from: index) }
    }
}
