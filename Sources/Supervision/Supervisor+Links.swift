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

    /// The balancers that choose among backends: one that is paused does not, nor one that has not
    /// begun to.
    var choosers: [BalancerLink] {
        children.compactMap { child in
            guard child.lifecycle.state != .paused, let link = child.process?.link,
                link.adopted > 0
            else { return nil }
            return link
        }
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
        let taken = links.map { $0.lanes }
        let count = Opening.lanes(of: child)
        // Lane 0 inherits what dead balancers had counted.
        var lanes = 1..<(1 + count)
        while let other = taken.first(where: { $0.overlaps(lanes) }) {
            lanes = other.upperBound..<(other.upperBound + count)
        }
        if lanes.upperBound > scoreboard.laneCapacity {
            throw SystemError(call: "the scoreboard", errno: .noSpace)
        }
        return BalancerLink(socket, lanes: lanes, roster: roster())
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
        while let report = link.nextReport() { take(report, from: link) }
        if link.isBroken {
            // Its pidfd tells the rest; an end of the link alone must not spin.
            poller.remove(link.reference)
        } else {
            watchLink(child, link)
        }
    }

    private func take(_ report: LinkReport, from link: BalancerLink) {
        switch report {
        case .adopted: settleObituaries()
        case .verdict(let slot, let generation, let isUp, let reason):
            guard let child = member(slot), child.generation == generation else { return }
            if !child.standing.judged(isUp: isUp) { return }
            let what = isUp ? "answers again" : "is taken for down by the balancer"
            log.say("\(child.title) \(what): \(reason)")
            if !isUp && isEverybodyDown {
                log.say("the checks of all backends fail: all are tried, rather than none")
            }
        case .failedOver(let account):
            if let obituary = obituary(of: account) {
                obituary.add(account, from: link)
                settleObituaries()
            } else {
                tellSince(account)
            }
        case .failedOverSince(let account):
            if let obituary = obituary(of: account) {
                obituary.correct(by: account)
            } else {
                tellSince(account)
            }
        // The next look at the listening sockets goes by it.
        case .stoppedAccepting: return
        }
    }

    /// Whether all that are ready fail their checks.
    private var isEverybodyDown: Bool {
        children.allSatisfy { !$0.isBalanced || $0.lifecycle.state != .ready || !$0.standing.isUp }
    }

    /// Takes in what a balancer that has ended had said before.
    func hearLastReports(of process: ChildProcess) {
        guard let link = process.link else { return }
        while let report = link.nextReport() { take(report, from: link) }
    }

    /// What is to be said of a process whose account this is, while it is still to be said.
    private func obituary(of account: FailoverAccount) -> Obituary? {
        obituaries.first { obituary in
            obituary.child.isBalanced && obituary.child.standing.slot == account.slot
                && obituary.generation == account.generation
        }
    }

    /// A second sentence about a death, where clients saw more than the first one said.
    private func tellSince(_ account: FailoverAccount) {
        if account.inFlight == 0 && account.failed == 0 { return }
        let title = endedProcesses.title(
            slot: account.slot, generation: account.generation)
        guard let name = title ?? member(account.slot)?.name else { return }
        log.say("\(name): " + Obituary.wordsSince(account, plan.unit))
    }

    private func member(_ slot: BackendSlot) -> SupervisedChild? {
        children.first { $0.isBalanced && $0.standing.slot == slot }
    }
}
