import Basics
import Kernel

/// What a stream is read into and sent from: a small buffer; a pipe, without a copy, where it moves
/// much at a time; a big buffer where there is no pipe to be had.
extension Worker {
    /// Reads what the backend sends; where that is nothing, nothing is held.
    mutating func readDown(_ number: UInt32, _ upstream: UInt32) -> Transport.Outcome {
        if exchanges[number].down.isBulk, let pipe = pipes.lend() {
            let outcome = upstreams[upstream].transport.receive(
                into: pipes[pipe], most: Limits.pipe)
            if case .bytes(let count) = outcome {
                exchanges[number].down.hold(count, in: pipe)
                return outcome
            }
            pipes.giveBack(pipe, isEmpty: true)
            if outcome != .failed(.invalid) { return outcome }
            pipes.turnOff()
        }
        exchanges[number].down.queue = streamBuffer(isBulk: exchanges[number].down.isBulk)
        let room = exchanges[number].down.queue.room
        let outcome = upstreams[upstream].transport.receive(into: &exchanges[number].down.queue)
        if case .bytes(let count) = outcome {
            if count < room { upstreams[upstream].directions.readShort() }
            exchanges[number].down.isBulk = count >= Limits.bulkRead
        } else {
            giveBackDown(number)
        }
        return outcome
    }

    /// Sends the client what was read.
    func writeDown(_ number: UInt32, _ client: UInt32) -> Transport.Outcome {
        guard let pipe = exchanges[number].down.pipe else {
            return exchanges[number].down.send(over: clients[client].transport)
        }
        return clients[client].transport.send(exchanges[number].down.held, from: pipes[pipe])
    }

    mutating func giveBackDown(_ number: UInt32) {
        giveBack(exchanges[number].down.queue.take())
        if let pipe = exchanges[number].down.takePipe() {
            pipes.giveBack(pipe.number, isEmpty: pipe.isEmpty)
        }
    }

    /// What is left in a big buffer waits in a small one, where it fits into one.
    mutating func tidyDown(_ number: UInt32) {
        if !isOversized(exchanges[number].down.queue) { return }
        giveBack(exchanges[number].down.exchange(for: messageBuffers.lend()))
    }

    /// Reads what the client sends; where that is nothing, nothing is held.
    mutating func readUp(_ number: UInt32, _ client: UInt32) -> Transport.Outcome {
        if exchanges[number].up.isBulk, let pipe = pipes.lend() {
            let outcome = clients[client].transport.receive(into: pipes[pipe], most: Limits.pipe)
            if case .bytes(let count) = outcome {
                exchanges[number].up.hold(count, in: pipe)
                return outcome
            }
            pipes.giveBack(pipe, isEmpty: true)
            if outcome != .failed(.invalid) { return outcome }
            pipes.turnOff()
        }
        exchanges[number].up.queue = streamBuffer(isBulk: exchanges[number].up.isBulk)
        let room = exchanges[number].up.queue.room
        let outcome = clients[client].transport.receive(into: &exchanges[number].up.queue)
        if case .bytes(let count) = outcome {
            if count < room { clients[client].directions.readShort() }
            exchanges[number].up.isBulk = count >= Limits.bulkRead
        } else {
            giveBackUp(number)
        }
        return outcome
    }

    /// Sends the backend what was read.
    func writeUp(_ number: UInt32, _ upstream: UInt32) -> Transport.Outcome {
        guard let pipe = exchanges[number].up.pipe else {
            return exchanges[number].up.send(over: upstreams[upstream].transport)
        }
        return upstreams[upstream].transport.send(exchanges[number].up.held, from: pipes[pipe])
    }

    mutating func giveBackUp(_ number: UInt32) {
        giveBack(exchanges[number].up.queue.take())
        if let pipe = exchanges[number].up.takePipe() {
            pipes.giveBack(pipe.number, isEmpty: pipe.isEmpty)
        }
    }

    /// What is left in a big buffer waits in a small one, where it fits into one.
    mutating func tidyUp(_ number: UInt32) {
        if !isOversized(exchanges[number].up.queue) { return }
        giveBack(exchanges[number].up.exchange(for: messageBuffers.lend()))
    }

    /// A thread has few of the big ones.
    private mutating func streamBuffer(isBulk: Bool) -> ByteQueue {
        isBulk && bodyBuffers.lent < Limits.bodyBuffersLent
            ? bodyBuffers.lend() : messageBuffers.lend()
    }

    private func isOversized(_ queue: borrowing ByteQueue) -> Bool {
        queue.capacity == Limits.bodyBuffer && queue.count <= Limits.bulkRead
    }
}
