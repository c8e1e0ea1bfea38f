import Basics
import Control
import HTTP1
import Kernel
import ProxyProtocol

/// The heads of messages: read, and written anew for the other side; and those of the balancer's
/// own answers.
///
/// The head of each direction that was read last is kept, as offsets into the bytes it was read
/// from. So it is asked, and rewritten, before another one is read.
struct HeadRewriter: ~Copyable {
    /// What a response's head is, once it is complete.
    enum Answered {
        /// Another one follows; it is on its way, or was not for this client.
        case interim
        /// It is that of the response.
        case final
        /// The protocol is changed, as the client had asked.
        case switches
        case malformed(ResponseFault)
    }

    /// The value of a cookie that keeps a client on a backend.
    typealias Cookie = [16 of UInt8]

    private let terms: Terms
    private(set) var request = RequestHead()
    private(set) var response = ResponseHead()
    private var fields = ForwardedFields()
    /// Where heads are written, before they take the place of those that came.
    private var text = ByteQueue(capacity: Limits.messageBuffer)
    private var identities: RequestIdentity
    private var traces: TraceSource
    private var dateLine: DateLine
    /// What the next head that a client gets says of its request's times.
    var timing: ServerTiming?
    private let pin = Pin()

    /// `wallOffset`: what the wall clock is ahead of the monotonic one.
    init(_ terms: Terms, wallOffset: UInt64) {
        self.terms = terms
        identities = RequestIdentity(wallOffset: wallOffset)
        traces = TraceSource(isForAll: terms.tracesAll)
        dateLine = DateLine(wallOffset: wallOffset)
        fields.writesForwarded = terms.writesForwarded
        fields.pseudonym = terms.pseudonym
        fields.fallbackHost = terms.fallbackHost
    }
}

// MARK: Requests

extension HeadRewriter {
    /// Reads the head of a request, as far as it has come.
    @inline(__always)
    mutating func readRequest(_ relay: borrowing Relay) -> HeadParse {
        relay.parse(&request, limits: terms.requestLimits)
    }

    /// The head of a request is complete: what is needed once it has been let go is kept.
    mutating func asked(
        _ exchange: inout Exchange, by client: ClientSource, isLeaving: Bool, now: Instant
    ) {
        exchange.asked.network = client.network
        exchange.asked.method = request.method
        exchange.asked.minorVersion = request.minorVersion
        exchange.asked.awaitsContinue = request.expectsContinue
        exchange.asked.asksUpgrade = request.upgrade != nil
        if let upgrade = request.upgrade {
            exchange.asked.protocols = exchange.request.copy(upgrade.range)
        }
        exchange.answering.keepsClient = request.isPersistent && !isLeaving
        // What came through another proxy came from somewhere else, whatever address it connected
        // from.
        exchange.asked.isLocal = client.isLocal && !request.hasVia && !request.hasClaims
        if client.isTrusted { noteClaim(&exchange) }
        if terms.keepsVisitor { noteVisitor(&exchange) }
        if let id = request.requestID {
            if id.count <= InlineText.capacity {
                exchange.asked.requestID = exchange.request.text(id.range)
            } else {
                exchange.asked.longRequestID = exchange.request.copy(id.range)
            }
        } else if request.isTraced {
            exchange.asked.requestID = identifierOfTrace(now)
        } else {
            exchange.asked.requestID = identities.next(now)
        }
    }

    @inline(never)
    private mutating func identifierOfTrace(_ now: Instant) -> InlineText {
        guard case .part(let parent) = request.trace else { return identities.next(now) }
        return ULID(bits: parent.trace).text
    }

    /// Keeps the address that a trusted proxy takes the client for.
    private func noteClaim(_ exchange: inout Exchange) {
        guard let client = exchange.request.claimedClient(request, proxies: terms.proxies) else {
            return
        }
        exchange.asked.claimedAddress = client.inlineHost
        exchange.asked.network = ClientNetwork(client)
    }

