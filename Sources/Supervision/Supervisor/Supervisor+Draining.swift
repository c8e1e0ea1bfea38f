import Basics
import Control
import Kernel
import Logs

extension Supervisor {
    /// Lets a child finish what it has, and then end.
    func drain(_ child: SupervisedChild, then sequel: Lifecycle.Sequel) {
        let limit = now + plan.drainLimit
        let stopLimit = plan.stopLimit(of: child)
        advance(child) {
            $0.drainRequested(until: limit, then: sequel, stopLimit: stopLimit, now: now)
        }
        guard child.lifecycle.state == .draining, child.drain == nil else { return }
        if child.isBalanced {
            log.tell(ServiceEvent(.draining, child.subject))
            child.drain = Drain(version: publisher.version, now: now)
        } else {
            // It is given nothing; a balancer finishes what it has when it is asked to end.
            advance(child) { $0.drained(stopLimit: stopLimit, now: now) }
        }
    }

    /// Looks whether a child has anything left to finish.
    func lookAtDrain(of child: SupervisedChild) {
        guard var drain = child.drain else { return }
        // While a balancer goes by an older roster it may still give it something.
        let isKnown = publisher.isAdopted(drain.version)
        if isKnown && scoreboard.inHand(of: child) == 0 {
            log.tell(
                ServiceEvent(.drained, child.subject).with(.after, now.since(drain.since)))
            child.drain = nil
            advance(child) { $0.drained(stopLimit: child.plan.stopLimit, now: now) }
            return
        }
        drain.looked(now: now)
        child.drain = drain
    }
}
