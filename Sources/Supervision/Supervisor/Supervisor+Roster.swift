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
        for balancer in publisher.balancers {
            if let child = table[balancer.process.child] { watchLink(child, balancer.link) }
        }
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
