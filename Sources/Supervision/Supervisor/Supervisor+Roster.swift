import Basics
import Control
import Kernel
import Planning

/// What the balancers are told over their links.
extension Supervisor {
    /// By which rosters the balancers go.
    var adoption: RosterAdoption { publisher.adoption(isReported: table.hasBalancer) }

    /// Tells every balancer what can be chosen from now on.
    func publishRoster() {
        publisher.publish(table.roster)
        access.availability.changed()
        for balancer in publisher.balancers {
            if let child = table[balancer.process.child] { watchLink(child, balancer.link) }
        }
    }

    /// Tells whether a backend can be chosen, where that has changed; what it was that changed it
    /// comes first.
    func settleAvailability() {
        guard shutdown.isRunning, release != .running else { return }
        let event = access.availability.look(
            table.choice, plan.unit, isHeld: !exits.isEmpty, now: now)
        if let event { log.tell(event) }
    }

    func interest(of link: BalancerLink) -> Readiness {
        link.isBlocked ? [.readable, .writable] : .readable
    }

    func watchLink(_ child: SupervisedChild, _ link: BalancerLink) {
        try? poller.change(link.reference, to: interest(of: link), token: child.token(.link))
    }

    /// Tells a balancer by when it must have finished, so early that it can see to what it has left
    /// before it is killed.
    func tellLimit(of child: SupervisedChild) {
        guard let link = child.process?.link, let killAt = child.lifecycle.killAt,
            killAt != .never
        else { return }
        link.limit(until: Shutdown.finishing(before: killAt, now: now))
        watchLink(child, link)
    }
}
