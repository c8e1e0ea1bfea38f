import Basics
import Kernel

/// Connections whose protocol was changed (RFC 9110 §7.8): bytes both ways, of which nothing is
/// known. Each direction ends by itself.
extension Worker {
    /// One move of a tunnel.
    mutating func tunnel(_ number: UInt32) -> Step {
        guard let upstream = exchanges[number].upstream else { return finish(number) }
        let client = exchanges[number].client
        if exchanges[number].response.pendingCount > 0 {
            if clients[client].directions.contains(.writable) { return sendResponse(number) }
        } else if exchanges[number].response.isComplete {
            tellEnd(number, .client)
        } else if upstreams[upstream].directions.contains(.readable) {
            return receiveResponse(number, upstream)
        }
        if exchanges[number].request.pendingCount > 0 {
            if upstreams[upstream].directions.contains(.writable) {
                return sendRequest(number, upstream)
            }
        } else if exchanges[number].request.isComplete {
            tellEnd(number, .backend)
        } else if clients[client].directions.contains(.readable) {
            if exchanges[number].request.queue.capacity == 0 {
                exchanges[number].request.queue = messageBuffers.lend()
            }
            if exchanges[number].request.makeRoom() { return receiveRequest(number) }
        }
        if exchanges[number].endsTold == [.client, .backend] { return finish(number) }
        giveBackTunnelBuffers(number)
        return .blocked
    }

    /// All that one side sent has been passed on, and it sends no more.
    private mutating func tellEnd(_ number: UInt32, _ side: EndsTold) {
        if exchanges[number].endsTold.contains(side) { return }
        exchanges[number].endsTold.insert(side)
        let client = exchanges[number].client
        if side == .client {
            Socket.endSending(clients[client].transport.socket)
        } else if let upstream = exchanges[number].upstream {
            Socket.endSending(upstreams[upstream].transport.socket)
        }
        arm(client: client, for: tunnelDeadline(number))
    }

    /// A tunnel may be silent for hours: it holds no memory meanwhile.
    private mutating func giveBackTunnelBuffers(_ number: UInt32) {
        if exchanges[number].request.queue.isEmpty {
            giveBack(exchanges[number].request.queue.take())
        }
        if exchanges[number].response.queue.isEmpty {
            giveBack(exchanges[number].response.queue.take())
        }
    }

    /// When a tunnel has been silent for too long, in both directions.
    func tunnelDeadline(_ number: UInt32) -> Instant {
        var since = clients[exchanges[number].client].activeAt
        if let upstream = exchanges[number].upstream {
            since = max(since, upstreams[upstream].activeAt)
        }
        let isHalf = !exchanges[number].endsTold.isEmpty
        let limit = plan.options.timeoutTunnel
        return since + (isHalf ? min(limit, Limits.halfTunnel) : limit)
    }

    /// Nothing has passed for too long, or a side was reset: both are let go.
    mutating func endTunnel(_ number: UInt32, reset: Bool) {
        let client = exchanges[number].client
        logAccess(number)
        if reset, let upstream = exchanges[number].upstream {
            Socket.resetOnClose(upstreams[upstream].transport.socket)
        }
        letUpstreamGo(number)
        discard(number)
        closeClient(client, reset: reset)
    }
}
