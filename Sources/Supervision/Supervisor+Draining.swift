import Basics
import Control
import Kernel

extension Supervisor {
    /// Lets a child finish what it has, and then end.
    func drain(_ child: SupervisedChild, then sequel: Lifecycle.Sequel) {
        let limit = now + plan.drainLimit
        perform(
            child.lifecycle.drainRequested(
                until: limit, then: sequel, stopLimit: stopLimit(of: child), now: now), on: child)
        guard child.lifecycle.state == .draining, child.drain == nil else { return }
        if child.isBalanced {
            log.say("\(child.title(pid: child.process?.pid)) is draining")
            child.drain = Drain(version: rosterVersion, now: now)
        } else {
            // Nobody gives it anything; a balancer finishes what it has when it is asked to end.
            perform(
                child.lifecycle.drained(stopLimit: stopLimit(of: child), now: now), on: child)
        }
    }

    /// How many requests a child has in hand.
    func left(with child: SupervisedChild) -> UInt64 {
        switch child.plan.role {
        case .backend:
            scoreboard.totals(slot: child.slot, generation: child.generation).inFlight
        case .balancer:
            (child.process?.link?.lanes ?? 0..<0)
                .reduce(0) { $0 &+ scoreboard.lane($1).exchangesOpen }
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
                "\(child.title(pid: child.process?.pid)) has finished what it had after "
                    + Figures.text(now.since(drain.since)))
            child.drain = nil
            perform(
                child.lifecycle.drained(stopLimit: child.plan.stopLimit, now: now), on: child)
            return
        }
        drain.looked(now: now)
        child.drain = drain
    }
}
