import Basics
import Kernel
import ProxyProtocol

/// Clients that come through another proxy, which says who they are before their first byte; and
/// the same said to backends.
extension Worker {
    /// Looks for the header at the beginning of a connection. It is read without being taken until
    /// all of it is there: so nothing has to be kept, and what follows it stays where it is.
    mutating func introduce(_ client: ClientConnection.Slot) -> Step {
        guard clients[client].directions.contains(.readable) else { return .blocked }
        introduction.removeAll()
        switch clients[client].transport.peek(into: &introduction) {
        case .bytes: return introduced(client)
        case .wantRead, .wantWrite:
            clients[client].directions.remove(.readable)
            return .blocked
        case .end, .failed: return refuseIntroduction(client, "proxy_header_missing")
        }
    }

    private mutating func introduced(_ client: ClientConnection.Slot) -> Step {
        switch ProxyHeader.parse(introduction.bytes) {
        case .malformed: return refuseIntroduction(client, "proxy_header_malformed")
        case .partial:
            if introduction.room == 0 && introduction.capacity < ProxyHeader.longest {
                introduction = ByteQueue(capacity: ProxyHeader.longest)
                return .moved(0)
            }
            if clients[client].directions.contains(.peerEnded) {
                return refuseIntroduction(client, "proxy_header_malformed")
            }
            clients[client].directions.remove(.readable)
            return .blocked
        case .complete(let header, let length):
            if !clients[client].transport.skip(length) {
                return refuseIntroduction(client, "proxy_header_malformed")
            }
            believe(header, client)
            if isShutOut(clients[client].network, isTrusted: clients[client].isTrusted) {
                lane.shutOut()
                closeClient(client, reset: true)
                return .gone
            }
            clients[client].phase = .idle
            clients[client].activeAt = now
            return admit(client) ? .moved(length) : .gone
        }
    }

    /// The client is whom the proxy says; what that client then claims of others is believed only
    /// if it is trusted itself.
    private mutating func believe(_ header: ProxyHeader, _ client: ClientConnection.Slot) {
        if plan.introduces { introductions[client] = header }
        let source: Address
        switch header {
        case .local: return
        case .inet(let address, let port, _, _): source = .inet(address, port: port)
        case .inet6(let address, let port, _, _):
            source = Address.inet6(address.high, address.low, port: port).unmapped
        }
        clients[client].address = source.inlineHost
        clients[client].port = source.port ?? 0
        clients[client].isLocal = source.isLoopback
        clients[client].isTrusted = isTrusted(source)
        clients[client].network = ClientNetwork(source)
    }

    /// No header, or not a proper one: nobody can tell whose bytes these are.
    @discardableResult
    mutating func refuseIntroduction(_ client: ClientConnection.Slot, _ why: StaticString) -> Step {
        logRefusal(clients[client].address, clients[client].port, why)
        closeClient(client, reset: true)
        return .gone
    }

    /// Appends the header that a backend gets before the first byte of this client to `scratch`;
    /// says how long it is.
    mutating func appendIntroduction(of client: ClientConnection.Slot) -> Int {
        guard plan.introduces, let header = outgoingHeader(client) else { return 0 }
        let before = scratch.count
        header.append(as: plan.proxyVersion, to: &scratch)
        return scratch.count - before
    }

    /// What a backend is told of a client; nothing where it is not told.
    private func outgoingHeader(_ client: ClientConnection.Slot) -> ProxyHeader? {
        if !plan.introduces { return nil }
        return introductions[client] ?? ownHeader(client)
    }

    /// What the connection itself shows.
    private func ownHeader(_ client: ClientConnection.Slot) -> ProxyHeader {
        guard let peer = try? Socket.peerAddress(of: clients[client].transport.socket).unmapped,
            let here = try? Socket.localAddress(of: clients[client].transport.socket).unmapped
        else { return .local }
        switch (peer, here) {
        case (.inet(let source, let sourcePort), .inet(let destination, let destinationPort)):
            return .inet(
                source: source, sourcePort: sourcePort, destination: destination,
                destinationPort: destinationPort)
        case (
            .inet6(let high, let low, let sourcePort),
            .inet6(let hereHigh, let hereLow, let destinationPort)
        ):
            return .inet6(
                source: .init(high: high, low: low), sourcePort: sourcePort,
                destination: .init(high: hereHigh, low: hereLow), destinationPort: destinationPort)
        default: return .local
        }
    }

    /// Puts the header in front of a stream.
    mutating func beginWithIntroduction(_ exchange: Exchange.Slot) {
        guard let header = outgoingHeader(exchanges[exchange].client) else { return }
        var buffer = buffers.lend()
        header.append(as: plan.proxyVersion, to: &buffer)
        let count = buffer.count
        exchanges[exchange].stream.up.begin(with: buffer, ours: count)
    }
}
