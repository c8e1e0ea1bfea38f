import Basics
import Choosing
import HTTP1
import Kernel

/// What the balancer says in its own name.
extension Worker {
    /// An answer that waits for the supervisor to say how a process ended.
    struct Awaited {
        let exchange: SlabKey
        let answer: OwnAnswer
        let until: Instant
    }

    /// Answers in the balancer's own name.
    mutating func answer(_ number: UInt32, _ own: OwnAnswer) {
        if exchanges[number].isStream {
            // There is nobody to whom it could be said but the log: the connection is reset.
            exchanges[number].cause = own.cause
            exchanges[number].phase = .answeringItself
            return
        }
        if !exchanges[number].request.isComplete || leaving != .staying {
            exchanges[number].keepsClient = false
        }
        if exchanges[number].phase == .readingHead && exchanges[number].request.asksWithHead {
            exchanges[number].method = .head
        }
        // What could not be read has no name of its own yet.
        if exchanges[number].requestID.isEmpty { exchanges[number].requestID = identity.next(now) }
        var own = own
        own.requestID = Self.string(exchanges[number].requestID)
        complete(&own, number)
        let form = OwnAnswer.Form(
            format: format(number), closes: !exchanges[number].keepsClient,
            toHead: exchanges[number].method == .head, isOld: exchanges[number].minorVersion == 0)
        exchanges[number].phase = .answeringItself
        exchanges[number].status = own.status
        exchanges[number].cause = own.cause
        if exchanges[number].savedLine.isEmpty { saveLine(number) }
        lane.answeredByBalancer()
        let date = dateLine.line(now)
        exchanges[number].response.replace { queue in
            own.write(to: &queue, as: form, date: date.bytes)
        }
    }

    /// The form that the client asked for, while its head is still here.
    mutating func format(_ number: UInt32) -> AnswerFormat {
        if let known = exchanges[number].format { return known }
        guard exchanges[number].request.reread(&requestHead), let accept = requestHead.accept else {
            return .text
        }
        return AnswerFormat(acceptedBy: exchanges[number].request.rereadText(accept.range))
    }

    /// The same of the head that was just parsed and will not be sent on.
    mutating func noteFormat(_ number: UInt32) {
        guard let accept = requestHead.accept else {
            exchanges[number].format = .text
            return
        }
        exchanges[number].format = AnswerFormat(
            acceptedBy: exchanges[number].request.string(accept.range))
    }

    /// Adds what is known of the backend and of each attempt.
    private func complete(_ own: inout OwnAnswer, _ number: UInt32) {
        let tried = exchanges[number].attempts.log
        for index in tried.kept {
            guard let cause = tried.cause(index) else { continue }
            own.attempts.append(.init(backend: name(ofSlot: tried.slot(index)), cause: cause))
        }
        guard own.cause.isOfBackend,
            let index = roster.index(ofSlot: exchanges[number].attempts.process.slot)
        else { return }
        own.backend = Self.string(roster.members[index].name)
        if !exchanges[number].isLocal { return }
        let process = exchanges[number].attempts.process
        let (slot, generation) = (process.slot, process.generation)
        if let ended = roster.ending(slot: slot, generation: generation) {
            own.pid = ended.pid
            own.ended = ended
            own.endedAgo = now.since(ended.at)
        } else if roster.members[index].generation == generation {
            own.pid = roster.members[index].pid
        }
    }

    func name(ofSlot slot: UInt32) -> String {
        roster.index(ofSlot: slot).map { Self.string(roster.members[$0].name) } ?? "a backend"
    }

    /// Tells the client that its request could not be saved. Where the process seems to have died
    /// just now, that waits for a moment: the supervisor is about to say how it did.
    mutating func explain(_ number: UInt32, _ cause: Cause, _ detail: String) {
        let name = name(ofSlot: exchanges[number].attempts.process.slot)
        let own = OwnAnswer(cause, cause.sentence(about: name, detail))
        let process = exchanges[number].attempts.process
        let (slot, generation) = (process.slot, process.generation)
        let isNews =
            plan.isSupervised && !exchanges[number].isStream
            && (cause == .terminated || cause == .refused)
            && roster.isCurrent(slot: slot, generation: generation)
        if !isNews {
            answer(number, own)
            return
        }
        exchanges[number].phase = .awaitingNews
        awaited.append(
            Awaited(
                exchange: exchanges.key(number), answer: own, until: now + Limits.newsDelay))
    }

    /// Gives the answers whose news has come, or is not coming.
    mutating func settleAwaited() {
        for entry in awaited where exchanges.isCurrent(entry.exchange) {
            let number = entry.exchange.slot
            let isCurrent = roster.isCurrent(
                slot: exchanges[number].attempts.process.slot,
                generation: exchanges[number].attempts.process.generation)
            if isCurrent && now < entry.until { continue }
            answer(number, entry.answer)
            serve(exchanges[number].client)
        }
        awaited.removeAll { entry in
            !exchanges.isCurrent(entry.exchange)
                || exchanges[entry.exchange.slot].phase != .awaitingNews
        }
    }

    /// Nobody can be chosen: says how it stands with each.
    func nobodyReady(_ number: UInt32) -> OwnAnswer {
        var own = OwnAnswer(.nobodyReady, nobodyReadySentence(number))
        // Whole seconds, and only where one can be expected at all.
        let wait = roster.returns.since(now).count / 1_000_000_000 + 1
        own.retryAfter = roster.returns == .never ? nil : wait
        return own
    }

    private func nobodyReadySentence(_ number: UInt32) -> String {
        if roster.members.isEmpty { return "no backend is configured" }
        if !exchanges[number].isLocal { return "no backend is ready" }
        var states: [String] = []
        for member in roster.members.prefix(10) {
            let name = Self.string(member.name)
            switch member.fact {
            case .starting: states.append("\(name) is starting")
            case .ready: states.append("\(name) is ready")
            case .draining: states.append("\(name) is draining")
            case .paused: states.append("\(name) is paused")
            case .gone:
                let words = member.ended.map { OwnAnswer.past($0.words) }
                states.append("\(name) \(words ?? "is down")")
            }
        }
        return "no backend is ready (\(states.joined(separator: ", ")))"
    }

    static func string(_ text: InlineText) -> String {
        Utf8.string(text.bytes)
    }
}
