import Basics
import Kernel
import Supervision

/// One TCP connection of `lbctl send`, between standard input and output and a service. Both
/// directions go on at a time, and each ends by itself.
struct SendConnection: ~Copyable {
    enum Source {
        case standardInput
        /// These bytes, for each of several connections.
        case kept([UInt8])
    }

    struct Outcome {
        var address: Address
        var sent: UInt64 = 0
        var received: UInt64 = 0
        var taken = Nanoseconds(0)
        /// What went wrong; `nil` where nothing did.
        var fault: String?
        var hasLostOutput = false

        /// `127.0.0.1:8080: 6 bytes sent, 6 received in 0.31 ms`.
        var summary: String {
            "\(address): \(Figures.count(sent, "byte")) sent, \(received) received in "
                + Figures.text(taken)
        }
    }

    /// Where bytes come from and go to.
    struct Streams {
        var input = DescriptorReference.standardInput
        var output = DescriptorReference.standardOutput
    }

    private static let piece = 256 << 10

    private let streams: Streams
    private let socket: Descriptor
    private let poller: Poller
    private var outcome: Outcome
    private var pending = ByteQueue(capacity: piece)
    private var heard = ByteQueue(capacity: piece)
    private var canRead = false
    private var canWrite = false
    private var inputEnded = false
    private var hasEnded = false
    private var hasToldEnd = false
    /// Whether the service takes nothing any more.
    private var isBroken = false

    /// Connects to the first of the addresses that is listened on, and passes bytes on until both
    /// directions have ended. `limit` is how long nothing may come.
    static func exchange(
        with addresses: [Address], _ source: Source, limit: Nanoseconds?,
        streams: Streams = Streams()
    ) -> Outcome {
        var fault = ""
        for address in addresses {
            let begun = Clock.now()
            do throws(SystemError) {
                let socket = try Socket.connect(to: address)
                let isThere = Poll.wait(for: .writable, on: socket.reference, timeout: limit)
                let errno = isThere ? Socket.pendingError(of: socket) : .timedOut
                if let errno { throw SystemError(call: "connect", errno: errno) }
                var connection = try SendConnection(socket, address, source, streams)
                connection.run(limit: limit)
                connection.outcome.taken = Clock.now().since(begun)
                return connection.outcome
            } catch {
                if fault.isEmpty { fault = "\(address): \(error.errno)" }
            }
        }
        return Outcome(address: addresses[0], fault: "can't be connected to (\(fault))")
    }

    private init(
        _ socket: consuming Descriptor, _ address: Address, _ source: Source, _ streams: Streams
    ) throws(SystemError) {
        let poller = try Poller(capacity: 4)
        try poller.add(socket.reference, for: .everyChange, token: Token(kind: 1))
        outcome = Outcome(address: address)
        switch source {
        case .standardInput:
            // A file can't be watched, and need not be: it always has something to say.
            try? poller.add(
                streams.input, for: [.readable, .edgeTriggered], token: Token(kind: 2))
        case .kept(let bytes):
            inputEnded = true
            pending.append(bytes.span)
        }
        self.streams = streams
        self.socket = socket
        self.poller = poller
    }

    private mutating func run(limit: Nanoseconds?) {
        var heardAt = Clock.now()
        while outcome.fault == nil && !outcome.hasLostOutput {
            var hasMoved = false
            // In turns: a service that sends without end must not keep this end from sending.
            if canRead && !hasEnded && receive() { hasMoved = true }
            if outcome.fault == nil && say() { hasMoved = true }
            if hasMoved {
                heardAt = Clock.now()
                continue
            }
            // The service sends nothing more. It may still read: what there is to send goes to its
            // end, but a person at a terminal is not asked for more.
            let isOver = inputEnded || streams.input.isTerminal
            if hasEnded && pending.isEmpty && isOver { return }
            if let limit, Clock.now().since(heardAt) >= limit {
                outcome.fault = "nothing has come for \(Figures.text(limit))"
                return
            }
            rest(until: limit.map { heardAt + $0 })
        }
    }

    private mutating func rest(until deadline: Instant?) {
        let count = poller.wait(timeout: deadline.map { $0.since(Clock.now()) })
        for index in 0..<count where poller.event(index).token.kind == 1 {
            let readiness = poller.event(index).readiness
            if !readiness.isDisjoint(with: [.readable, .peerEnded, .hungUp, .failed]) {
                canRead = true
            }
            if readiness.contains(.writable) { canWrite = true }
        }
    }

    /// Takes what the service says; false when there is nothing at present.
    private mutating func receive() -> Bool {
        heard.removeAll()
        switch socket.receive(into: &heard) {
        case .moved(let count):
            outcome.received += UInt64(count)
            let failure = streams.output.writeAll(&heard)
            if failure != nil { outcome.hasLostOutput = true }
            return true
        case .wouldBlock:
            canRead = false
            return false
        case .end:
            hasEnded = true
            if isBroken { fail(.connectionReset) }
            return false
        case .failed(let errno):
            fail(errno)
            return false
        }
    }

    /// Passes on what there is to say; false when nothing could be.
    private mutating func say() -> Bool {
        if !canWrite { return false }
        if pending.isEmpty && !inputEnded { readInput() }
        if pending.isEmpty {
            if inputEnded && !hasToldEnd {
                hasToldEnd = true
                Socket.endSending(socket)
            }
            return false
        }
        switch socket.send(pending.bytes) {
        case .moved(let count):
            outcome.sent += UInt64(count)
            pending.consume(count)
            if pending.isEmpty { pending.removeAll() }
            return true
        case .wouldBlock:
            canWrite = false
            return false
        // Why is said by what comes back, which may be an answer too.
        case .end, .failed:
            canWrite = false
            canRead = true
            inputEnded = true
            pending.removeAll()
            isBroken = true
            return true
        }
    }

    /// Reads standard input where that does not wait: it may be a terminal, which is not ours to
    /// set otherwise.
    private mutating func readInput() {
        let input = streams.input
        guard Poll.wait(for: .readable, on: input, timeout: Nanoseconds(0)) else { return }
        switch input.read(into: &pending) {
        case .moved, .wouldBlock: return
        case .end: inputEnded = true
        case .failed(let errno):
            hasEnded = true
            outcome.fault = "standard input can't be read: \(errno)"
        }
    }

    private mutating func fail(_ errno: Errno) {
        hasEnded = true
        outcome.fault =
            errno == .connectionReset || errno == .brokenPipe
            ? "the connection was reset, after \(Figures.count(outcome.sent, "byte")) sent and "
                + "\(outcome.received) received" : "\(errno)"
    }

    /// All of standard input; nothing where it can't be read.
    static func allInput() -> [UInt8]? {
        var queue = ByteQueue(capacity: piece)
        while true {
            queue.reserve(piece)
            switch DescriptorReference.standardInput.read(into: &queue) {
            case .moved: continue
            case .wouldBlock:
                _ = Poll.wait(for: .readable, on: .standardInput, timeout: nil)
            case .failed: return nil
            case .end:
                let bytes = queue.bytes
                var copy: [UInt8] = []
                copy.reserveCapacity(bytes.count)
                for index in bytes.indices { copy.append(bytes[index]) }
                return copy
            }
        }
    }
}
