import Basics
import Choosing
import Control
import HTTP1
import Kernel

extension Worker {
    /// Writing to a backend failed.
    mutating func writeFailed(
        _ exchange: Exchange.Slot, _ upstream: UpstreamConnection.Slot, _ errno: Errno
    ) -> Step {
        let isConnecting = upstreams[upstream].phase == .connecting
        if isConnecting { return attemptFailed(exchange, .notConnected, errno: errno) }
        // It may have answered before it closed: what it said is still to be read, and the end or
        // the error behind it decides.
        upstreams[upstream].directions.remove(.writable)
        upstreams[upstream].directions.insert([.readable, .peerEnded])
        return .moved(0)
    }

    /// Reading from a backend failed, or ended before the response did.
    mutating func readFailed(
        _ exchange: Exchange.Slot, _ upstream: UpstreamConnection.Slot, errno: Errno?
    ) -> Step {
        if upstreams[upstream].phase == .connecting {
            let pending = Socket.pendingError(of: upstreams[upstream].transport.socket)
            return attemptFailed(exchange, .notConnected, errno: errno ?? pending)
        }
        let sent = exchanges[exchange].request.sent
        var isUnsent = sent == 0 && exchanges[exchange].request.isWhole
        // A kept connection may have been closed just before it was used again.
        if !isUnsent && upstreams[upstream].idled != nil {
            isUnsent = Socket.metClosedPeer(upstreams[upstream].transport.socket, last: sent)
        }
        return attemptFailed(exchange, isUnsent ? .brokenUnsent : .brokenSent, errno: errno)
    }

    @discardableResult
    mutating func attemptFailed(
        _ exchange: Exchange.Slot, _ failure: AttemptFailure, errno: Errno?
    ) -> Step {
        let client = clients.key(exchanges[exchange].client)
        if attemptEnded(exchange, failure, errno: errno) { deliver(exchange) }
        return clients.isCurrent(client) ? .moved(0) : .gone
    }

