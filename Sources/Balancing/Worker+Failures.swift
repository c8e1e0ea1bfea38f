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

    private mutating func attemptFailed(
        _ number: UInt32, _ failure: AttemptFailure, errno: Errno?
    ) -> Step {
        let client = clients.key(exchanges[number].client)
        if attemptEnded(number, failure, errno: errno) { deliver(number) }
        return clients.isCurrent(client) ? .moved(0) : .gone
    }

    /// An attempt has failed: lets its connection go and decides. True when the request is to be
    /// delivered again; otherwise the client has been answered or cut off.
    mutating func attemptEnded(
        _ number: UInt32, _ failure: AttemptFailure, errno: Errno?
    ) -> Bool {
        let slot = exchanges[number].slot
        let generation = exchanges[number].generation
        lane.released(slot: slot, generation: generation)
        if let upstream = exchanges[number].upstream {
            exchanges[number].upstream = nil
            upstreams[upstream].client = nil
            closeUpstream(upstream)
        }
        if failure == .notConnected {
            lane.connectFailed(slot: slot)
            // That this process has run out of something says nothing about the backend.
            if errno.map({ !$0.isOurOwn }) ?? true {
                _ = plan.scoreboard.verdict(slot: Int(slot)).addFailure(of: generation)
            }
        }
        let state = exchanges[number].attemptState(retries: plan.options.retries)
        switch Retrying.decide(failure, state) {
        case .again:
            lane.retried(from: slot)
            exchanges[number].request.rewind()
            exchanges[number].phase = .delivering
            giveBack(exchanges[number].response.queue.take())
            giveBack(exchanges[number].response.framed.take())
            exchanges[number].response = Relay(sent: .dropped)
            return true
        case .giveUp:
            lane.failed(slot: slot)
            answer(number, explanation(of: failure, slot: slot, errno: errno))
            return false
        case .abort:
            lane.failed(slot: slot)
            abort(number)
            return false
        }
    }

    /// The backend did what was asked of it: earlier failures do not count any more.
    mutating func succeeded(_ number: UInt32) {
        let verdict = plan.scoreboard.verdict(slot: Int(exchanges[number].slot))
        if verdict.failures(of: exchanges[number].generation) > 0 {
            verdict.setFailures(0, of: exchanges[number].generation)
        }
    }

    private func explanation(
        of failure: AttemptFailure, slot: UInt32, errno: Errno?
    ) -> OwnAnswer {
        let name = describe(slot)
        let why = errno.map { " (\($0))" } ?? ""
        switch failure {
        case .notConnected:
            return OwnAnswer(
                status: OwnAnswer.unavailable, sentence: "\(name) can't be reached\(why).")
        case .brokenUnsent, .brokenSent:
            return OwnAnswer(
                status: OwnAnswer.badGateway,
                sentence: "\(name) closed the connection before it had answered\(why).")
        case .timedOut:
            return OwnAnswer(
                status: OwnAnswer.gatewayTimeout, sentence: "\(name) did not answer in time.")
        case .malformed:
            return OwnAnswer(
                status: OwnAnswer.badGateway, sentence: "\(name) sent no proper response.")
        }
    }

    /// Nobody can be chosen: says how it stands with each.
    func nobodyReady() -> OwnAnswer {
        if roster.members.isEmpty {
            return OwnAnswer(
                status: OwnAnswer.unavailable, sentence: "No backend is configured.")
        }
        var states: [String] = []
        for member in roster.members.prefix(10) {
            let name = Self.string(member.name)
            switch member.fact {
            case .starting: states.append("\(name) is starting")
            case .ready: states.append("\(name) is ready")
            case .draining: states.append("\(name) is draining")
            case .paused: states.append("\(name) is paused")
            case .gone:
                states.append(
                    member.ending.isEmpty ? "\(name) is down" : "\(name) was \(member.ending)")
            }
        }
        return OwnAnswer(
            status: OwnAnswer.unavailable,
            sentence: "No backend is ready: \(states.joined(separator: ", ")).")
    }

    private func describe(_ slot: UInt32) -> String {
        guard let index = roster.index(ofSlot: slot) else { return "The backend" }
        return "Backend \(Self.string(roster.members[index].name))"
    }

    static func string(_ text: InlineText) -> String {
        var bytes: [UInt8] = []
        let span = text.bytes
        for index in span.indices { bytes.append(span[index]) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What the client sent is no proper request; what it meant to send next can't be known.
    mutating func requestMalformed(_ number: UInt32, _ reason: Malformation) {
        exchanges[number].keepsClient = false
        if exchanges[number].hasAnswered {
            abort(number)
            return
        }
        if exchanges[number].phase == .readingHead { exchanges[number].savedLine.append(text: "-") }
        letUpstreamGo(number)
        answer(number, OwnAnswer(status: reason.status, sentence: "\(reason.sentence)"))
    }

    mutating func responseMalformed(_ number: UInt32, _ sentence: String) {
        _ = attemptEnded(number, .malformed, errno: nil)
    }

    /// The client left before it was answered.
    mutating func clientVanished(_ number: UInt32) {
        let client = exchanges[number].client
        if exchanges[number].phase == .tunnelling {
            logAccess(number)
        } else {
            // 499 is nginx's: the client left, and nobody was told.
            exchanges[number].status = 499
            logAccess(number)
        }
        letUpstreamGo(number)
        discard(number)
        closeClient(client)
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

    /// Answers in the balancer's own name.
    mutating func answer(_ number: UInt32, _ own: OwnAnswer) {
        if !exchanges[number].request.isComplete || leaving != .staying {
            exchanges[number].keepsClient = false
        }
        exchanges[number].phase = .answeringItself
        exchanges[number].status = own.status
        if exchanges[number].savedLine.isEmpty { saveLine(number) }
        lane.answeredByBalancer()
        let date = dateLine.line(now)
        let closes = !exchanges[number].keepsClient
        let toHead = exchanges[number].method == .head
        let isOld = exchanges[number].minorVersion == 0
        exchanges[number].response.replace { queue in
            own.write(
                to: &queue, date: date.bytes, closes: closes, toHead: toHead, isOld: isOld)
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
