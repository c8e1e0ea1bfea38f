import Basics
import Logs
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
    func closeCounters(of link: BalancerLink) -> OpenWork {
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
        return OpenWork(requests: requests, connections: connections, unread: unheard)
    }
}

/// What a balancer had open when it ended.
struct OpenWork {
    let requests: UInt64
    let connections: UInt64
    /// Those of the connections that were accepted and not read from yet.
    let unread: UInt64

    func told(in event: ServiceEvent) -> ServiceEvent {
        event.with(.requestsOpen, requests).with(.connectionsOpen, connections)
            .with(.connectionsUnread, unread == 0 ? nil : unread)
    }
}