    @inline(never)
    private func noteVisitor(_ exchange: inout Exchange) {
        var words: [UInt8] = []
        words.reserveCapacity(2 * Limits.loggedWord)
        exchange.request.append("referer", of: request, to: &words, longest: Limits.loggedWord)
        let length = words.count
        exchange.request.append("user-agent", of: request, to: &words, longest: Limits.loggedWord)
        let notes = ExchangeNotes()
        notes.visitor = Visitor(words, referrerLength: length)
        exchange.notes = notes
    }

    /// Why what is understood is not passed on; `nil` where it is.
    func refusal(_ relay: borrowing Relay) -> Cause? {
        if request.method == .connect { return .refusedMethod }
        if request.hasVia && relay.hasBeenHere(request, fields) { return .loop }
        if request.maxForwards == 0 {
            return request.method == .trace ? .refusedMethod : .meantForUs
        }
        return nil
    }

    /// What is said to it.
    func answer(refusing cause: Cause) -> OwnAnswer {
        let sentence =
            switch cause {
            case .loop: "this request has been through this balancer before"
            case .meantForUs: "This is lbctl's balancer"
            default:
                request.method == .connect
                    ? "CONNECT is not offered here" : "TRACE is not answered here"
            }
        return OwnAnswer(cause, sentence)
    }

    /// The request goes nowhere: what the answer and its access line need of the head is kept.
    func noteRefused(_ exchange: inout Exchange) {
        if let accept = request.accept {
            exchange.asked.format = AnswerFormat(acceptedBy: exchange.request.string(accept.range))
        } else {
            exchange.asked.format = .text
        }
        let start = Int(request.methodRange.start)
        let end = min(Int(request.target.end), start + Limits.loggedTarget)
        exchange.asked.savedLine = exchange.request.copy(start..<end)
    }

    /// The head of `length` bytes goes nowhere, and the answer is all that follows.
    func refused(_ exchange: inout Exchange, _ length: Int) {
        noteRefused(&exchange)
        // Where nothing follows it, the request is over; after CONNECT anything may follow.
        if request.framing == .none && request.method != .connect {
            exchange.request.refused(length)
        }
    }

    /// Puts the head that a backend gets where the client's of `length` bytes was, right before
    /// the body, and `header` in front of it: each attempt is on a connection of its own then.
    mutating func rewriteRequest(
        _ exchange: inout Exchange, _ length: Int, from client: ClientSource,
        behind header: ProxyHeader?, framing: consuming ByteQueue
    ) {
        fields.clientAddress = client.address
        fields.isTrusted = client.isTrusted
        fields.requestID = exchange.asked.requestID
        let isTraced = terms.tracesAll || request.isTraced
        if isTraced { beginTrace(exchange) }
        text.removeAll()
        if let header { header.append(as: terms.proxyVersion, to: &text) }
        let prefix = text.count
        exchange.asked.lineLength = exchange.request.lineLength(request)
        exchange.request.write(request, adding: fields, to: &text)
        if isTraced { endTrace(&exchange) }
        exchange.request.replaceHead(length, with: text)
        exchange.request.prefix = prefix
        exchange.request.headEnded(
            text.count, body: request.framing, asChunks: true, trailers: false, framing: framing)
        exchange.phase = .delivering
    }

    /// The head that is about to be written tells of a trace.
    @inline(never)
    private mutating func beginTrace(_ exchange: borrowing Exchange) {
        fields.trace = traces.trace(request.trace, of: exchange.asked.identifier())
    }

    /// It was written, and behind the trace there is the empty line alone.
    @inline(never)
    private mutating func endTrace(_ exchange: inout Exchange) {
        if fields.trace == nil { return }
        fields.trace = nil
        exchange.asked.parentAt = text.count - 4 - TraceParent.parentFromEnd
    }

    /// The request is about to be tried again: its next attempt is another span of its trace.
    mutating func renewParent(_ exchange: inout Exchange) {
        var parent = ByteQueue(capacity: TraceParent.parentLength)
        Hexadecimal.append(traces.nextParent(), to: &parent)
        exchange.request.overwrite(parent, at: exchange.asked.parentAt)
    }

