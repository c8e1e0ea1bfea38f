import Kernel

/// Big bodies of known length: what comes of them in great pieces goes through a pipe (splice(2)),
/// without a copy.
extension Worker {
    /// Takes a piece of a response's body; nothing where it is to go through the queue.
    mutating func holdResponse(_ number: UInt32, _ upstream: UInt32) -> Step? {
        guard let most = exchanges[number].response.makeHoldable(), let pipe = pipes.lend() else {
            return nil
        }
        switch upstreams[upstream].transport.receive(into: pipes[pipe], most: most) {
        case .bytes(let count):
            upstreams[upstream].activeAt = now
            exchanges[number].response.hold(count, in: pipe)
            return .moved(count)
        case .wantRead, .wantWrite:
            pipes.giveBack(pipe, isEmpty: true)
            upstreams[upstream].directions.remove(.readable)
            return .moved(0)
        case .end, .failed:
            // The next read tells the same.
            pipes.giveBack(pipe, isEmpty: true)
            return nil
        }
    }

    /// Takes a piece of a request's body; nothing where it is to go through the queue.
    mutating func holdRequest(_ number: UInt32, _ client: UInt32) -> Step? {
        guard let most = exchanges[number].request.makeHoldable(), let pipe = pipes.lend() else {
            return nil
        }
        switch clients[client].transport.receive(into: pipes[pipe], most: most) {
        case .bytes(let count):
            clients[client].activeAt = now
            exchanges[number].requestPace.moved(at: now)
            exchanges[number].request.hold(count, in: pipe)
            return .moved(count)
        case .wantRead, .wantWrite:
            pipes.giveBack(pipe, isEmpty: true)
            clients[client].directions.remove(.readable)
            return .moved(0)
        case .end, .failed:
            pipes.giveBack(pipe, isEmpty: true)
            return nil
        }
    }

    /// Sends the client what of the response can be sent, once.
    @inline(__always)
    func writeResponse(_ number: UInt32, _ client: UInt32) -> Transport.Outcome {
        guard let pipe = exchanges[number].response.pipe else {
            return exchanges[number].response.send(over: clients[client].transport)
        }
        return clients[client].transport.send(exchanges[number].response.held, from: pipes[pipe])
    }

    /// Sends the backend what of the request can be sent, once.
    @inline(__always)
    func writeRequest(_ number: UInt32, _ upstream: UInt32) -> Transport.Outcome {
        guard let pipe = exchanges[number].request.pipe else {
            return exchanges[number].request.send(over: upstreams[upstream].transport)
        }
        return upstreams[upstream].transport.send(exchanges[number].request.held, from: pipes[pipe])
    }

    /// A pipe from which all has been sent serves others.
    mutating func giveBackEmptyPipes(_ number: UInt32) {
        if exchanges[number].response.held == 0, let pipe = exchanges[number].response.takePipe() {
            pipes.giveBack(pipe.number, isEmpty: true)
        }
        if exchanges[number].request.held == 0, let pipe = exchanges[number].request.takePipe() {
            pipes.giveBack(pipe.number, isEmpty: true)
        }
    }

    /// The exchange is over, with what it held.
    mutating func giveBackPipes(_ number: UInt32) {
        if let pipe = exchanges[number].response.takePipe() {
            pipes.giveBack(pipe.number, isEmpty: pipe.isEmpty)
        }
        if let pipe = exchanges[number].request.takePipe() {
            pipes.giveBack(pipe.number, isEmpty: pipe.isEmpty)
        }
    }
}
