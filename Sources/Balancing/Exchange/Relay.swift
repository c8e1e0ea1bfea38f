import Basics
import HTTP1

/// One direction of an exchange: what has been read, how far of it may be sent on, how far it has
/// been, and what is still to come.
///
/// A body of known length is sent from where it was read. A chunked one is checked and framed anew
/// into a second queue, so that no chunk extensions pass. It does no I/O.
struct Relay: ~Copyable {
    enum Rest: Equatable {
        /// The head is not complete yet.
        case head
        case length(UInt64)
        case chunked
        case untilClose
        /// All has been read.
        case nothing
    }

    /// What becomes of what was sent.
    enum Sent {
        /// It is kept as long as there is room, to be sent again to another backend.
        case kept
        case dropped
    }

    /// Bytes in front of a request's head that are no part of it: the PROXY header.
    var prefix = 0
    /// As read; what may be sent on lies in front, then what is not understood or not ours yet.
    var queue = ByteQueue()
    /// Chunked bodies, framed anew, with the head in front.
    var framed = ByteQueue()
    private(set) var rest = Rest.head
    /// Bytes at the front of `queue` that may be sent on.
    private(set) var ready = 0
    /// How many bytes of what may be sent have been sent, since the last that were let go.
    private(set) var sent = 0
    /// Whether everything that was ever sent is still here.
    private(set) var isWhole = true
    /// Bytes of the body, without framing, that have been read.
    private(set) var bodyBytes: UInt64 = 0
    private var decoder: ChunkedDecoder
    private var usesFramed = false
    private var writesChunks = true
    private var passesTrailers = true
    private let fate: Sent
    private let pin = Pin()

    @inline(__always)
    init(sent fate: Sent) {
        self.fate = fate
        decoder = ChunkedDecoder(from: Self.sender(fate))
    }

    /// Of the two directions it is the requests that are kept.
    private static func sender(_ fate: Sent) -> Sender { fate == .kept ? .client : .backend }

    var isComplete: Bool { rest == .nothing }

    /// Whether nothing of the message has come.
    var isUntouched: Bool { rest == .head && queue.isEmpty }

    /// How many bytes can be sent now.
    @inline(__always)
    var pendingCount: Int { (usesFramed ? framed.count : ready) - sent }

    /// Sends what can be sent, once. What was sent is still to be noted by `didSend`.
    @inline(__always)
    func send(over transport: borrowing Transport) -> Transport.Outcome {
        if usesFramed { return transport.send(framed.bytes.extracting(sent..<framed.count)) }
        return transport.send(queue.bytes.extracting(sent..<ready))
    }

    /// The first bytes of the message as it is sent on, as many as there are up to `count`.
    @inline(__always)
    @_lifetime(borrow self)
    func first(_ count: Int) -> Span<UInt8> {
        if usesFramed {
            let end = count < framed.count - prefix ? prefix + count : framed.count
            return framed.bytes.extracting(prefix..<end)
        }
        let end = count < ready - prefix ? prefix + count : ready
        return queue.bytes.extracting(prefix..<end)
    }

    /// Reads the head of a message once more, as it was sent on; false where it is not here.
    func reread(_ head: inout RequestHead) -> Bool {
        if !isWhole { return false }
        var limits = HeadLimits()
        // What we have added does not count.
        limits.maxBytes = .max
        let bytes = usesFramed ? framed.bytes : queue.bytes
        let message = bytes.extracting(prefix..<bytes.count)
        if case .complete = head.parse(message, limits: limits) { return true }
        return false
    }

    /// A part of the head that was just read once more.
    func rereadText(_ range: Range<Int>) -> String {
        let bytes = usesFramed ? framed.bytes : queue.bytes
        return Utf8.string(
            bytes.extracting((prefix + range.lowerBound)..<(prefix + range.upperBound)))
    }

    /// A request without a body is not sent on after its head was parsed.
    mutating func refused(_ length: Int) {
        dropHead(length)
        rest = .nothing
    }

    /// The first `count` bytes of the queue are a head that is complete and may be sent as it
    /// lies; what follows it is a body framed like this.
    ///
    /// A chunked body goes through `framing`, an empty queue that is the relay's from now on.
    mutating func headEnded(
        _ count: Int, body: BodyFraming, asChunks: Bool, trailers: Bool,
        framing: consuming ByteQueue
    ) {
        ready += count
        switch body {
        case .none: rest = .nothing
        case .length(let length): rest = length == 0 ? .nothing : .length(length)
        case .untilClose: rest = .untilClose
        case .chunked:
            rest = .chunked
            decoder = ChunkedDecoder(from: Self.sender(fate))
            writesChunks = asChunks
            passesTrailers = trailers
            framed = framing
            frameAnew()
        }
    }

    /// An interim head: sent on as it lies, and the next head follows it.
    mutating func interimHeadEnded(_ count: Int) { ready += count }

    /// Puts an interim head of our own where the final one will be; false where that has begun.
    mutating func addInterim(_ head: StaticString) -> Bool {
        if rest != .head || !queue.isEmpty { return false }
        queue.append(head)
        ready = queue.count
        return true
    }

    /// Moves what may be sent over to the framed queue.
    private mutating func frameAnew() {
        Self.append(queue, sent..<ready, to: &framed)
        queue.consume(ready)
        ready = 0
        sent = 0
        usesFramed = true
    }

