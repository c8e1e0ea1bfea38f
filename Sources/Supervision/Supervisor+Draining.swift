import Basics
import Control
import Kernel

extension Supervisor {
    /// Lets a child finish what it has, and then end.
    func drain(_ child: SupervisedChild, then sequel: Lifecycle.Sequel) {
        let limit = now + plan.drainLimit
        perform(child.lifecycle.drainRequested(until: limit, then: sequel, now: now), on: child)
        guard child.lifecycle.state == .draining, child.drain == nil else { return }
        if child.isBalanced {
            log.say("\(child.title(pid: child.process?.pid)) is draining")
            child.drain = Drain(version: rosterVersion, now: now)
        } else {
            // Nobody gives it anything; a balancer finishes what it has when it is asked to end.
            perform(child.lifecycle.drained(now: now), on: child)
        }
    }

    /// Looks whether a child has anything left to finish.
    func lookAtDrain(of child: SupervisedChild) {
        guard var drain = child.drain else { return }
        // While a balancer goes by an older roster it may still give it something.
        let isKnown = links.allSatisfy { $0.adopted >= drain.version }
        let left = scoreboard.totals(slot: child.index, generation: child.generation).inFlight
        if isKnown && left == 0 {
            log.say(
                "\(child.title(pid: child.process?.pid)) has finished what it had after "
                    + Figures.text(now.since(drain.since)))
            perform(child.lifecycle.drained(now: now), on: child)
            return
        }
        drain.looked(now: now)
        child.drain = drain
    }
}
