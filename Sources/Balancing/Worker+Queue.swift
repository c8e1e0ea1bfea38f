import Basics
import Choosing
import Kernel

/// Requests that wait for a backend: what is done for them. When, `RequestQueue` says.
extension Worker {
    /// Lets a request wait, or answers it where there is nothing to wait for.
    mutating func queue(_ number: UInt32, for reason: WaitReason) {
        let waited = exchanges[number].attempts.waited.count
        let limit = plan.options.queueTimeout.count
        let joined = waiting.joined(
            exchanges.key(number), for: reason,
            patience: Nanoseconds(limit > waited ? limit - waited : 0), outlook(), now: now)
        switch joined {
        case .waits: exchanges[number].phase = .queued
        case .full: giveUp(number, nobodyReady(number))
        case .hopeless: giveUp(number, answer(to: reason, of: number))
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
            let number = key.slot
            let client = exchanges[number].client
            switch settlement {
            case .deliver(let waited):
                exchanges[number].attempts.waited(for: waited)
                exchanges[number].phase = .delivering
                deliver(number)
            case .answer(let reason): giveUp(number, answer(to: reason, of: number))
            }
            serve(client)
        }
    }

    private mutating func giveUp(_ number: UInt32, _ own: OwnAnswer) {
        noteGivenUp(number)
        answer(number, own)
    }

    private func outlook() -> RequestQueue.Outlook {
        RequestQueue.Outlook(
            version: roster.version, hasBackend: !roster.rotation.isEmpty,
            isEveryoneDying: waiting.awaitsNews && isEverybodyDying, returns: roster.returns)
    }

    private func standing(_ key: SlabKey) -> RequestQueue.Standing? {
        if !exchanges.isCurrent(key) { return nil }
        let process = exchanges[key.slot].attempts.process
        return RequestQueue.Standing(
            isProcessCurrent: roster.isCurrent(
                slot: process.slot, generation: process.generation),
            blame: exchanges[key.slot].attempts.blame)
    }

    /// What a request is told that waited for nothing.
    private func answer(to reason: WaitReason, of number: UInt32) -> OwnAnswer {
        let name = name(ofSlot: exchanges[number].attempts.process.slot)
        switch reason {
        case .backend, .news: return nobodyReady(number)
        case .endings:
            let words = Self.words(.deadly) ?? ""
            return OwnAnswer(.terminated, Cause.terminated.sentence(about: name, words))
        case .death(let cause, let detail):
            return OwnAnswer(cause, cause.sentence(about: name, Self.words(detail) ?? ""))
        }
    }
}
