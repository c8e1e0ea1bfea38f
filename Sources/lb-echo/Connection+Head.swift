import Basics
import HTTP1

/// What a request's head leads to.
extension Connection {
    mutating func stepHead(
        _ backend: inout Backend, heldBefore: Bool, now: Instant
    ) -> Step {
        if input.isEmpty { return endOrNeedBytes() }
        if output.count >= Self.outputLimit { return .needsRoom }
        switch backend.head.parse(input.bytes, limits: backend.limits) {
        case .partial: return endOrNeedBytes()
        case .malformed(let reason):
            refuse(reason, backend.identity)
            return .moved
        case .complete(let length):
            let route = Route.of(input.bytes, backend.head.pathAndQuery.range)
            let hold = heldBefore ? Nanoseconds(0) : backend.hold(route)
            if hold.count > 0 {
                stage = .held(until: now + hold)
                return .moved
            }
            begin(&backend, route: route, headLength: length)
            answer(route, &backend)
            input.consume(length)
            stage = .exchange
            return .moved
        }
    }

    private mutating func endOrNeedBytes() -> Step {
        if !hasEnded { return .needsBytes(until: nil) }
        stage = .closing(lingers: false)
        return .moved
    }

    private mutating func refuse(_ reason: Malformation, _ identity: Identity) {
        exchange = Exchange()
        exchange.keeps = false
        exchange.isHead = RequestHead.asksWithHead(input.bytes)
        plain(reason.status, "\(reason.sentence)\n", identity)
        stage = .closing(lingers: true)
    }

    /// Takes down what the exchange needs to know once the head is gone.
    private mutating func begin(_ backend: inout Backend, route: Route, headLength: Int) {
        exchange = Exchange()
        exchange.minorVersion = backend.head.minorVersion
        exchange.isHead = backend.head.method == .head
        exchange.keeps = backend.head.isPersistent && !backend.isLeaving
        if route != .health {
            backend.served += 1
            if backend.settings.logsRequests { RequestLog.say(backend.head, input.bytes) }
        }
        switch backend.head.framing {
        case .none, .length(0), .untilClose: return
        case .length(let count): exchange.body = .length(count)
        case .chunked: exchange.body = .chunked(ChunkedDecoder(from: .client))
        }
        // RFC 9110 §10.1.1: it may be left out when the body is already coming.
        if backend.head.expectsContinue && input.count == headLength {
            output.append("HTTP/1.1 100 Continue\r\n\r\n")
        }
    }

    private mutating func answer(_ route: Route, _ backend: inout Backend) {
        if route == .health { return plain(200, "ok\n", backend.identity) }
        if backend.drawsError() {
            return plain(500, "chosen to fail by --error-rate or lbctl fail\n", backend.identity)
        }
        switch route {
        case .itself, .delay: echoOrGreet(&backend)
        case .health: plain(200, "ok\n", backend.identity)
        case .status(let status):
            plain(status, "\(status) \(Answer.reason(status))\n", backend.identity)
        case .bytes(let count):
            open(.known(count), type: "application/octet-stream".utf8.span, backend.identity)
            if !exchange.isHead { exchange.rest = .bytes(left: count, position: 0) }
        case .stream(let count): answerStream(count, backend.identity)
        case .headers, .anything: openReport(route, backend)
        case .wrong(let sentence): plain(400, "\(sentence)\n", backend.identity)
        }
    }

    private mutating func echoOrGreet(_ backend: inout Backend) {
        let length: Answer.Length
        switch backend.head.framing {
        case .none, .untilClose: return greet(backend)
        case .length(let count):
            if count == 0 && backend.head.method.isSafe { return greet(backend) }
            length = .known(count)
            exchange.use = .echoed(inChunks: false)
        case .chunked:
            length = .unknown
            exchange.use = .echoed(inChunks: true)
            exchange.rest = .lastChunk
        }
        let type = backend.head.value(of: "content-type", in: input.bytes) ?? .empty
        var answer = Answer()
        answer.length = length
        answer.minorVersion = exchange.minorVersion
        answer.keeps = exchange.keeps
        answer.write(
            field: backend.identity.field, type: type.range, from: input, to: &output)
        if exchange.isHead {
            exchange.use = .dropped
            exchange.rest = .nothing
        }
    }

    /// The path that most requests take: an answer that was made before.
    private mutating func greet(_ backend: borrowing Backend) {
        if wantsPage(backend) {
            let page = backend.identity.page(request: backend.served)
            return text(200, "text/html; charset=utf-8", page, backend.identity)
        }
        output.append(backend.identity.greetingHead.span)
        Answer.writeEnd(
            keeps: exchange.keeps, minorVersion: exchange.minorVersion, to: &output)
        if exchange.isHead { return }
        output.append(backend.identity.greeting.span)
    }

    /// Whether the client names HTML among what it accepts, as browsers do and tools don't.
    private func wantsPage(_ backend: borrowing Backend) -> Bool {
        guard let accept = backend.head.accept, accept.count >= 9 else { return false }
        for start in Int(accept.start)...Int(accept.end) - 9
        where Ascii.equal(input.bytes, start..<start + 9, ignoringCase: "text/html") {
            return true
        }
        return false
    }

    private mutating func answerStream(_ count: UInt64, _ identity: Identity) {
        let inChunks = exchange.minorVersion > 0
        // A client that knows no chunks is told the end by the connection's.
        if !inChunks { exchange.keeps = false }
        open(.unknown, type: "text/plain; charset=utf-8".utf8.span, identity)
        if !exchange.isHead {
            exchange.rest = .lines(next: 1, last: count, inChunks: inChunks)
        }
    }

    /// The report is as long as it is long, so its head waits until the body has been read.
    private mutating func openReport(_ route: Route, _ backend: borrowing Backend) {
        report = Report(
            head: input.bytes, path: backend.head.pathAndQuery.range,
            name: backend.identity.name, showsBody: route == .anything)
        exchange.use = .reported
        exchange.rest = .report
    }
}
