import Basics
import Control
import Kernel
import Planning

extension Supervisor {
    /// The links of all balancers that live.
    var links: [BalancerLink] { children.compactMap { $0.process?.link } }

    /// The roster that every balancer goes by, or a later one; nothing without a balancer. One that
    /// is paused says nothing, and chooses nobody.
    var adoptedVersion: UInt64? {
        children.compactMap { child in
            child.lifecycle.state == .paused ? nil : child.process?.link?.adopted
        }.min()
    }

    /// By which rosters the balancers go.
    var adoption: RosterAdoption {
        RosterAdoption(
            choosing: children.compactMap { child in
                guard child.lifecycle.state != .paused, let link = child.process?.link,
                    link.adopted > 0
                else { return nil }
                return RosterAdoption.Balancer(process: child.processNumber, version: link.adopted)
            }, byAll: adoptedVersion, isReported: isBalancedByUs)
    }

    /// Whether the service has balancers of lbctl's own, which say whom they choose.
    var isBalancedByUs: Bool { children.contains { $0.plan.role == .balancer } }

    /// Whether every balancer goes by this version by now.
    func isAdopted(_ version: UInt64) -> Bool { adoptedVersion.map { $0 >= version } ?? true }

    /// Tells every balancer who can be chosen from now on.
    func publishRoster() {
        rosterVersion += 1
        let roster = roster()
        for child in children {
            guard let link = child.process?.link else { continue }
            link.send(roster)
            watchLink(child, link)
        }
    }

    func roster() -> RosterWord {
        var members: [RosterMember] = []
        for child in children where child.isBalanced {
            members.append(
                RosterMember(
                    slot: child.standing.slot, generation: child.generation,
                    name: child.name, address: child.reachedAt,
                    fact: child.fact, weight: child.standing.weight, pid: child.process?.pid ?? 0,
                    ended: child.record.ended, returns: child.returns))
        }
        return RosterWord(version: rosterVersion, members: members)
    }

    func makeLink(
        _ socket: consuming Descriptor, for child: ChildPlan
    ) throws(SystemError) -> BalancerLink {
        try socket.setNonBlocking()
        let taken = links.map { $0.workers }
        let count = Opening.workers(of: child)
        // Number 0 is no worker's: it keeps what dead balancers had counted.
        var workers = 1..<(1 + count)
        while let other = taken.first(where: { $0.overlaps(workers) }) {
            workers = other.upperBound..<(other.upperBound + count)
        }
        if workers.upperBound > scoreboard.workerCapacity {
            throw SystemError(call: "the scoreboard", errno: .noSpace)
        }
        return BalancerLink(socket, workers: workers, roster: roster())
    }

    func interest(of link: BalancerLink) -> Readiness {
        link.isBlocked ? [.readable, .writable] : .readable
    }

    func watchLink(_ child: SupervisedChild, _ link: BalancerLink) {
        try? poller.change(link.reference, to: interest(of: link), token: token(.link, child))
    }

    func linkIsReady(_ child: SupervisedChild, _ process: ChildProcess) {
        guard let link = process.link else { return }
        link.flush()
        while let report = link.nextReport() { take(report, from: child.processNumber) }
        if link.isBroken {
            // Its pidfd tells the rest; an end of the link alone must not spin.
            poller.remove(link.reference)
        } else {
            watchLink(child, link)
        }
    }

    private func take(_ report: LinkReport, from balancer: ProcessNumber) {
        switch report {
        case .adopted: settleExits()
        case .verdict(let slot, let generation, let isUp, let reason):
            guard let child = member(slot), child.generation == generation else { return }
            if !child.standing.judged(isUp: isUp) { return }
            let what = isUp ? "answers again" : "is taken for down by the balancer"
            log.say("\(child.title) \(what): \(reason)")
            if !isUp && isEverybodyDown {
                log.say("the checks of all backends fail: all are tried, rather than none")
            }
        case .failedOver(let account):
            let name = member(account.slot)?.name
            perform(exits.accounted(account, by: balancer, name: name))
            settleExits()
        case .failedOverSince(let account):
            perform(exits.corrected(account, name: member(account.slot)?.name))
        // The next look at the listening sockets goes by it.
        case .stoppedAccepting: return
        }
    }

    /// Whether all that are ready fail their checks.
    private var isEverybodyDown: Bool {
        children.allSatisfy { !$0.isBalanced || $0.lifecycle.state != .ready || !$0.standing.isUp }
    }

    /// Takes in what a balancer that has ended had said before.
    func hearLastReports(of process: ChildProcess, _ balancer: ProcessNumber) {
        guard let link = process.link else { return }
        while let report = link.nextReport() { take(report, from: balancer) }
    }

    private func member(_ slot: BackendSlot) -> SupervisedChild? {
        children.first { $0.isBalanced && $0.standing.slot == slot }
    }
}
