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
    mutating func stream(_ number: UInt32) -> Step {
        guard let upstream = exchanges[number].attempts.upstream else {
            return endStream(number, reset: true)
        }
        let client = exchanges[number].client
        let key = clients.key(client)
        let down = passDown(number, client, upstream)
        if case .over = down { return clients.isCurrent(key) ? .moved(0) : .gone }
        let up = passUp(number, client, upstream)
        if case .over = up { return clients.isCurrent(key) ? .moved(0) : .gone }
        if exchanges[number].down.end == .told && exchanges[number].up.end == .told {
            return endStream(number, reset: false)
        }
        switch (down, up) {
        case (.bytes(let a), .bytes(let b)): return .moved(a + b)
        case (.bytes(let a), _), (_, .bytes(let a)): return .moved(a)
        default: return .blocked
        }
    }

    /// From the backend to the client.
    private mutating func passDown(
        _ number: UInt32, _ client: UInt32, _ upstream: UInt32
    ) -> Passing {
        if exchanges[number].down.wantsMore && upstreams[upstream].directions.contains(.readable) {
            let read = exchanges[number].down.read(
                from: upstreams[upstream].transport, into: &buffers)
            switch read.outcome {
            case .bytes:
                upstreams[upstream].activeAt = now
                if read.isShort { upstreams[upstream].directions.readShort() }
            case .wantRead, .wantWrite:
                upstreams[upstream].directions.remove(.readable)
                return .nothing
            case .end:
                upstreams[upstream].directions.remove(.readable)
                if isDeath(number) { return backendBroke(number, upstream, nil) }
                exchanges[number].down.end = .ended
            case .failed(let errno): return backendBroke(number, upstream, errno)
            }
        }
        if !exchanges[number].down.isEmpty { return sendDown(number, client) }
        if exchanges[number].down.end == .ended { return tellClientOfEnd(number, client) }
        return .nothing
    }

    private mutating func sendDown(_ number: UInt32, _ client: UInt32) -> Passing {
        guard clients[client].directions.contains(.writable) else { return .nothing }
        switch exchanges[number].down.send(over: clients[client].transport) {
        case .bytes(let count):
            exchanges[number].down.didPass(count)
            clients[client].activeAt = now
            if !exchanges[number].down.isEmpty { clients[client].directions.remove(.writable) }
            exchanges[number].down.tidy(in: &buffers)
            return .bytes(count)
        case .wantWrite, .wantRead:
            clients[client].directions.remove(.writable)
            exchanges[number].down.tidy(in: &buffers)
            return .nothing
        case .end, .failed:
            clientVanished(number)
            return .over
        }
    }

    /// From the client to the backend.
    private mutating func passUp(
        _ number: UInt32, _ client: UInt32, _ upstream: UInt32
    ) -> Passing {
        if exchanges[number].up.wantsMore && clients[client].directions.contains(.readable) {
            let read = exchanges[number].up.read(from: clients[client].transport, into: &buffers)
            switch read.outcome {
            case .bytes:
                clients[client].activeAt = now
                if read.isShort { clients[client].directions.readShort() }
            case .wantRead, .wantWrite:
                clients[client].directions.remove(.readable)
                return .nothing
            case .end:
                clients[client].directions.remove(.readable)
                exchanges[number].up.end = .ended
            case .failed:
                clientVanished(number)
                return .over
            }
        }
        if !exchanges[number].up.isEmpty { return sendUp(number, upstream) }
        if exchanges[number].up.end == .ended { return tellBackendOfEnd(number, upstream) }
        return .nothing
    }

    private mutating func sendUp(_ number: UInt32, _ upstream: UInt32) -> Passing {
        guard upstreams[upstream].directions.contains(.writable) else { return .nothing }
        switch exchanges[number].up.send(over: upstreams[upstream].transport) {
        case .bytes(let count):
            exchanges[number].up.didPass(count)
            upstreams[upstream].activeAt = now
            if !exchanges[number].up.isEmpty { upstreams[upstream].directions.remove(.writable) }
            exchanges[number].up.tidy(in: &buffers)
            return .bytes(count)
        case .wantWrite, .wantRead:
            upstreams[upstream].directions.remove(.writable)
            exchanges[number].up.tidy(in: &buffers)
            return .nothing
        case .end, .failed:
            // All that it said has been read already: nothing more comes of waiting.
            if exchanges[number].down.end != .open {
                return backendBroke(number, upstream, nil)
            }
            // It may have spoken before it went: what it said is still to be read, and the error
            // behind it, which this call has taken from the socket, is remembered.
            upstreams[upstream].directions.remove(.writable)
            upstreams[upstream].directions.insert([.readable, .peerEnded])
            exchanges[number].up.isBroken = true
            return .bytes(0)
        }
    }

    /// The last of both directions ends with the connections themselves: a close says it too.
    private mutating func tellClientOfEnd(_ number: UInt32, _ client: UInt32) -> Passing {
        exchanges[number].down.end = .told
        if exchanges[number].up.end == .told { return .nothing }
        exchanges[number].endsFirst = .backend
        // The end counts as a word: from it on the other side has its time.
        clients[client].activeAt = now
        Socket.endSending(clients[client].transport.socket)
        arm(client: client, for: streamDeadline(number))
        return .nothing
    }

    private mutating func tellBackendOfEnd(_ number: UInt32, _ upstream: UInt32) -> Passing {
        exchanges[number].up.end = .told
        if exchanges[number].down.end == .told { return .nothing }
        exchanges[number].endsFirst = .client
        upstreams[upstream].activeAt = now
        Socket.endSending(upstreams[upstream].transport.socket)
        arm(client: exchanges[number].client, for: streamDeadline(number))
        return .nothing
    }

    /// The backend's connection is broken, or has ended because its process has.
    private mutating func backendBroke(
        _ number: UInt32, _ upstream: UInt32, _ errno: Errno?
    ) -> Passing {
        let isUntouched =
            exchanges[number].up.isUntouched && exchanges[number].down.isUntouched
        attemptFailed(number, isUntouched ? .brokenUnsent : .brokenSent, errno: errno)
        return .over
    }

    /// Whether an end is the end of a process. The kernel closes what a killed process had, and on
    /// the connection that looks like a proper end.
    private func isDeath(_ number: UInt32) -> Bool {
        exchanges[number].up.isBroken
            || hasDied(exchanges[number].attempts.process)
    }
}
