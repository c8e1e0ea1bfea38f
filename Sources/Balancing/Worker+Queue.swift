import Basics
import Choosing
import Kernel

/// Requests that wait for a backend: what is done for them. When, `RequestQueue` says.
extension Worker {
    /// Lets a request wait, or answers it where there is nothing to wait for.
    mutating func queue(_ exchange: Exchange.Slot, for reason: WaitReason) {
        let waited = exchanges[exchange].attempts.waited.count
        let limit = plan.options.queueTimeout.count
        let joined = waiting.joined(
            exchanges.key(exchange), for: reason,
            patience: Nanoseconds(limit > waited ? limit - waited : 0), outlook(), now: now)
        switch joined {
        case .waits: exchanges[exchange].phase = .queued
        case .full: giveUp(exchange, nobodyReady(exchange))
        case .hopeless: giveUp(exchange, answer(to: reason, of: exchange))
        }
    }

    /// Delivers what can be delivered now, and sends away what has waited long enough.
    mutating func settleQueue() {
        let outlook = outlook()
        if !waiting.isDue(outlook, now: now) { return }
        for key in waiting.keys where exchanges.isCurrent(key) { learnEndings(key.slot) }
        var queue = waiting
        let settled = queue.settle(outlook, now: now) { standing($0) }
        waiting = queue
        for (key, settlement) in settled where exchanges.isCurrent(key) {
            let exchange = key.slot
            let client = exchanges[exchange].client
            switch settlement {
            case .deliver(let waited):
                exchanges[exchange].attempts.waited(for: waited)
                exchanges[exchange].phase = .delivering
                deliver(exchange)
            case .answer(let reason): giveUp(exchange, answer(to: reason, of: exchange))
            }
            serve(client)
        }
    }

    private mutating func giveUp(_ exchange: Exchange.Slot, _ own: OwnAnswer) {
        noteGivenUp(exchange)
        answer(exchange, own)
    }

    private func outlook() -> RequestQueue.Outlook {
        RequestQueue.Outlook(
            version: roster.version, hasBackend: !roster.rotation.isEmpty,
            isEveryoneDying: waiting.awaitsNews && isEverybodyDying, returns: roster.returns)
    }

    private func standing(_ key: Exchange.Key) -> RequestQueue.Standing? {
        if !exchanges.isCurrent(key) { return nil }
        let process = exchanges[key.slot].attempts.process
        return RequestQueue.Standing(
            isProcessCurrent: roster.isCurrent(
                slot: process.slot, generation: process.generation),
            blame: exchanges[key.slot].attempts.blame)
    }

    /// What a request is told that waited for nothing.
    private func answer(to reason: WaitReason, of exchange: Exchange.Slot) -> OwnAnswer {
        let name = name(ofSlot: exchanges[exchange].attempts.process.slot)
        switch reason {
        case .backend, .news: return nobodyReady(exchange)
        case .endings:
            let words = Self.words(.deadly) ?? ""
            return OwnAnswer(.terminated, Cause.terminated.sentence(about: name, words))
        case .death(let cause, let detail):
            return OwnAnswer(cause, cause.sentence(about: name, Self.words(detail) ?? ""))
        }
    }
}
