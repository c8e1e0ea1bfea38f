import Basics
import Kernel

extension Worker {
    /// Lets the listening sockets go, after all clients that wait there have been accepted.
    mutating func beginLeaving(_ manner: Leaving.Manner) {
        if !acceptance.isLeaving {
            resumeAccepting()
            for index in plan.listeners.indices {
                while accept(from: index) {}
            }
            for listener in plan.listeners { poller.remove(listener.reference) }
            // With the last of us this process lets go: if no other process has the sockets either,
            // new clients are refused, and do not wait in vain.
            if plan.leaving.acceptingEnded() {
                for listener in plan.listeners { listener.letGo() }
                plan.board.stoppedAccepting()
            }
        }
        acceptance.left(manner)
        switch manner {
        case .staying: return
        // The next answer on each connection will say that it is the last.
        case .handingOver: return
        case .stopping: closeIdle()
        }
    }

    /// A client that has been served and says nothing now is let go; one that has just come has a
    /// moment to say what it wants.
    private mutating func closeIdle() {
        var idle: [ClientConnection.Slot] = []
        clients.forEachSlot { idle.append($0) }
        for slot in idle where clients[slot].phase == .idle {
            let key = clients.key(slot)
            clients[slot].directions.insert(.readable)
            serve(slot)
            guard clients.isCurrent(key), clients[slot].phase == .idle else { continue }
            if clients[slot].requests > 0 {
                closeClient(slot)
            } else {
                clients[slot].activeAt = now
                arm(client: slot, for: now + Limits.firstWords)
            }
        }
    }

    /// The time is over. A request without an answer is given ours, what is cut is reset, so that
    /// it is not taken for whole, and all of it is logged.
    mutating func giveUpTheRest() {
        closeThoseWithoutRequest()
        cutStreams()
        // No backend is waited for any more.
        queues = WaitingRequests()
        for key in exchangeKeys() {
            // What is served for one may end another.
            if exchanges.isCurrent(key) { giveUp(key.slot) }
        }
        let end = now + Limits.lastWrites
        while exchanges.count > 0 || isAnyLingering, now < end {
            let isBusy = turns.mayHaveMore || turns.hasUnfinished
            turn(poller.wait(timeout: isBusy ? Nanoseconds(0) : end.since(now)), at: Clock.now())
        }
        for key in exchangeKeys() where exchanges.isCurrent(key) {
            exchanges[key.slot].answering.cause = exchanges[key.slot].answering.cause ?? .leaving
            abort(key.slot)
        }
    }

    private func exchangeKeys() -> [Exchange.Key] {
        var keys: [Exchange.Key] = []
        exchanges.forEachSlot { keys.append(exchanges.key($0)) }
        return keys
    }

    private mutating func closeThoseWithoutRequest() {
        var slots: [ClientConnection.Slot] = []
        clients.forEachSlot { slots.append($0) }
        for slot in slots {
            switch clients[slot].phase {
            case .introducing, .idle, .postponed: closeClient(slot)
            case .serving, .lingering: continue
            }
        }
    }

    /// What a client that was answered still sends has to be read: the kernel would reset the
    /// connection, and the answer might be lost with it.
    private var isAnyLingering: Bool {
        var found = false
        clients.forEachSlot { slot in
            if clients[slot].phase == .lingering { found = true }
        }
        return found
    }

    private mutating func giveUp(_ exchange: Exchange.Slot) {
        // It is on its way already.
        if exchanges[exchange].phase == .answeringItself { return }
        let client = exchanges[exchange].client
        if exchanges[exchange].answering.hasAnswered {
            exchanges[exchange].answering.cause = .leaving
            abort(exchange)
            return
        }
        if exchanges[exchange].phase == .readingHead {
            exchanges[exchange].asked.savedLine.append(text: "-")
        }
        abandonAttempt(exchange)
        answer(exchange, OwnAnswer(.leaving, "the balancer is being stopped, and waits no longer"))
        serve(client)
    }
}
