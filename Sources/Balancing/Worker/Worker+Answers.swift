import Basics
import Control
import Kernel

/// What the balancer says in its own name.
extension Worker {
    /// Answers in the balancer's own name.
    mutating func answer(_ exchange: Exchange.Slot, _ own: OwnAnswer) {
        if exchanges[exchange].asked.isStream {
            // Only the log can tell of it: the connection is reset.
            exchanges[exchange].answering.cause = own.cause
            exchanges[exchange].phase = .answeringItself
            return
        }
        var own = own
        complete(&own, exchange)
        if plan.options.serverTiming {
            heads.timing = ServerTiming(exchanges[exchange], isAnswered: false, now: now)
        }
        if exchanges[exchange].asked.savedLine.isEmpty { saveLine(exchange) }
        heads.answer(&exchanges[exchange], own, isLeaving: acceptance.isLeaving, now: now)
        counters.answeredByBalancer(
            own.cause.rawValue, isUnusual: own.status / 100 == 5 && own.cause.status / 100 != 5)
    }

    /// Adds what is known of the backend and of each attempt.
    private func complete(_ own: inout OwnAnswer, _ exchange: Exchange.Slot) {
        let tried = exchanges[exchange].attempts.log
        for index in tried.kept {
            guard let cause = tried.cause(index) else { continue }
            own.attempts.append(.init(backend: name(ofSlot: tried.slot(index)), cause: cause))
        }
        guard own.cause.isOfBackend,
            let index = roster.index(ofSlot: exchanges[exchange].attempts.process.slot)
        else { return }
        own.backend = Self.string(roster.members[index].name)
        if !exchanges[exchange].asked.isLocal { return }
        let process = exchanges[exchange].attempts.process
        let (slot, generation) = (process.slot, process.generation)
        if let ended = roster.ending(slot: slot, generation: generation) {
            own.pid = ended.pid
            own.ended = ended
            own.endedAgo = now.since(ended.at)
        } else if roster.members[index].generation == generation {
            own.pid = roster.members[index].pid
        }
    }

    func name(ofSlot slot: BackendSlot) -> String {
        roster.index(ofSlot: slot).map { Self.string(roster.members[$0].name) } ?? "a backend"
    }

    /// Tells the client that its request could not be saved. Where the process seems to have died
    /// just now, that waits for a moment: the supervisor is about to say how it did.
    mutating func explain(_ exchange: Exchange.Slot, _ cause: Cause, _ detail: String) {
        let name = name(ofSlot: exchanges[exchange].attempts.process.slot)
        let own = OwnAnswer(cause, cause.sentence(about: name, detail))
        let process = exchanges[exchange].attempts.process
        let (slot, generation) = (process.slot, process.generation)
        let isNews =
            plan.isSupervised && !exchanges[exchange].asked.isStream
            && (cause == .terminated || cause == .refused)
            && roster.isCurrent(slot: slot, generation: generation)
        if !isNews {
            answer(exchange, own)
            return
        }
        exchanges[exchange].phase = .awaitingNews
        queues.forNews.joined(exchanges.key(exchange), own, about: process, now: now)
    }

    /// No backend can be chosen: says how it stands with each.
    func noBackendReady(_ exchange: Exchange.Slot) -> OwnAnswer {
        var own = OwnAnswer(.noBackendReady, noBackendReadySentence(exchange))
        let expected = roster.returns
        own.retryAfter = expected == .never ? nil : RetryAfter(expected.since(now))
        return own
    }

    private func noBackendReadySentence(_ exchange: Exchange.Slot) -> String {
        if roster.members.isEmpty { return "no backend is configured" }
        if !exchanges[exchange].asked.isLocal { return "no backend is ready" }
        var states: [String] = []
        for member in roster.members.prefix(10) {
            let name = Self.string(member.name)
            switch member.fact {
            case .starting: states.append("\(name) is starting")
            case .ready: states.append("\(name) is ready")
            case .draining: states.append("\(name) is draining")
            case .paused: states.append("\(name) is paused")
            case .gone:
                states.append("\(name) \(member.ended?.predicate ?? "is down")")
            }
        }
        return "no backend is ready (\(states.joined(separator: ", ")))"
    }

    static func string(_ text: InlineText) -> String {
        Utf8.string(text.bytes)
    }
}
