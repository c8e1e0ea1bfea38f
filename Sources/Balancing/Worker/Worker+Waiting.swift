import Basics
import Control
import Kernel
import Scoreboard

/// Requests that come to wait, for a backend or for one to have room, and what they are told where
/// they can't: `RequestQueue` and `RoomQueue` decide.
extension Worker {
    /// Lets a request wait, or answers it where there is nothing to wait for.
    mutating func queue(_ exchange: Exchange.Slot, for reason: WaitReason) {
        let joined = queues.forBackend.joined(
            exchanges.key(exchange), for: reason, patience: patienceLeft(exchange), outlook(),
            now: now)
        switch joined {
        case .waits: exchanges[exchange].phase = .queued
        case .full: giveUp(exchange, noBackendReady(exchange))
        case .hopeless: giveUp(exchange, answer(to: reason, of: exchange))
        }
        noteQueued()
    }

    /// Lets a request wait for a backend, or for any, to have room.
    mutating func wait(_ exchange: Exchange.Slot, forRoomAt slot: BackendSlot?) {
        let joined = queues.forRoom.joined(
            exchanges.key(exchange), at: slot, arrivedAt: arrival(exchange),
            patience: patienceLeft(exchange), now: now)
        switch joined {
        case .waits: exchanges[exchange].phase = .queued
        case .late: giveUp(exchange, allBusy())
        case .full: giveUp(exchange, tooManyWait())
        }
        tellOfWaiting()
        noteQueued()
    }

    /// How long a request may wait yet, for whatever.
    private func patienceLeft(_ exchange: Exchange.Slot) -> Nanoseconds {
        let waited = exchanges[exchange].attempts.waited.count
        let limit = plan.options.queueTimeout.count
        return Nanoseconds(limit > waited ? limit - waited : 0)
    }

    /// When a request came to wait: one that a backend has let down had its turn already.
    private func arrival(_ exchange: Exchange.Slot) -> Instant {
        if exchanges[exchange].attempts.count > 0 { return exchanges[exchange].attempts.sentAt }
        let waited = exchanges[exchange].attempts.waited.count
        return Instant(nanoseconds: now.nanoseconds - min(waited, now.nanoseconds))
    }

    /// Says in the scoreboard which requests wait, and since when.
    mutating func tellOfWaiting() {
        counters.waiting(queues.forRoom.count, since: queues.forRoom.firstArrival)
        for (slot, first) in queues.forRoom.arrivals() { counters.waiting(at: slot, since: first) }
    }

    /// The worker whose request has waited for longest for room at a backend, or at any.
    func longestWaiting(at slot: BackendSlot?) -> Int? {
        plan.scoreboard.longestWaiting(
            at: slot, near: plan.firstWorker..<plan.firstWorker + plan.wakers.count,
            slack: Limits.roomSlack)
    }

    /// Says in the scoreboard how many requests wait for a backend.
    func noteQueued() { counters.queued(queues.forBackend.count + queues.forRoom.count) }

    private func tooManyWait() -> OwnAnswer {
        OwnAnswer(
            .backendsBusy, "all backends are busy, and \(Limits.queue) requests wait already")
    }

    func allBusy() -> OwnAnswer {
        let most = plan.options.maxInFlight ?? 0
        return OwnAnswer(
            .backendsBusy,
            "all backends are busy with as many requests as they may have (\(most))")
    }

    mutating func giveUp(_ exchange: Exchange.Slot, _ own: OwnAnswer) {
        noteGivenUp(exchange, own.cause)
        answer(exchange, own)
    }

    func outlook() -> RequestQueue.Outlook {
        RequestQueue.Outlook(
            version: roster.version, hasBackend: !roster.rotation.isEmpty,
            areAllDying: queues.forBackend.awaitsNews && areAllDying,
            returns: roster.returns)
    }

    /// What a request is told that waited for nothing.
    func answer(to reason: WaitReason, of exchange: Exchange.Slot) -> OwnAnswer {
        let name = name(ofSlot: exchanges[exchange].attempts.process.slot)
        switch reason {
        case .backend, .news: return noBackendReady(exchange)
        case .endings:
            let words = Self.words(.deadly) ?? ""
            return OwnAnswer(.terminated, Cause.terminated.sentence(about: name, words))
        case .death(let cause, let detail):
            return OwnAnswer(cause, cause.sentence(about: name, Self.words(detail) ?? ""))
        }
    }
}