    /// In what form the client would have an answer of ours, while its head is still here.
    mutating func format(_ exchange: borrowing Exchange) -> AnswerFormat {
        if let known = exchange.asked.format { return known }
        guard exchange.request.reread(&request), let accept = request.accept else { return .text }
        return AnswerFormat(acceptedBy: exchange.request.rereadText(accept.range))
    }
}

// MARK: Responses

extension HeadRewriter {
    /// Reads the head of a response, as far as it has come.
    @inline(__always)
    mutating func readResponse(_ relay: borrowing Relay) -> HeadParse {
        relay.parse(&response, limits: terms.responseLimits)
    }

    /// The head of a response, of `length` bytes, is complete. An interim one is done with, the
    /// others are still to be rewritten.
    mutating func answered(_ exchange: inout Exchange, _ length: Int) -> Answered {
        // An answer to a request that has not been sent is meant for another request.
        if exchange.request.sent == 0 && exchange.request.isWhole {
            return .malformed(ResponseFault("it answered before it was asked"))
        }
        if response.status >= 200 { return .final }
        if response.status == 101 {
            return isWanted(exchange) ? .switches : .malformed(ResponseFault(.switchedUnasked))
        }
        return passInterim(&exchange, length)
    }

    /// RFC 9110 §15.2.2: only what the client asked for can be switched to.
    private func isWanted(_ exchange: borrowing Exchange) -> Bool {
        if !exchange.asked.asksUpgrade || !exchange.request.isComplete { return false }
        return exchange.request.pendingCount == 0
            && exchange.response.switches(response, to: exchange.asked.protocols)
    }

    private mutating func passInterim(_ exchange: inout Exchange, _ length: Int) -> Answered {
        exchange.answering.interims += 1
        if exchange.answering.interims > Limits.interims {
            return .malformed(ResponseFault(.tooManyInterims))
        }
        let isContinue = response.status == 100
        // HTTP/1.0 has no interim responses (RFC 9110 §15.2). And there are clients that wait for
        // ever after a second 100: one too late, or of a second attempt.
        if exchange.asked.minorVersion == 0 || (isContinue && exchange.answering.wasBidContinue) {
            exchange.response.dropHead(length)
            return .interim
        }
        if isContinue {
            exchange.asked.awaitsContinue = false
            exchange.answering.wasBidContinue = true
        }
        exchange.response.interimHeadEnded(write(&exchange.response, length, .keepAlive))
        return .interim
    }

    /// For how many seconds the backend keeps the connection, where it says so.
    func keepAliveSeconds(_ relay: borrowing Relay) -> UInt64? {
        // A head with such a field can't go on as it lies.
        response.needsRewrite ? relay.keepAliveSeconds(response) : nil
    }

    /// Puts the head that the client gets where the backend's of `length` bytes was; a body that
    /// ends like `body` follows it. With a `cookie` the client is told where it belongs.
    mutating func rewriteResponse(
        _ exchange: inout Exchange, _ length: Int, body: BodyFraming, framing: consuming ByteQueue,
        cookie: Cookie?, isLeaving: Bool, now: Instant
    ) {
        exchange.answering.status = response.status
        exchange.phase = .answering
        let isOld = exchange.asked.minorVersion == 0
        // Without a length an old client knows the end by the close, and so does a new one where
        // the backend does it like that. A request that has not all come cannot be followed by
        // another.
        if body == .untilClose || (isOld && body == .chunked) || !exchange.request.isComplete
            || isLeaving
        {
            exchange.answering.keepsClient = false
        }
        let word: ResponseHead.ConnectionWord =
            !exchange.answering.keepsClient ? .close : isOld ? .keepAliveFor10 : .keepAlive
        exchange.answering.isEventStream = isEventStream(exchange.response, body, behind: length)
        let count = write(
            &exchange.response, length, word, chunked: body == .chunked && !isOld,
            date: response.hasDate ? nil : now, cookie: cookie)
        exchange.response.headEnded(
            count, body: body, asChunks: !isOld, trailers: !response.hasNominations,
            framing: framing)
    }

