import Basics
import Choosing
import HTTP1
import Kernel

/// One request of a client and the response that answers it.
struct Exchange: ~Copyable {
    enum Phase: Equatable {
        /// The request's head is not complete.
        case readingHead
        /// It is on its way to a backend, or waits for what that says.
        case delivering
        /// A backend's final response is on its way to the client.
        case answering
        /// The balancer answers.
        case answeringItself
        /// The protocol was changed (RFC 9110 §7.8): bytes both ways, of which nothing is known.
        case tunnelling
    }

    let client: UInt32
    let startedAt: Instant
    var phase = Phase.readingHead
    var request = Relay(sent: .kept)
    var response = Relay(sent: .dropped)
    /// The connection to the backend that has it now.
    var upstream: UInt32?
    /// The backend that has it or had it last: its slot and process.
    var slot: UInt32 = .max
    var generation: UInt64 = 0
    var tried = Tried()
    var sentAt: Instant

    var method = Method.get
    var minorVersion: UInt8 = 1
    /// Whether the client's connection is kept when all has gone well.
    var keepsClient = true
    /// Whether the client asked for another protocol.
    var asksUpgrade = false
    /// The protocols it asked for.
    var protocols = ByteQueue()
    /// Whether the client holds its body back for a 100 (RFC 9110 §10.1.1) that hasn't come.
    var awaitsContinue = false
    /// How many interim responses there have been.
    var interims = 0
    /// For the log: the client's own or ours.
    var requestID = InlineText()
    /// Of the head sent on: how long method and target are, with the blank between them.
    var lineLength = 0
    /// Method and target once the head that they stood in has been let go.
    var savedLine = ByteQueue()
    var status: UInt16 = 0
    /// Whether a byte of the final response has been sent to the client.
    var hasAnswered = false

    init(client: UInt32, startedAt: Instant) {
        self.client = client
        self.startedAt = startedAt
        sentAt = startedAt
    }

    /// Copies method and target, at most `length` bytes, while the head they stand in is here.
    mutating func saveLine(_ length: Int) {
        var saved = ByteQueue(capacity: length)
        request.copyFirst(length, to: &saved)
        savedLine = saved
    }

    /// Appends method and target, at most `length` bytes.
    func appendLine(_ length: Int, to text: inout ByteQueue) {
        if savedLine.isEmpty {
            request.copyFirst(min(lineLength, length), to: &text)
        } else {
            text.append(savedLine.bytes)
        }
    }

    func attemptState(retries: Int) -> AttemptState {
        AttemptState(
            isIdempotent: method.isIdempotent, isReplayable: request.isWhole,
            hasAnswered: hasAnswered, attempts: tried.count, retries: retries)
    }
}

/// The backends that a request has been tried on.
struct Tried {
    /// As many as `--retries` may ask for, and the first attempt.
    static let capacity = 17
    private var slots: [17 of UInt32] = .init(repeating: .max)
    private(set) var count = 0

    mutating func insert(_ slot: UInt32) {
        invariant(count < Self.capacity, "more attempts than there may be")
        slots[count] = slot
        count += 1
    }

    func contains(_ slot: UInt32) -> Bool {
        for index in 0..<count where slots[index] == slot { return true }
        return false
    }
}
