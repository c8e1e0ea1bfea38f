import Basics
import Kernel

extension Worker {
    /// Lets the listening sockets go, after everybody who waits there has been taken in.
    mutating func beginLeaving(_ manner: Leaving.Manner) {
        if leaving == .staying {
            resumeAccepting()
            for index in plan.listeners.indices {
                while accept(from: index) {}
            }
            for listener in plan.listeners { poller.remove(listener.reference) }
            // With the last of us this process lets go: if nobody else has the sockets either, who
            // comes from now on is refused, and does not wait in vain.
            if plan.leaving.acceptingEnded() {
                for listener in plan.listeners { listener.letGo() }
                plan.board.stoppedAccepting()
            }
        }
        accepting = .ended
        leaving = manner
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
        var idle: [UInt32] = []
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

    /// Whether there is nothing left to do, or no time left to do it.
    func isFinished() -> Bool {
        clients.count == 0 || now >= plan.leaving.until
    }
}