    /// An attempt has failed: lets its connection go, and does what is decided. True when the
    /// request is to be delivered again; otherwise the client waits, or has been answered or cut
    /// off.
    mutating func attemptEnded(
        _ exchange: Exchange.Slot, _ failure: AttemptFailure, errno: Errno?,
        _ fault: ResponseFault? = nil
    ) -> Bool {
        let process = exchanges[exchange].attempts.process
        exchanges[exchange].attempts.progress.endedAt = now
        let wasClosing = noteClosing(exchange, failure)
        letAttemptGo(exchange)
        if failure == .notConnected { noteUnconnected(process, errno) }
        let cause =
            fault?.cause
            ?? Cause(failure, errno, hasAnswered: exchanges[exchange].answering.hasAnswered)
        var facts = attemptFacts(exchange)
        facts.wasClosing = wasClosing
        learnEndings(exchange)
        let message = exchanges[exchange].message
        if exchanges[exchange].phase == .answering && !message.hasAnswered {
            counters.spoilt(slot: process.slot)
        }
        var decision = exchanges[exchange].attempts.failed(failure, cause, message, facts)
        picker.failed(process, now: now)
        if decision == .again(isPaid: true) {
            let isGranted = spendRetry(from: process.slot)
            if !isGranted { decision = exchanges[exchange].attempts.denied(cause, facts) }
        }
        switch decision {
        case .again:
            noteLoss(exchange, failure, hasDied: facts.hasDied, .goesOn)
            rewind(exchange, from: process.slot)
            return true
        case .wait(let reason):
            noteLoss(exchange, failure, hasDied: facts.hasDied, .goesOn)
            rewind(exchange, from: process.slot)
            queue(exchange, for: reason)
        case .answer(let detail):
            noteLoss(exchange, failure, hasDied: facts.hasDied, .isOver)
            counters.failed(slot: process.slot, cause: cause.rawValue, isCounted: false)
            let why = fault.map { "\($0.words)" } ?? errno.map { "\($0)" } ?? ""
            explain(exchange, cause, Self.words(detail) ?? why)
        case .cut:
            noteLoss(exchange, failure, hasDied: facts.hasDied, .isOver)
            counters.failed(
                slot: process.slot, cause: cause.rawValue,
                isCounted: !exchanges[exchange].asked.isStream)
            exchanges[exchange].answering.cause = cause
            abort(exchange)
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
    /// again. True where it was one.
    private mutating func noteClosing(
        _ exchange: Exchange.Slot, _ failure: AttemptFailure
    ) -> Bool {
        guard failure == .brokenSent || failure == .brokenUnsent,
            let upstream = exchanges[exchange].attempts.upstream,
            let idled = upstreams[upstream].idled, exchanges[exchange].response.isUntouched
        else { return false }
        pool.ended(upstreams[upstream], idled: idled, now: now)
        return true
    }

    private mutating func letAttemptGo(_ exchange: Exchange.Slot) {
        let process = exchanges[exchange].attempts.process
        noteReleased(process)
        if let upstream = exchanges[exchange].attempts.upstream {
            exchanges[exchange].attempts.upstream = nil
            upstreams[upstream].client = nil
            closeUpstream(upstream)
        }
    }

    private mutating func noteUnconnected(_ process: BackendProcess, _ errno: Errno?) {
        counters.connectFailed(slot: process.slot)
        if errno == .connectionRefused, let index = roster.index(ofSlot: process.slot) {
            roster.members[index].address.wasRefused()
        }
        // That this process has run out of something says nothing about the backend.
        if errno.map({ !$0.isOurOwn }) ?? true {
            picker.unreached(process)
        }
    }

    /// What is known of the backends, for an attempt that has failed.
    private func attemptFacts(_ exchange: Exchange.Slot) -> Attempts.Facts {
        let process = exchanges[exchange].attempts.process
        let hasOther = roster.rotation.contains { index in
            let other = roster.members[index].process
            return !exchanges[exchange].attempts.includes(other) && !hasDied(other)
        }
        return .init(
            isSupervised: plan.isSupervised, hasDied: hasDied(process), hasOther: hasOther,
            retries: plan.options.retries)
    }

    /// Takes one retry out of the budget; false, and counted, where that has none left.
    private mutating func spendRetry(from slot: BackendSlot) -> Bool {
        guard let terms = plan.retryTerms else { return true }
        let isGranted = budget.grant(terms, now: now)
        if !isGranted { counters.retryDenied(from: slot) }
        return isGranted
    }

    /// There is one more request, of which a share may be retried.
    mutating func noteForBudget() {
        if let terms = plan.retryTerms { budget.requested(terms, now: now) }
    }

    /// Everything is to be sent once more, and nothing of what was answered counts.
    mutating func rewind(_ exchange: Exchange.Slot, from slot: BackendSlot) {
        counters.retried(from: slot)
        exchanges[exchange].request.rewind()
        if exchanges[exchange].asked.parentAt > 0 { heads.renewParent(&exchanges[exchange]) }
        exchanges[exchange].phase = .delivering
        largeHeadEnded(exchange)
        buffers.giveBack(exchanges[exchange].response.queue.take())
        buffers.giveBack(exchanges[exchange].response.framed.take())
        exchanges[exchange].response = Relay(sent: .dropped)
        exchanges[exchange].stream.down.giveBack(to: &buffers)
        exchanges[exchange].stream.down = Flow()
        exchanges[exchange].stream.up.rewind()
        exchanges[exchange].stream.endsFirst = nil
    }

    mutating func responseMalformed(_ exchange: Exchange.Slot, _ fault: ResponseFault) {
        _ = attemptEnded(exchange, .malformed, errno: nil, fault)
    }

    /// Gives the request to a backend that it has not been tried on. `isCalled`: it has waited for
    /// room, and there is some.
    mutating func deliver(_ exchange: Exchange.Slot, isCalled: Bool = false) {
        while true {
            guard let pick = choose(for: exchange, isCalled: isCalled) else { return }
            let index = pick.index
            let member = roster.members[index].process
            let isFirst = exchanges[exchange].attempts.count == 0
            let isAgain = !isFirst && exchanges[exchange].attempts.includes(member)
            if !isFirst {
                counters.retried(to: member.slot)
            } else {
                counters.delivered()
                noteForBudget()
            }
            if !isFirst {
                learnEndings(exchange)
                exchanges[exchange].keepLastAttempt()
            }
            exchanges[exchange].attempts.began(on: member, why: pick.why, at: now)
            if plan.keepsByAddress {
                picker.placed(exchanges[exchange].asked.network, on: member, now: now)
            }
            // Where one has died others may have: what was never written no backend can have
            // received.
            if exchanges[exchange].attempts.count > 1 && hasDied(member) {
                counters.notTried(slot: member.slot)
                if !attemptEnded(exchange, .notConnected, errno: .connectionRefused) { return }
                continue
            }
            // What is still to come may be too long to be kept for a second time.
            let isRepeatable =
                exchanges[exchange].asked.method.isIdempotent
                && exchanges[exchange].request.isComplete
            let checkout = checkOut(
                index, isRepeatable: isRepeatable,
                client: exchanges[exchange].client,
                fresh: isAgain || exchanges[exchange].attempts.needsFresh)
            switch checkout {
            case .connection(let upstream):
                exchanges[exchange].attempts.upstream = upstream
                upstreams[upstream].activeAt = now
                // What becomes of a connection is told: a stream has nothing to try it with.
                if exchanges[exchange].asked.isStream { upstreams[upstream].directions = [] }
                // A new one may be to a backend that can't serve one more.
                let isNew = upstreams[upstream].idled == nil
                exchanges[exchange].attempts.progress.isNew = isNew
                let patience = isNew ? Limits.unreadMoment : HangSuspicion.Thresholds().least
                arm(upstream: upstream, for: now + patience)
                return
            case .failed(let errno):
                if !attemptEnded(exchange, .notConnected, errno: errno) { return }
            }
        }
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
