import Basics
import Scoreboard

/// What children have in hand, as the balancers count it.
extension Scoreboard {
    /// How many requests a child has in hand; connections, where these are balanced.
    func inHand(of child: SupervisedChild) -> UInt64 {
        switch child.plan.role {
        case .backend: totals(slot: child.standing.slot, generation: child.generation).inFlight
        case .balancer:
            (child.process?.link?.workers ?? 0..<0).reduce(0) {
                $0 &+ counters(ofWorker: $1).exchangesOpen
            }
        case .other, .admin: 0
        }
    }

    /// A balancer has died: says what was in flight, from its workers' counters, and keeps what
    /// they had counted with number 0.
    func closeCounters(of link: BalancerLink) -> String {
        var requests: UInt64 = 0
        var connections: UInt64 = 0
        var unheard: UInt64 = 0
        for worker in link.workers {
            let counters = counters(ofWorker: worker)
            requests &+= counters.exchangesOpen
            connections &+= counters.connectionsOpen
            unheard &+= counters.connectionsUnheard
        }
        clearCounters(ofWorkers: link.workers, movingTotalsTo: counters(ofWorker: 0))
        let rest = unheard > 0 ? ", \(unheard) of them accepted and not read from yet" : ""
        return "\(Figures.count(requests, "request")) in flight, "
            + "\(Figures.count(connections, "connection")) open\(rest)"
    }
}
