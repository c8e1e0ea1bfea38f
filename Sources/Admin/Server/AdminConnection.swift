import Basics
import HTTP1
import Kernel

/// One client's connection: one request, its answer, and the end.
///
/// It is bounded in memory, and in time up to the answer: a client that is slow or silent goes.
struct AdminConnection: ~Copyable {
    /// Where it stands.
    enum Stage: Equatable {
        case head
        /// So much of the body is still to come.
        case body(left: Int)
        /// The request is known, and its answer is not.
        case working
        /// What is to be sent is sent, and then it ends.
        case closing
        /// All was sent; what the client still sends is dropped until its end.
        case lingering
    }

    /// What came of a turn.
    enum Turn: Equatable {
        case waits
        case request(AdminRequest)
        case over
    }

    let socket: Descriptor
    private(set) var stage = Stage.head
    private(set) var isHead = false
    private var input = ByteQueue(capacity: AdminLimits.piece)
    private var output = ByteQueue()
    private var request = AdminRequest()
    private var arrival = Arrival()
    private var canSend = true
    /// When it is closed unless it has come further; `.never` while it waits for us.
    private(set) var deadline: Instant

    private struct Arrival {
        var mayHaveMore = true
        var hasEnded = false
    }

    init(_ socket: consuming Descriptor, now: Instant) {
        self.socket = socket
        deadline = now + AdminLimits.request
    }

    /// Whether its request has not come whole: such a one gives way where there is no room.
    var isUnheard: Bool {
        switch stage {
        case .head, .body: true
        case .working, .closing, .lingering: false
        }
    }

    /// Takes in what the poller told.
    mutating func note(_ readiness: Readiness) {
        if readiness.contains(.writable) { canSend = true }
        if !readiness.isDisjoint(with: [.readable, .peerEnded]) { arrival.mayHaveMore = true }
    }

    /// Does all that can be done without waiting. `head` is the parser that all connections share.
    mutating func turn(_ head: inout RequestHead, now: Instant) -> Turn {
        while true {
            switch stage {
            case .head:
                if !input.isEmpty, let turn = readHead(&head) { return turn }
                if stage != .head { continue }
            case .body(let left):
                if left <= input.count { return .request(takeBody(left)) }
            case .working:
                return flush(now) ? .waits : .over
            case .closing:
                if !flush(now) { return .over }
                if !output.isEmpty { return .waits }
                if arrival.hasEnded { return .over }
                Socket.endSending(socket)
                stage = .lingering
                deadline = now + AdminLimits.lingering
            case .lingering:
                input.removeAll()
            }
            switch receive() {
            case .some: continue
            case .nothing: return .waits
            case .end: return .over
            }
        }
    }

    /// Answers the request at hand, and ends behind that.
    mutating func answer(_ response: AdminResponse, now: Instant) {
        response.write(toHead: isHead, to: &output)
        stage = .closing
        deadline = now + AdminLimits.silence
    }

    // MARK: Reading

    private mutating func readHead(_ head: inout RequestHead) -> Turn? {
        switch head.parse(input.bytes, limits: AdminLimits.heads) {
        case .partial: return nil
        case .malformed(let reason):
            isHead = RequestHead.asksWithHead(input.bytes)
            return refuse(reason.status, "\(reason.sentence)")
        case .complete(let length):
            isHead = head.method == .head
            guard let request = AdminRequest(head, in: input.bytes) else {
                return refuse(400, "the request target can't be understood")
            }
            self.request = request
            let framing = head.framing
            let expectsContinue = head.expectsContinue
            input.consume(length)
            return begin(framing, expectsContinue: expectsContinue)
        }
    }

    private mutating func begin(_ framing: BodyFraming, expectsContinue: Bool) -> Turn? {
        switch framing {
        case .none, .untilClose: stage = .body(left: 0)
        case .chunked: return refuse(411, "a body is sent with its Content-Length here")
        case .length(let count):
            if count > AdminLimits.body {
                return refuse(413, "a body has \(AdminLimits.body) bytes at most here")
            }
            stage = .body(left: Int(count))
            if expectsContinue { output.append("HTTP/1.1 100 Continue\r\n\r\n") }
            if !flushAll() { return .over }
        }
        return nil
    }

    /// What is wrong before there is a request is answered here.
    private mutating func refuse(_ status: UInt16, _ sentence: String) -> Turn? {
        AdminResponse.error(status, sentence).write(toHead: isHead, to: &output)
        stage = .closing
        return nil
    }

    private mutating func takeBody(_ count: Int) -> AdminRequest {
        request.body = Self.copy(input.bytes, count)
        stage = .working
        deadline = .never
        return request
    }

    private static func copy(_ bytes: Span<UInt8>, _ count: Int) -> [UInt8] {
        (0..<count).map { bytes[$0] }
    }

    private enum Receipt { case some, nothing, end }

    private mutating func receive() -> Receipt {
        if arrival.hasEnded { return .end }
        if !arrival.mayHaveMore { return .nothing }
        input.compact()
        input.reserve(AdminLimits.piece)
        switch socket.receive(into: &input) {
        case .moved: return .some
        case .wouldBlock:
            arrival.mayHaveMore = false
            return .nothing
        case .end, .failed:
            arrival.hasEnded = true
            return .end
        }
    }

    // MARK: Writing

    /// False where nothing can be sent any more. A client that takes some has its time anew.
    private mutating func flush(_ now: Instant) -> Bool {
        let before = output.count
        if !flushAll() { return false }
        if stage == .closing && output.count < before { deadline = now + AdminLimits.silence }
        return true
    }

    private mutating func flushAll() -> Bool {
        while canSend && !output.isEmpty {
            switch socket.send(output.bytes) {
            case .moved(let count): output.consume(count)
            case .wouldBlock: canSend = false
            case .end, .failed: return false
            }
        }
        return true
    }
}
