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
        let isUnsent =
            exchanges[number].request.sent == 0 && exchanges[number].request.isWhole
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

    /// An attempt has failed: lets its connection go and decides. True when the request is to be
    /// delivered again; otherwise the client has been answered or cut off.
    mutating func attemptEnded(
        _ number: UInt32, _ failure: AttemptFailure, errno: Errno?,
        _ fault: ResponseFault? = nil
    ) -> Bool {
        let (slot, generation) = (exchanges[number].slot, exchanges[number].generation)
        lane.released(slot: slot, generation: generation)
        if let upstream = exchanges[number].upstream {
            exchanges[number].upstream = nil
            upstreams[upstream].client = nil
            closeUpstream(upstream)
        }
        if failure == .notConnected { noteUnconnected(slot, generation, errno) }
        if failure == .brokenSent && hasDied(slot, generation) {
            exchanges[number].deaths.add(Loss(slot: Int(slot), generation: generation))
        }
        let cause =
            fault?.cause ?? Cause(failure, errno, hasAnswered: exchanges[number].hasAnswered)
        exchanges[number].tried.failed(cause)
        notePenalty(number)
        let state = exchanges[number].attemptState(
            retries: plan.options.retries, deaths: blame(number).most)
        switch Retrying.decide(failure, state) {
        case .again where isDeserted(number, errno) && mayWait(number, failure, state),
            .giveUp where mayWait(number, failure, state):
            // All have been tried, or nobody listens: the supervisor is about to say who has died.
            noteLoss(number, failure, isRetried: true)
            rewind(number, from: slot)
            queue(number, for: .news)
            return false
        case .again where mayRetry(number):
            noteLoss(number, failure, isRetried: true)
            rewind(number, from: slot)
            return true
        case .again where plan.isSupervised && !exchanges[number].hasWaited:
            // If that was a death the supervisor is about to say so, and then it is no matter of
            // the budget.
            noteLoss(number, failure, isRetried: true)
            rewind(number, from: slot)
            queue(number, for: .death(cause))
            return false
        case .again, .giveUp:
            noteLoss(number, failure, isRetried: false)
            lane.failed(slot: slot)
            let why = fault.map { "\($0.words)" } ?? errno.map { "\($0)" } ?? ""
            explain(number, cause, state.deaths < Retrying.mostDeaths ? why : Self.deadly)
            return false
        case .abort:
            noteLoss(number, failure, isRetried: false)
            lane.failed(slot: slot)
            exchanges[number].cause = cause
            abort(number)
            return false
        }
    }

    /// No connection to a backend could be made.
    private func noteUnconnected(_ slot: UInt32, _ generation: UInt64, _ errno: Errno?) {
        lane.connectFailed(slot: slot)
        if errno == .connectionRefused, let index = roster.index(ofSlot: slot) {
            roster.members[index].address.wasRefused()
        }
        // That this process has run out of something says nothing about the backend.
        if errno.map({ !$0.isOurOwn }) ?? true {
            _ = plan.scoreboard.verdict(slot: Int(slot)).addFailure(of: generation)
        }
    }

    /// Whether a request has been with all that can be chosen, and nobody listens any more.
    private func isDeserted(_ number: UInt32, _ errno: Errno?) -> Bool {
        errno == .connectionRefused
            && roster.rotation.allSatisfy {
                exchanges[number].tried.contains(roster.members[$0].slot)
            }
    }

    /// Whether there is room for one more retry. One that a death makes necessary needs none: there
    /// can be no more of them than there were requests in flight.
    private mutating func mayRetry(_ number: UInt32) -> Bool {
        guard let terms = plan.retryTerms else { return true }
        let (slot, generation) = (exchanges[number].slot, exchanges[number].generation)
        if !roster.isCurrent(slot: slot, generation: generation) { return true }
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
        let slot = Int(exchanges[number].slot)
        let verdict = plan.scoreboard.verdict(slot: slot)
        let failures = verdict.failures(of: exchanges[number].generation)
        if failures > 0 {
            if failures >= Suspicion.threshold && plan.slowStart != nil {
                plan.scoreboard.noteReturn(slot: slot, at: now)
            }
            verdict.setFailures(0, of: exchanges[number].generation)
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
    private mutating func abort(_ number: UInt32) {
        let client = exchanges[number].client
        logAccess(number)
        letUpstreamGo(number)
        discard(number)
        closeClient(client, reset: true)
    }

    /// Ends what a backend was doing for an exchange.
    mutating func letUpstreamGo(_ number: UInt32) {
        guard let upstream = exchanges[number].upstream else { return }
        exchanges[number].upstream = nil
        lane.released(slot: exchanges[number].slot, generation: exchanges[number].generation)
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