    /// Puts the head of a 101 where the backend's was: from here on it is a stream.
    mutating func switchProtocol(_ exchange: inout Exchange, _ length: Int) {
        exchange.answering.status = 101
        exchange.phase = .streaming
        // From here on a break can't be told of, and shows as what it is.
        exchange.answering.hasAnswered = true
        exchange.answering.keepsClient = false
        let count = write(&exchange.response, length, .upgrade)
        exchange.response.headEnded(
            count, body: .untilClose, asChunks: false, trailers: false, framing: ByteQueue())
        exchange.stream.up.begin(with: exchange.request.takeRest(), ours: 0)
        exchange.stream.down.begin(with: exchange.response.takeRest(), ours: count)
    }

    /// Whether more will come that may be long in coming; a response with its whole body here
    /// already, as most have, is not asked for its type.
    private func isEventStream(
        _ relay: borrowing Relay, _ body: BodyFraming, behind length: Int
    ) -> Bool {
        let start = relay.ready + length
        switch body {
        case .none: return false
        case .length(let whole) where whole <= UInt64(relay.queue.count - start): return false
        case .length, .chunked, .untilClose: return relay.isEventStream(response)
        }
    }

    /// Leaves the head that is sent on where that of `length` bytes was; says how long it is.
    private mutating func write(
        _ relay: inout Relay, _ length: Int, _ word: ResponseHead.ConnectionWord,
        chunked: Bool = false, date now: Instant? = nil, cookie: Cookie? = nil
    ) -> Int {
        let addsNothing = now == nil && cookie == nil && timing == nil
        if response.isSentAsItLies && word == .keepAlive && addsNothing {
            return length
        }
        text.removeAll()
        let date = now.map { dateLine.line($0) } ?? InlineText()
        relay.write(response, word, chunked: chunked, adding: date, to: &text)
        if let cookie { append(cookie) }
        if timing != nil { appendTiming() }
        relay.replaceHead(length, with: text)
        return text.count
    }

    /// Adds a cookie to the head in `text`.
    ///
    /// It goes with the browser's session, no script can read it (HttpOnly), and other sites'
    /// requests come without it but for plain links (SameSite=Lax; RFC 6265bis §5.6.7).
    private mutating func append(_ cookie: Cookie) {
        text.truncate(to: text.count - 2)
        text.append("Set-Cookie: ")
        text.append(terms.cookieName.bytes)
        text.append("=")
        text.append(cookie.span)
        text.append("; Path=/; HttpOnly; SameSite=Lax\r\n\r\n")
    }
}

extension HeadRewriter {
    /// Adds the times to the head in `text`, behind those that the backend tells.
    private mutating func appendTiming() {
        guard let timing = timing.take() else { return }
        text.truncate(to: text.count - 2)
        timing.append(to: &text)
        text.append("\r\n")
    }
}

// MARK: The balancer's own answers

extension HeadRewriter {
    /// Writes an answer of the balancer's own over whatever there was of a response.
    mutating func answer(
        _ exchange: inout Exchange, _ own: consuming OwnAnswer, isLeaving: Bool, now: Instant
    ) {
        if !exchange.request.isComplete || isLeaving { exchange.answering.keepsClient = false }
        if exchange.phase == .readingHead && exchange.request.asksWithHead {
            exchange.asked.method = .head
        }
        // What could not be read has no name of its own yet.
        if exchange.asked.identifier().isEmpty { exchange.asked.requestID = identities.next(now) }
        own.requestID = Utf8.string(exchange.asked.identifier())
        let form = OwnAnswer.Form(
            format: format(exchange), closes: !exchange.answering.keepsClient,
            toHead: exchange.asked.method == .head, isOld: exchange.asked.minorVersion == 0,
            timing: timing.take())
        exchange.phase = .answeringItself
        exchange.answering.status = own.status
        exchange.answering.cause = own.cause
        let answer = own
        let date = dateLine.line(now)
        exchange.response.replace { queue in
            answer.write(to: &queue, as: form, date: date.bytes)
        }
    }
}
