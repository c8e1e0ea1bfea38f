import Basics
import Choosing
import Control
import HTTP1
import Kernel

extension Worker {
    /// Writing to a backend failed.
    mutating func writeFailed(
        _ number: UInt32, _ upstream: UInt32, _ errno: Errno
    ) -> Step {
        let isConnecting = upstreams[upstream].phase == .connecting
        if isConnecting { return attemptFailed(number, .notConnected, errno: errno) }
        // It may have answered before it closed: what it said is still to be read, and the end or
        // the error behind it decides.
        upstreams[upstream].directions.remove(.writable)
        upstreams[upstream].directions.insert([.readable, .peerEnded])
        return .moved(0)
    }

    /// Reading from a backend failed, or ended before the response did.
    mutating func readFailed(_ number: UInt32, _ upstream: UInt32, errno: Errno?) -> Step {
        if upstreams[upstream].phase == .connecting {
            let pending = Socket.pendingError(of: upstreams[upstream].transport.socket)
            return attemptFailed(number, .notConnected, errno: errno ?? pending)
        }
        let sent = exchanges[number].request.sent
        var isUnsent = sent == 0 && exchanges[number].request.isWhole
        // A kept connection may have been closed just before it was used again.
        if !isUnsent && upstreams[upstream].idled != nil {
            isUnsent = Socket.metClosedPeer(upstreams[upstream].transport.socket, last: sent)
        }
        return attemptFailed(number, isUnsent ? .brokenUnsent : .brokenSent, errno: errno)
    }

    @discardableResult
    mutating func attemptFailed(
        _ number: UInt32, _ failure: AttemptFailure, errno: Errno?
    ) -> Step {
        let client = clients.key(exchanges[number].client)
        if attemptEnded(number, failure, errno: errno) { deliver(number) }
        return clients.isCurrent(client) ? .moved(0) : .gone
    }

    /// An attempt has failed: lets its connection go, and does what is decided. True when the
    /// request is to be delivered again; otherwise the client waits, or has been answered or cut
    /// off.
    mutating func attemptEnded(
        _ number: UInt32, _ failure: AttemptFailure, errno: Errno?,
        _ fault: ResponseFault? = nil
    ) -> Bool {
        let process = exchanges[number].attempts.process
        noteClosed(number, failure)
        letAttemptGo(number)
        if failure == .notConnected { noteUnconnected(process, errno) }
        let cause =
            fault?.cause ?? Cause(failure, errno, hasAnswered: exchanges[number].hasAnswered)
        let facts = attemptFacts(number)
        learnEndings(number)
        let message = exchanges[number].message
        var decision = exchanges[number].attempts.failed(failure, cause, message, facts)
        notePenalty(number)
        if decision == .again(isPaid: true) && !mayRetry(from: process.slot) {
            decision = exchanges[number].attempts.denied(cause, facts)
        }
        switch decision {
        case .again:
            noteLoss(number, failure, hasDied: facts.hasDied, .goesOn)
            rewind(number, from: process.slot)
            return true
        case .wait(let reason):
            noteLoss(number, failure, hasDied: facts.hasDied, .goesOn)
            rewind(number, from: process.slot)
            queue(number, for: reason)
        case .answer(let detail):
            noteLoss(number, failure, hasDied: facts.hasDied, .isOver)
            let why = fault.map { "\($0.words)" } ?? errno.map { "\($0)" } ?? ""
            explain(number, cause, Self.words(detail) ?? why)
        case .cut:
            noteLoss(number, failure, hasDied: facts.hasDied, .isOver)
            exchanges[number].cause = cause
            abort(number)
        }
        return false
    }

    /// What is said of a request that is given up for another reason than its last failure.
    static func words(_ detail: Attempts.Detail) -> String? {
        switch detail {
        case .failure: nil
        case .deadly: "processes died of this request, so no other is given it"
        case .budget: "there were too many retries"
        }
    }

    /// A kept connection that breaks before the answer begins was most likely closed as it was used
    /// again.
    private mutating func noteClosed(_ number: UInt32, _ failure: AttemptFailure) {
        guard failure == .brokenSent || failure == .brokenUnsent,
            let upstream = exchanges[number].attempts.upstream,
            let idled = upstreams[upstream].idled, exchanges[number].response.isUntouched
        else { return }
        pool.ended(upstreams[upstream], idled: idled, now: now)
    }

    private mutating func letAttemptGo(_ number: UInt32) {
        let process = exchanges[number].attempts.process
        lane.released(slot: process.slot, generation: process.generation)
        if let upstream = exchanges[number].attempts.upstream {
            exchanges[number].attempts.upstream = nil
            upstreams[upstream].client = nil
            closeUpstream(upstream)
        }
    }

    private func noteUnconnected(_ process: BackendProcess, _ errno: Errno?) {
        lane.connectFailed(slot: process.slot)
        if errno == .connectionRefused, let index = roster.index(ofSlot: process.slot) {
            roster.members[index].address.wasRefused()
        }
        // That this process has run out of something says nothing about the backend.
        if errno.map({ !$0.isOurOwn }) ?? true {
            _ = plan.scoreboard.verdict(slot: Int(process.slot)).addFailure(of: process.generation)
        }
    }

    /// What is known of the backends, for an attempt that has failed.
    private func attemptFacts(_ number: UInt32) -> Attempts.Facts {
        let process = exchanges[number].attempts.process
        let hasOther = roster.rotation.contains { index in
            let other = roster.members[index].process
            return !exchanges[number].attempts.includes(other) && !hasDied(other)
        }
        return .init(
            isSupervised: plan.isSupervised, hasDied: hasDied(process), hasOther: hasOther,
            retries: plan.options.retries)
    }

