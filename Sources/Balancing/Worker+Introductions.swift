import Basics
import Kernel
import ProxyProtocol

/// Clients that come through another proxy, which says who they are before their first byte; and
/// the same said to backends.
extension Worker {
    /// Looks for the header at the beginning of a connection. It is read without being taken until
    /// all of it is there: so nothing has to be kept, and what follows it stays where it is.
    mutating func introduce(_ slot: UInt32) -> Step {
        guard clients[slot].directions.contains(.readable) else { return .blocked }
        introduction.removeAll()
        switch clients[slot].transport.peek(into: &introduction) {
        case .bytes: return introduced(slot)
        case .wantRead, .wantWrite:
            clients[slot].directions.remove(.readable)
            return .blocked
        case .end, .failed: return refuseIntroduction(slot, "proxy_header_missing")
        }
    }

    private mutating func introduced(_ slot: UInt32) -> Step {
        switch ProxyHeader.parse(introduction.bytes) {
        case .malformed: return refuseIntroduction(slot, "proxy_header_malformed")
        case .partial:
            if introduction.room == 0 && introduction.capacity < ProxyHeader.longest {
                introduction = ByteQueue(capacity: ProxyHeader.longest)
                return .moved(0)
            }
            if clients[slot].directions.contains(.peerEnded) {
                return refuseIntroduction(slot, "proxy_header_malformed")
            }
            clients[slot].directions.remove(.readable)
            return .blocked
        case .complete(let header, let length):
            if !clients[slot].transport.skip(length) {
                return refuseIntroduction(slot, "proxy_header_malformed")
            }
            believe(header, slot)
            if isShutOut(clients[slot].network, isTrusted: clients[slot].isTrusted) {
                lane.shutOut()
                closeClient(slot, reset: true)
                return .gone
            }
            clients[slot].phase = .idle
            clients[slot].activeAt = now
            return admit(slot) ? .moved(length) : .gone
        }
    }

    /// The client is whom the proxy says; what that client then claims of others is believed only
    /// if it is trusted itself.
    private mutating func believe(_ header: ProxyHeader, _ slot: UInt32) {
        if plan.introduces { introductions[slot] = header }
        let source: Address
        switch header {
        case .local: return
        case .inet(let address, let port, _, _): source = .inet(address, port: port)
        case .inet6(let address, let port, _, _):
            source = Address.inet6(address.high, address.low, port: port).unmapped
        }
        clients[slot].address = source.inlineHost
        clients[slot].port = source.port ?? 0
        clients[slot].isLocal = source.isLoopback
        clients[slot].isTrusted = isTrusted(source)
        clients[slot].network = ClientNetwork(source)
    }

    /// No header, or not a proper one: nobody can tell whose bytes these are.
    @discardableResult
    mutating func refuseIntroduction(_ slot: UInt32, _ why: StaticString) -> Step {
        logRefusal(clients[slot].address, clients[slot].port, why)
        closeClient(slot, reset: true)
        return .gone
    }

    /// Appends the header that a backend gets before the first byte of this client to `scratch`;
    /// says how long it is.
    mutating func appendIntroduction(of slot: UInt32) -> Int {
        guard plan.introduces, let header = outgoingHeader(slot) else { return 0 }
        let before = scratch.count
        header.append(as: plan.proxyVersion, to: &scratch)
        return scratch.count - before
    }

    /// What a backend is told of a client; nothing where it is not told.
    private func outgoingHeader(_ slot: UInt32) -> ProxyHeader? {
        if !plan.introduces { return nil }
        return introductions[slot] ?? ownHeader(slot)
    }

    /// What the connection itself shows.
    private func ownHeader(_ slot: UInt32) -> ProxyHeader {
        guard let peer = try? Socket.peerAddress(of: clients[slot].transport.socket).unmapped,
            let here = try? Socket.localAddress(of: clients[slot].transport.socket).unmapped
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
    mutating func beginWithIntroduction(_ number: UInt32) {
        guard let header = outgoingHeader(exchanges[number].client) else { return }
        var buffer = buffers.lend()
        header.append(as: plan.proxyVersion, to: &buffer)
        let count = buffer.count
        exchanges[number].up.begin(with: buffer, ours: count)
    }
}
