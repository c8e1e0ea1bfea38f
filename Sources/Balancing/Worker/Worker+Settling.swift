import Basics
import Choosing
import Kernel
import Scoreboard

/// Those that wait are given what has come for them, or are told that they waited in vain.
///
/// Room at the backends is shared by all threads of all balancers. Each says in the scoreboard
/// since when its first request waits. The one with the request that has waited for longest has the
/// next place, and is woken by the thread that frees it.
extension Worker {
    /// Looks at all that waits.
    mutating func settle() {
        if !queues.forNews.isEmpty { settleAnswers() }
        if !queues.forBackend.isEmpty { settleQueue() }
        if !queues.forRoom.isEmpty { settleRoom() }
        noteQueued()
    }

    /// Delivers what can be delivered now, and sends away what has waited long enough.
    private mutating func settleQueue() {
        let outlook = outlook()
        if !queues.forBackend.isDue(outlook, now: now) { return }
        for key in queues.forBackend.keys where exchanges.isCurrent(key) { learnEndings(key.slot) }
        var queue = take(&queues.forBackend, leaving: WaitingRequests.forBackend)
        let settled = queue.settle(outlook, now: now) { standing($0) }
        queues.forBackend = queue
        for (key, settlement) in settled where exchanges.isCurrent(key) {
            let client = exchanges[key.slot].client
            switch settlement {
            case .deliver(let waited): deliver(key.slot, waited: waited)
            case .answer(let reason): giveUp(key.slot, answer(to: reason, of: key.slot))
            }
            serve(client)
        }
    }

    /// A request that has waited for so long is given to a backend.
    private mutating func deliver(
        _ exchange: Exchange.Slot, waited: Nanoseconds, isCalled: Bool = false
    ) {
        exchanges[exchange].attempts.waited(for: waited)
        counters.waited(waited)
        exchanges[exchange].phase = .delivering
        deliver(exchange, isCalled: isCalled)
    }

    private func standing(_ key: Exchange.Key) -> RequestQueue.Standing? {
        if !exchanges.isCurrent(key) { return nil }
        let process = exchanges[key.slot].attempts.process
        return RequestQueue.Standing(
            isProcessCurrent: roster.isCurrent(
                slot: process.slot, generation: process.generation),
            blame: exchanges[key.slot].attempts.blame)
    }

    /// Gives out the room that there is, and sends away what has waited long enough.
    private mutating func settleRoom() {
        guard let due = queues.forRoom.due, due <= now else { return }
        // Where none can be chosen any more it is for the other queue to decide.
        let anywhere = roster.ready.isEmpty ? .max : roomAnywhere()
        var queue = take(&queues.forRoom, leaving: WaitingRequests.forRoom)
        let settled = queue.settle(
            anywhere: anywhere, room: { roomInTurn(at: $0) }, now: now,
            isThere: { exchanges.isCurrent($0) })
        queues.forRoom = queue
        tellOfWaiting()
        for (key, settlement) in settled where exchanges.isCurrent(key) {
            let client = exchanges[key.slot].client
            switch settlement {
            case .deliver(let waited): deliver(key.slot, waited: waited, isCalled: true)
            case .answer: giveUp(key.slot, allBusy())
            }
            serve(client)
        }
        // What is left over is for whichever has waited for longest by now.
        for index in roster.ready { wakeLongestWaiting(at: roster.members[index].slot) }
    }

    /// How many requests that any backend will do for have their turn here.
    private mutating func roomAnywhere() -> Int {
        if longestWaiting(at: nil) != counters.index { return 0 }
        var room = 0
        for index in roster.ready { room += roomInTurn(at: roster.members[index].slot) }
        return room
    }

    /// How much room there is at a backend, where the one that has waited longest for it is here.
    private mutating func roomInTurn(at slot: BackendSlot) -> Int {
        if !isReady(slot) { return .max }
        return longestWaiting(at: slot) == counters.index ? picker.room(at: slot, now: now) : 0
    }

    func isReady(_ slot: BackendSlot) -> Bool {
        guard let index = roster.index(ofSlot: slot) else { return false }
        return roster.members[index].fact == .ready
    }

    /// Gives the answers that have their news, or will get none.
    private mutating func settleAnswers() {
        var waiting = take(&queues.forNews, leaving: WaitingRequests.forNews)
        let settled = waiting.settle(
            now: now, isCurrent: { roster.isCurrent(slot: $0.slot, generation: $0.generation) },
            isThere: { exchanges.isCurrent($0) })
        queues.forNews = waiting
        for (key, own) in settled where exchanges.isCurrent(key) {
            let client = exchanges[key.slot].client
            answer(key.slot, own)
            serve(client)
        }
    }
}
