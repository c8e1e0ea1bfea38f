import Basics
import Control
import Kernel

extension Supervisor {
    /// Lets a child finish what it has, and then end.
    func drain(_ child: SupervisedChild, then sequel: Lifecycle.Sequel) {
        let limit = now + plan.drainLimit
        let stopLimit = stopLimit(of: child)
        advance(child) {
            $0.drainRequested(until: limit, then: sequel, stopLimit: stopLimit, now: now)
        }
        guard child.lifecycle.state == .draining, child.drain == nil else { return }
        if child.isBalanced {
            log.say("\(child.title) is draining")
            child.drain = Drain(version: rosterVersion, now: now)
        } else {
            // Nobody gives it anything; a balancer finishes what it has when it is asked to end.
            advance(child) { $0.drained(stopLimit: stopLimit, now: now) }
        }
    }

    /// How many requests a child has in hand.
    func left(with child: SupervisedChild) -> UInt64 {
        switch child.plan.role {
        case .backend:
            scoreboard.totals(slot: child.standing.slot, generation: child.generation).inFlight
        case .balancer:
            (child.process?.link?.workers ?? 0..<0)
                .reduce(0) { $0 &+ scoreboard.counters(ofWorker: $1).exchangesOpen }
        case .other: 0
        }
    }

    /// Looks whether a child has anything left to finish.
    func lookAtDrain(of child: SupervisedChild) {
        guard var drain = child.drain else { return }
        // While a balancer goes by an older roster it may still give it something.
        let isKnown = isAdopted(drain.version)
        if isKnown && left(with: child) == 0 {
            log.say(
                "\(child.title) has finished what it had after "
                    + Figures.text(now.since(drain.since)))
            child.drain = nil
            advance(child) { $0.drained(stopLimit: child.plan.stopLimit, now: now) }
            return
        }
        drain.looked(now: now)
        child.drain = drain
    }
}
