import Basics
import Choosing
import Control
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
        /// It failed; the supervisor may be about to say why.
        case awaitingNews
        /// It waits for a backend to be ready.
        case queued
        /// Bytes both ways, of which nothing is known: the TCP mode, or the protocol was changed
        /// (RFC 9110 §7.8).
        case streaming
    }

    let client: ClientConnection.Slot
    let startedAt: Instant
    var phase = Phase.readingHead
    var asked = Asked()
    var attempts: Attempts
    var answering = Answering()
    var request = Relay(sent: .kept)
    var response = Relay(sent: .dropped)
    /// Where no requests are known: the TCP mode, or a protocol that was changed to.
    var stream = Stream()
    /// The account it is in, of a process that let it down.
    var claim: FailoverClaim?
    /// What the access log needs of it and most have not.
    var notes: ExchangeNotes?

    /// With it an exchange is made where it lies, and not moved there, as long as `init` is
    /// inlined: a function of its own gives back what it made, and that is moved.
    private let pin = Pin()

    @inline(__always)
    init(client: ClientConnection.Slot, startedAt: Instant) {
        self.client = client
        self.startedAt = startedAt
        attempts = Attempts(at: startedAt)
    }

    /// Copies method and target, at most `length` bytes, while the head they stand in is here.
    mutating func saveLine(_ length: Int) {
        var saved = ByteQueue(capacity: length)
        saved.append(request.first(length))
        asked.savedLine = saved
    }

    /// Another attempt is about to begin: what is known of the last one is kept for its story.
    @inline(never)
    mutating func keepLastAttempt() {
        let notes = notes ?? ExchangeNotes()
        notes.keep(attempts.progress)
        self.notes = notes
    }

    /// Method and target, at most `length` bytes.
    @inline(__always)
    @_lifetime(borrow self)
    func line(_ length: Int) -> Span<UInt8> {
        asked.savedLine.isEmpty
            ? request.first(min(asked.lineLength, length)) : asked.savedLine.bytes
    }

    /// What may be done with it once more.
    var message: Attempts.Message {
        if asked.isStream {
            // Of bytes of an unknown protocol none may be sent twice.
            return .init(
                isIdempotent: false, isReplayable: stream.up.isUntouched,
                hasAnswered: !stream.down.isUntouched)
        }
        return .init(
            isIdempotent: asked.method.isIdempotent, isReplayable: request.isWhole,
            hasAnswered: answering.hasAnswered)
    }
}

extension Exchange: AttemptedRequest {
    var holder: BackendProcess? { attempts.upstream == nil ? nil : attempts.process }
}

/// The two sides of a stream.
enum StreamSide { case client, backend }

extension Exchange {
    typealias Slot = Slab<Exchange>.Slot
    typealias Key = Slab<Exchange>.Key
}

extension Exchange {
    /// What the client asked for: set by the head, or by the connection.
    struct Asked: ~Copyable {
        var method = Method.get
        var minorVersion: UInt8 = 1
        /// Whether it is a connection of the TCP mode, and not a request.
        var isStream = false
        /// Whether another protocol was asked for.
        var asksUpgrade = false
        /// Whether the client waits to be told to go on with its body (RFC 9110 §10.1.1).
        var awaitsContinue = false
        /// Whether the client is on this machine, and may know about its processes.
        var isLocal = false
        /// In what form the client would have an answer of ours, once that has been looked up.
        var format: AnswerFormat?
        /// What the request is called in the log and in the balancer's own answers: the client's
        /// X-Request-Id, or one of the balancer's making. Empty where `longRequestID` has it.
        var requestID = InlineText()
        /// The client's X-Request-Id where that is too long to lie in place: most are not.
        var longRequestID = ByteQueue()
        /// The protocols that were asked for.
        var protocols = ByteQueue()
        /// Of the head sent on: how long method and target are, with the blank between them.
        var lineLength = 0
        /// Where in the message that is sent on the parent-id of its trace stands; 0: it has none.
        var parentAt = 0
        /// Method and target once the head that they stood in has been let go.
        var savedLine = ByteQueue()
        /// What its backend is chosen by, where keys are hashed.
        var key: UInt64 = 0
        /// The client's network, as far as rules for clients go.
        var network: ClientNetwork?
        /// The backend that the client's cookie says it belongs to.
        var cookieSlot: BackendSlot?
        /// The address that a trusted proxy takes the client for.
        var claimedAddress = InlineText()

        /// The request's identifier, whole.
        @_lifetime(borrow self)
        func identifier() -> Span<UInt8> {
            longRequestID.isEmpty ? requestID.bytes : longRequestID.bytes
        }
    }

    /// How far the answer has come.
    struct Answering {
        var status: UInt16 = 0
        /// Whether it has been sent whole.
        var isWhole = false
        /// Whether its access line has been written.
        var isLogged = false
        /// Whether the client's connection is kept when all has gone well.
        var keepsClient = true
        /// Whether the client has been told to go on with its body, by a backend or by us.
        var wasBidContinue = false
        /// Whether the response is a stream of events, which may be silent for long.
        var isEventStream = false
        /// Whether the response's head needed a larger buffer than most.
        var hasLargeHead = false
        /// Whether a byte of the final response has been sent to the client.
        var hasAnswered = false
        /// Why it was not answered by a backend, or not wholly.
        var cause: Cause?
        /// How many interim responses there have been.
        var interims = 0
        /// Bytes of heads and body that the client has been sent.
        var sentToClient: UInt64 = 0
        /// Of those, what it was last seen to have taken from the kernel.
        var takenByClient: UInt64 = 0
        /// How long the client has been waited for, with its request and with the response.
        var requestPace = Pace()
        var responsePace = Pace()
    }

    /// Bytes both ways, of which nothing is known.
    struct Stream: ~Copyable {
        /// To the backend, and to the client.
        var up = Flow()
        var down = Flow()
        /// Which side was the first to send no more.
        var endsFirst: StreamSide?
    }
}
