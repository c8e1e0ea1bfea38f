import Basics
import Kernel
import Scoreboard

/// Requests that wait for a backend to have room: what is done for them. When, `RoomQueue` says.
///
/// Room is shared by all threads of all balancers. Each says in the scoreboard since when its first
/// request waits; the one whose request has waited for longest has the next place, and is woken by
/// the thread whose request makes it.
extension Worker {
    /// Lets a request wait for a backend, or for any, to have room.
    mutating func wait(_ exchange: Exchange.Slot, forRoomAt slot: BackendSlot?) {
        let waited = exchanges[exchange].attempts.waited
        let limit = plan.options.queueTimeout.count
        let joined = room.joined(
            exchanges.key(exchange), at: slot, waited: waited,
            patience: Nanoseconds(limit > waited.count ? limit - waited.count : 0), now: now)
        switch joined {
        case .waits: exchanges[exchange].phase = .queued
        case .full, .late: answer(exchange, allBusy())
        }
        tellOfWaiting()
    }

    /// Gives out the room that there is, and sends away what has waited long enough.
    mutating func settleRoom() {
        guard let due = room.due, due <= now else { return }
        let isFirst = plan.scoreboard.longestWaiting == lane.index
        // Where none can be chosen any more it is for the other queue to decide.
        let isNobodyReady = roster.ready.isEmpty
        let anywhere = isNobodyReady ? .max : isFirst ? picker.room(at: nil, now: now) : 0
        var queue = room
        let settled = queue.settle(
            anywhere: anywhere,
            room: { slot in isReady(slot) ? picker.room(at: slot, now: now) : .max },
            now: now, isThere: { exchanges.isCurrent($0) })
        room = queue
        tellOfWaiting()
        for (key, settlement) in settled where exchanges.isCurrent(key) {
            let client = exchanges[key.slot].client
            switch settlement {
            case .deliver(let waited):
                exchanges[key.slot].attempts.waited(for: waited)
                exchanges[key.slot].phase = .delivering
                deliver(key.slot, isCalled: true)
            case .answer: answer(key.slot, allBusy())
            }
            serve(client)
        }
        // What is left over is for whoever has waited for longest by now.
        wakeLongestWaiting()
    }

    private func isReady(_ slot: BackendSlot) -> Bool {
        guard let index = roster.index(ofSlot: slot) else { return false }
        return roster.members[index].fact == .ready
    }

    /// A process has one request less in flight.
    @inline(__always)
    mutating func noteReleased(_ process: BackendProcess) {
        lane.released(slot: process.slot, generation: process.generation)
        if plan.limitsInFlight { wakeLongestWaiting() }
    }

    /// Others who find that they are not the one whose turn it is look again before long; so a
    /// balancer that dies before it has woken anybody delays them, and no more.
    private mutating func wakeLongestWaiting() {
        room.roomFreed()
        guard let longest = plan.scoreboard.longestWaiting, longest != lane.index else { return }
        let other = longest - (lane.index - index)
        if plan.wakers.indices.contains(other) { plan.wakers[other].waker.wake() }
    }

    private func tellOfWaiting() {
        lane.waiting(room.count, since: room.firstArrival ?? .never)
    }

    private func allBusy() -> OwnAnswer {
        let most = plan.options.maxInFlight ?? 0
        var own = OwnAnswer(
            .backendsBusy, "all backends are busy with as many requests as they may have (\(most))")
        own.retryAfter = 1
        return own
    }
}
