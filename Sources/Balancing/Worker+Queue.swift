import Basics
import Choosing
import Kernel

/// Requests that wait for a backend: while none is ready and the supervisor says that one is
/// coming, a client is better off waiting for a moment than being sent away.
extension Worker {
    struct Queued {
        let exchange: SlabKey
        let wait: Wait
        /// Of the roster that it had when it came.
        let version: UInt64
        let since: Instant
        /// When it is to be looked at again though nothing happens.
        var until: Instant
    }

    enum Wait {
        /// Nobody is ready.
        case aBackend
        /// Everybody has failed it; if they have died, the supervisor is about to say so.
        case news
        /// One has failed it, and there is room for a retry only if that has died.
        case death(Cause)

        /// Whether it is but for a moment.
        var isShort: Bool {
            switch self {
            case .aBackend: false
            case .news, .death: true
            }
        }
    }

    private enum Outlook {
        case deliver
        case waitOn(until: Instant)
        case hopeless
    }

    /// Whether a request that everybody has failed may wait for those who come in their place:
    /// nobody can have acted on it, or it may be done twice.
    func mayWait(_ number: UInt32, _ failure: AttemptFailure, _ state: AttemptState) -> Bool {
        if !plan.isSupervised || exchanges[number].hasWaited { return false }
        if state.hasAnswered || !state.isReplayable { return false }
        switch failure {
        case .notConnected, .brokenUnsent: return true
        case .brokenSent:
            return state.isIdempotent && blame(number).least < Retrying.mostDeaths
        case .timedOut, .malformed: return false
        }
    }

    /// Lets a request wait, or answers it where there is nothing to wait for.
    mutating func queue(_ number: UInt32, for wait: Wait) {
        let until = wait.isShort ? now + Limits.newsDelay : now + plan.options.queueTimeout
        let entry = Queued(
            exchange: exchanges.key(number), wait: wait, version: roster.version, since: now,
            until: until)
        if case .hopeless = outlook(entry, isDeserted: false), !wait.isShort {
            answer(number, nobodyReady(number))
            return
        }
        if queued.count >= Limits.queue {
            answer(number, nobodyReady(number))
            return
        }
        exchanges[number].phase = .queued
        exchanges[number].hasWaited = true
        queued.append(entry)
    }

    /// Delivers what can be delivered now, and sends away what has waited long enough.
    mutating func settleQueue() {
        let isNews = queueVersion != roster.version
        if !isNews && !queued.contains(where: { $0.until <= now }) { return }
        queueVersion = roster.version
        let isDeserted = queued.contains { $0.wait.isShort } && isEverybodyDying
        let waiting = queued
        queued.removeAll(keepingCapacity: true)
        for var entry in waiting where exchanges.isCurrent(entry.exchange) {
            let number = entry.exchange.slot
            let client = exchanges[number].client
            switch outlook(entry, isDeserted: isDeserted) {
            case .waitOn(let until):
                entry.until = until
                queued.append(entry)
            case .deliver:
                exchanges[number].phase = .delivering
                deliver(number)
                serve(client)
            case .hopeless:
                answer(number, hopelessAnswer(entry))
                serve(client)
            }
        }
    }

    private func hopelessAnswer(_ entry: Queued) -> OwnAnswer {
        let number = entry.exchange.slot
        let name = name(ofSlot: exchanges[number].slot)
        switch entry.wait {
        case .aBackend: return nobodyReady(number)
        case .news where blame(number).most < Retrying.mostDeaths: return nobodyReady(number)
        case .news:
            return OwnAnswer(.terminated, Cause.terminated.sentence(about: name, Self.deadly))
        case .death(let cause):
            return OwnAnswer(cause, cause.sentence(about: name, "there were too many retries"))
        }
    }

    /// `isDeserted`: all that are in the rotation are known to be dying.
    private func outlook(_ entry: Queued, isDeserted: Bool) -> Outlook {
        if case .death = entry.wait {
            let number = entry.exchange.slot
            let isAlive = roster.isCurrent(
                slot: exchanges[number].slot, generation: exchanges[number].generation)
            if isAlive { return now < entry.until ? .waitOn(until: entry.until) : .hopeless }
        }
        if case .news = entry.wait {
            let blame = blame(entry.exchange.slot)
            if blame.least >= Retrying.mostDeaths { return .hopeless }
            // Whether it is to blame is about to be said; where it is not, rather not.
            if blame.most >= Retrying.mostDeaths {
                return now < entry.until ? .waitOn(until: entry.until) : .hopeless
            }
        }
        if !roster.rotation.isEmpty {
            // Who has failed it is still there for all we know: a moment more, then once again.
            let isOld = entry.wait.isShort && (roster.version == entry.version || isDeserted)
            return isOld && now < entry.until ? .waitOn(until: entry.until) : .deliver
        }
        let deadline = entry.since + plan.options.queueTimeout
        if now >= deadline || roster.returns > deadline { return .hopeless }
        return .waitOn(until: deadline)
    }
}