    /// Whether the budget has room for one more retry.
    private mutating func mayRetry(from slot: UInt32) -> Bool {
        guard let terms = plan.retryTerms else { return true }
        if budget.grant(terms, now: now) { return true }
        lane.retryDenied(from: slot)
        return false
    }

    /// There is one more request, of which a share may be retried.
    mutating func noteForBudget() {
        if let terms = plan.retryTerms { budget.requested(terms, now: now) }
    }

    /// Everything is to be sent once more, and nothing of what was answered counts.
    mutating func rewind(_ number: UInt32, from slot: UInt32) {
        lane.retried(from: slot)
        exchanges[number].request.rewind()
        exchanges[number].phase = .delivering
        largeHeadEnded(number)
        buffers.giveBack(exchanges[number].response.queue.take())
        buffers.giveBack(exchanges[number].response.framed.take())
        exchanges[number].response = Relay(sent: .dropped)
        exchanges[number].down.giveBack(to: &buffers)
        exchanges[number].down = Flow()
        exchanges[number].up.rewind()
        exchanges[number].endsFirst = nil
    }

    /// The backend did what was asked of it: earlier failures do not count any more.
    mutating func succeeded(_ number: UInt32) {
        let slot = Int(exchanges[number].attempts.process.slot)
        let verdict = plan.scoreboard.verdict(slot: slot)
        let failures = verdict.failures(of: exchanges[number].attempts.process.generation)
        if failures > 0 {
            if failures >= Suspicion.threshold && plan.slowStart != nil {
                plan.scoreboard.noteReturn(slot: slot, at: now)
            }
            verdict.setFailures(0, of: exchanges[number].attempts.process.generation)
        }
    }

    /// What the client sent is no proper request; what it meant to send next can't be known.
    mutating func requestMalformed(_ number: UInt32, _ reason: Malformation) {
        exchanges[number].keepsClient = false
        if exchanges[number].hasAnswered {
            exchanges[number].cause = .malformedRequest
            abort(number)
            return
        }
        if exchanges[number].phase == .readingHead { exchanges[number].savedLine.append(text: "-") }
        letUpstreamGo(number)
        answer(
            number, OwnAnswer(.malformedRequest, "\(reason.sentence)", status: reason.status))
    }

    /// The body is, or will be, longer than is allowed here.
    mutating func bodyTooLarge(_ number: UInt32) {
        exchanges[number].keepsClient = false
        if exchanges[number].hasAnswered {
            exchanges[number].cause = .bodyTooLarge
            abort(number)
            return
        }
        letUpstreamGo(number)
        answer(number, OwnAnswer(.bodyTooLarge, "the body is longer than is accepted here"))
    }

    mutating func responseMalformed(_ number: UInt32, _ fault: ResponseFault) {
        _ = attemptEnded(number, .malformed, errno: nil, fault)
    }

    /// The client left before it was answered.
    mutating func clientVanished(_ number: UInt32) {
        let client = exchanges[number].client
        exchanges[number].cause = exchanges[number].cause ?? .clientLeft
        if exchanges[number].isStream || exchanges[number].phase == .streaming {
            endStream(number, reset: true)
            return
        }
        // 499 is nginx's: the client left, and nobody was told.
        exchanges[number].status = 499
        logAccess(number)
        letUpstreamGo(number)
        // It may only be slow, or have ended its own direction: what it has got of an answer that
        // lasts until the close must not look whole.
        let isCut = exchanges[number].hasAnswered
        discard(number)
        closeClient(client, reset: isCut)
    }

    /// Part of a response was sent and the rest will not come: the client must see that.
    mutating func abort(_ number: UInt32) {
        let client = exchanges[number].client
        logAccess(number)
        letUpstreamGo(number)
        discard(number)
        closeClient(client, reset: true)
    }

    /// Ends what a backend was doing for an exchange.
    mutating func letUpstreamGo(_ number: UInt32) {
        guard let upstream = exchanges[number].attempts.upstream else { return }
        exchanges[number].attempts.upstream = nil
        lane.released(
            slot: exchanges[number].attempts.process.slot,
            generation: exchanges[number].attempts.process.generation)
        upstreams[upstream].client = nil
        closeUpstream(upstream)
    }
}

/// What is wrong with a response.
struct ResponseFault {
    let cause: Cause
    let words: StaticString

    init(_ words: StaticString) {
        cause = .malformedResponse
        self.words = words
    }

    init(_ malformation: Malformation) {
        let isTooLarge = malformation == .headTooLarge || malformation == .tooManyFields
        cause = isTooLarge ? .responseHeadTooLarge : .malformedResponse
        words = malformation.sentence
    }
}

extension Cause {
    /// Why an attempt failed, as the client and the log are told.
    fileprivate init(_ failure: AttemptFailure, _ errno: Errno?, hasAnswered: Bool) {
        switch failure {
        case .notConnected:
            switch errno {
            case .connectionRefused: self = .refused
            case .timedOut: self = .connectTimeout
            default: self = .unreachable
            }
        case .brokenUnsent, .brokenSent: self = hasAnswered ? .incomplete : .terminated
        case .timedOut: self = hasAnswered ? .incomplete : .silent
        case .malformed: self = .malformedResponse
        }
    }
}

extension Errno {
    /// Whether it tells of a lack on this side of a connection.
    fileprivate var isOurOwn: Bool {
        let lacks: Set<Errno> = [
            .tooManyInProcess, .tooManyInSystem, .noMemory, .noBuffers, .addressNotAvailable,
        ]
        return lacks.contains(self)
    }
}
