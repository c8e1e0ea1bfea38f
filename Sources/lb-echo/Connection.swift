import Basics
import HTTP1
import Kernel

/// One client's connection: the bytes that came, the exchange at hand, the bytes to be sent.
///
/// It is bounded in memory: nothing is read while much waits to be sent.
struct Connection: ~Copyable {
    /// Where it stands between two requests and after the last.
    enum Stage {
        /// A head is read. `heldBefore`: the one that is there has waited its time.
        case head(heldBefore: Bool)
        /// The head that is there waits before it is answered.
        case held(until: Instant)
        case exchange
        /// All bytes are sent back as they come, or after they have waited until then.
        case tunnel(heldUntil: Instant?)
        /// Ends once all is sent. What still comes is dropped, since a close with unread bytes is
        /// a reset, and that could destroy the answer on its way.
        case closing(lingers: Bool)
        case lingering(until: Instant)
    }

    /// What is known of the socket's other direction.
    enum Arrival {
        case possible
        /// As `possible`, and the end is to be looked for.
        case endAnnounced
        /// All was read; the poller tells when there is more.
        case none
        case ended
    }

    /// What a turn came to.
    enum Turn {
        /// For the poller, and for a time where there is one.
        case waits(until: Instant?)
        /// Its share of the loop is used up, and there is more to do.
        case again
        case over
    }

    /// What one step came to.
    enum Step {
        case moved
        case needsBytes(until: Instant?)
        case needsRoom
        case waits(until: Instant)
        case over
    }

    /// So much is read or sent in a turn, so that a large body does not hold up the rest.
    static let share = 512 << 10
    static let inputCapacity = 32 << 10
    /// Nothing is added to so much that waits to be sent.
    static let outputLimit = 32 << 10
    static let outputCapacity = outputLimit + inputCapacity + 4096

    let socket: Descriptor
    var input = ByteQueue(capacity: inputCapacity)
    var output = ByteQueue(capacity: outputCapacity)
    var stage: Stage
    var exchange = Exchange()
    var report: Report?
    var arrival = Arrival.possible
    var canSend = true
    /// When something last happened to it.
    var lastTouched: Instant
    /// The alarm that is set for it.
    var alarm: Instant?

    init(socket: consuming Descriptor, mode: Settings.Mode, now: Instant) {
        self.socket = socket
        lastTouched = now
        switch mode {
        case .http: stage = .head(heldBefore: false)
        case .tcp: stage = .tunnel(heldUntil: nil)
        }
    }

    /// Begins with these bytes.
    mutating func say(_ words: [UInt8]) { output.append(words.span) }

    /// Takes in what the poller told.
    mutating func note(_ readiness: Readiness) {
        if readiness.contains(.writable) { canSend = true }
        switch arrival {
        case .ended: return
        case .possible, .endAnnounced, .none: break
        }
        if readiness.contains(.peerEnded) {
            arrival = .endAnnounced
        } else if readiness.contains(.readable) {
            arrival = .possible
        }
    }

    /// Whether it is between two requests, with nothing begun.
    var isIdle: Bool {
        if case .head = stage { return input.isEmpty && output.isEmpty }
        return false
    }

    /// Whether it may be silent for as long as it likes: a request waits its time, or all bytes are
    /// sent back as they come.
    var mayBeSilent: Bool {
        switch stage {
        case .held, .tunnel: true
        case .head, .exchange, .closing, .lingering: false
        }
    }

    var hasEnded: Bool {
        if case .ended = arrival { return true }
        return false
    }

    /// Does all that can be done without waiting, within its share.
    mutating func turn(_ backend: inout Backend, now: Instant) -> Turn {
        var left = Self.share
        while left > 0 {
            switch step(&backend, now: now) {
            case .moved: continue
            case .over: return .over
            case .waits(let until):
                if !flush(&left) { return .over }
                return .waits(until: until)
            case .needsRoom:
                if !flush(&left) { return .over }
                if !output.isEmpty { return .waits(until: nil) }
            case .needsBytes(let until):
                if !flush(&left) { return .over }
                // A client that does not read is not read from.
                if !output.isEmpty { return .waits(until: until) }
                switch receive(&left) {
                case .some, .end: continue
                case .nothing: return .waits(until: until)
                case .failed: return .over
                }
            }
        }
        return .again
    }

    private mutating func step(_ backend: inout Backend, now: Instant) -> Step {
        switch stage {
        case .head(let heldBefore):
            return stepHead(&backend, heldBefore: heldBefore, now: now)
        case .held(let until):
            if now < until { return .waits(until: until) }
            stage = .head(heldBefore: true)
            return .moved
        case .exchange: return stepExchange(backend.identity, backend.pattern)
        case .tunnel(let until): return stepTunnel(backend.latency, until, now)
        case .closing(let lingers):
            if !output.isEmpty { return .needsRoom }
            if !lingers || hasEnded { return .over }
            Socket.endSending(socket)
            stage = .lingering(until: now + .seconds(2))
            return .moved
        case .lingering(let until):
            input.removeAll()
            return hasEnded || now >= until ? .over : .needsBytes(until: until)
        }
    }

    private mutating func stepTunnel(
        _ latency: Nanoseconds, _ heldUntil: Instant?, _ now: Instant
    ) -> Step {
        if input.isEmpty {
            if !hasEnded { return .needsBytes(until: nil) }
            stage = .closing(lingers: false)
            return .moved
        }
        if output.count >= Self.outputLimit { return .needsRoom }
        if let heldUntil {
            if now < heldUntil { return .waits(until: heldUntil) }
            stage = .tunnel(heldUntil: nil)
        } else if latency.count > 0 {
            stage = .tunnel(heldUntil: now + latency)
            return .moved
        }
        makeRoom(input.count)
        Self.copy(input, 0..<input.count, to: &output)
        input.removeAll()
        return .moved
    }

    /// Sees to it that appending so much does not make the queue grow.
    mutating func makeRoom(_ count: Int) {
        if output.room < count { output.compact() }
    }

    /// A function of its own: in one expression both queues would be taken for all of `self`.
    static func copy(
        _ source: borrowing ByteQueue, _ range: Range<Int>, to target: inout ByteQueue
    ) {
        target.append(source.bytes.extracting(range))
    }

    /// Sends what can be sent; false when the connection is broken.
    private mutating func flush(_ left: inout Int) -> Bool {
        while canSend && !output.isEmpty {
            switch socket.send(output.bytes) {
            case .moved(let count):
                output.consume(count)
                left -= count
            case .wouldBlock: canSend = false
            case .end, .failed: return false
            }
        }
        if output.isEmpty { output.removeAll() }
        return true
    }

    private enum Receipt { case some, nothing, end, failed }

    private mutating func receive(_ left: inout Int) -> Receipt {
        switch arrival {
        case .none: return .nothing
        case .ended: return .end
        case .possible, .endAnnounced: break
        }
        if input.isEmpty { input.removeAll() } else if input.room < 4096 { input.compact() }
        let room = input.room
        switch socket.receive(into: &input) {
        case .moved(let count):
            left -= count
            // Less than there was room for is all there is, and more will be told; but the end
            // may have been told already.
            if count < room, case .possible = arrival { arrival = .none }
            return .some
        case .wouldBlock:
            arrival = .none
            return .nothing
        case .end:
            arrival = .ended
            return .end
        case .failed: return .failed
        }
    }
}