    /// Looks at what has been read since; says what is wrong with it where something is.
    mutating func digest() -> Malformation? {
        switch rest {
        case .head, .nothing: return nil
        case .length(let missing):
            let taken = min(missing, UInt64(queue.count - ready))
            ready += Int(taken)
            bodyBytes += taken
            rest = taken == missing ? .nothing : .length(missing - taken)
            return nil
        case .untilClose:
            bodyBytes += UInt64(queue.count - ready)
            ready = queue.count
            return nil
        case .chunked: return digestChunks()
        }
    }

    private static func append(
        _ source: borrowing ByteQueue, _ range: Range<Int>, to target: inout ByteQueue
    ) {
        target.append(source.bytes.extracting(range))
    }

    private static func next(
        _ decoder: inout ChunkedDecoder, _ source: borrowing ByteQueue, _ offset: Int
    ) -> ChunkedDecoder.Step {
        decoder.next(source.bytes, from: offset)
    }

    private static func appendEnd(
        _ source: borrowing ByteQueue, trailers: Range<Int>, to target: inout ByteQueue
    ) {
        ChunkedWriter.appendEnd(trailers: trailers, from: source.bytes, to: &target)
    }

    private mutating func digestChunks() -> Malformation? {
        var offset = 0
        while true {
            switch Self.next(&decoder, queue, offset) {
            case .data(let range):
                if writesChunks { ChunkedWriter.appendHeader(size: range.count, to: &framed) }
                Self.append(queue, range, to: &framed)
                if writesChunks { ChunkedWriter.appendDataEnd(to: &framed) }
                bodyBytes += UInt64(range.count)
                offset = range.upperBound
            case .needsMore(let consumed):
                queue.consume(consumed)
                if queue.isEmpty { queue.removeAll() }
                return nil
            case .end(let trailers, let consumed):
                if writesChunks {
                    if passesTrailers {
                        Self.appendEnd(queue, trailers: trailers, to: &framed)
                    } else {
                        ChunkedWriter.appendEnd(to: &framed)
                    }
                }
                queue.consume(consumed)
                rest = .nothing
                return nil
            case .malformed(let reason): return reason
            }
        }
    }

    /// The sender has ended; true where that is the proper end of the body.
    mutating func sourceEnded() -> Bool {
        if rest != .untilClose { return rest == .nothing }
        rest = .nothing
        return true
    }

    /// So many of the pending bytes were sent.
    @inline(__always)
    mutating func didSend(_ count: Int) {
        sent += count
        if fate == .dropped && pendingCount == 0 { letGo() }
    }

    /// Lets go of what was sent.
    private mutating func letGo() {
        if sent == 0 { return }
        isWhole = false
        if usesFramed {
            framed.consume(sent)
            if framed.isEmpty { framed.removeAll() }
        } else {
            queue.consume(sent)
            ready -= sent
            if queue.isEmpty { queue.removeAll() }
        }
        sent = 0
    }

    /// The head of `length` bytes that has just been read becomes `head`, with what is ready before
    /// it and what follows it untouched.
    mutating func replaceHead(_ length: Int, with head: borrowing ByteQueue) {
        if ready == 0 && head.count <= queue.headroom + length {
            queue.replaceFirst(length, with: head.bytes)
            return
        }
        let count = queue.count
        var rebuilt = ByteQueue(capacity: max(queue.capacity, count - length + head.count))
        rebuilt.append(queue.bytes.extracting(0..<ready))
        rebuilt.append(head.bytes)
        rebuilt.append(queue.bytes.extracting((ready + length)..<count))
        swap(&queue, &rebuilt)
    }

    /// Drops an interim head of `length` bytes that is not for this client.
    mutating func dropHead(_ length: Int) {
        replaceHead(length, with: ByteQueue())
    }

    /// There is no message: the bytes go another way.
    mutating func leaveUnused() { rest = .nothing }

    /// The protocol was changed: hands over what was read and has not been sent, of which nothing
    /// is known any more.
    mutating func takeRest() -> ByteQueue {
        if !usesFramed { queue.consume(sent) }
        ready = 0
        sent = 0
        isWhole = false
        rest = .nothing
        return queue.take()
    }

    /// Lets the message go, so that what follows it is at the front of the queue.
    mutating func dropMessage() {
        if !usesFramed { queue.consume(ready) }
        ready = 0
        sent = 0
    }

    /// Makes room for reading more; false where the receiver must take something first.
    mutating func makeRoom() -> Bool {
        if usesFramed {
            if framed.count >= Limits.messageBuffer {
                if pendingCount > 0 { return false }
                letGo()
            }
            if queue.room == 0 { queue.compact() }
            return queue.room > 0
        }
        if queue.room > 0 { return true }
        letGo()
        queue.compact()
        return queue.room > 0
    }

    /// Puts other bytes in the place of some of the message, from its beginning on.
    mutating func overwrite(_ bytes: borrowing ByteQueue, at offset: Int) {
        if usesFramed {
            framed.overwrite(offset, with: bytes.bytes)
        } else {
            queue.overwrite(offset, with: bytes.bytes)
        }
    }

    /// Everything is to be sent once more, to another backend.
    mutating func rewind() {
        invariant(isWhole, "what was let go can't be sent again")
        sent = 0
    }

    /// Writes a message of the balancer's own over whatever there was; it is complete. `write` says
    /// how long its body is.
    mutating func replace(with write: (inout ByteQueue) -> Int) {
        if queue.capacity == 0 { queue = ByteQueue(capacity: 2048) }
        queue.removeAll()
        usesFramed = false
        sent = 0
        bodyBytes = UInt64(write(&queue))
        ready = queue.count
        rest = .nothing
    }
}
