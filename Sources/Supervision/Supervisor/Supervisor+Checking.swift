import Basics
import Control
import Kernel
import Planning

/// What is looked at before the service is changed.
extension Supervisor {
    /// Fails where a change can't be made as a whole; returns what of it can't be made while the
    /// service runs.
    func check(
        _ difference: Difference, _ present: [SupervisedChild], _ wanted: Topology,
        _ recipe: Recipe
    ) throws(Refusal) -> [String] {
        try checkStructure(present, wanted)
        let added = difference.added.map { wanted.children[$0] }
        try checkRoom(for: added)
        let changed = difference.fates.compactMap { fate in
            if case .changed(let number) = fate { wanted.children[number] } else { nil }
        }
        var service = plan
        service.recipe = recipe
        for child in added + changed {
            try checkProgram(of: child, service)
            if child.role == .balancer { try checkThreads(of: child) }
        }
        for child in added where child.role == .backend { try checkPort(of: child) }
        return listenRemarks(wanted)
    }

    private func checkStructure(_ present: [SupervisedChild], _ wanted: Topology) throws(Refusal) {
        let had = present.count { $0.plan.role == .balancer }
        let has = wanted.children.count { $0.role == .balancer }
        if had == has { return }
        throw Refusal(
            what: "nothing was changed",
            why: had < has
                ? "there was nothing to balance, and now there is"
                : "there is no lb-balancer and nothing to balance any more",
            advice: "that needs \(plan.advised("down")) and \(plan.advised("up"))")
    }

    private func checkRoom(for added: [ChildPlan]) throws(Refusal) {
        let count = added.count { $0.role == .backend }
        if count <= table.freeSlots { return }
        let leaving = table.children.count { $0.isBalanced && $0.membership.isParting }
        throw Refusal(
            what: "nothing was changed",
            why: "there is room for \(table.slotCapacity) backends, and \(table.freeSlots) more"
                + (leaving > 0 ? " while \(leaving) still leave" : ""),
            advice: "ask for fewer" + (leaving > 0 ? ", or try again later" : ""))
    }

    private func checkProgram(of child: ChildPlan, _ service: ServicePlan) throws(Refusal) {
        guard let why = Launch(plan: child, service: service).obstacle else { return }
        throw Refusal(
            what: "nothing was changed", why: "\(child.name) can't be started: \(why)",
            advice: "install it, or mend the line of '\(child.type)'")
    }

    private func checkThreads(of balancer: ChildPlan) throws(Refusal) {
        let wanted = Opening.workers(of: balancer)
        let most = max(Opening.leastWorkers, plan.mostThreads)
        if wanted <= most { return }
        throw Refusal(
            what: "nothing was changed",
            why: "\(wanted) threads are more than the \(most) that there is room for",
            advice: "that many need \(plan.advised("down")) and \(plan.advised("up"))")
    }

    private func checkPort(of child: ChildPlan) throws(Refusal) {
        for address in [Address.loopback(port: child.port), .loopback6(port: child.port)] {
            guard case .taken(let pid) = Ports.look(at: address) else { continue }
            throw Refusal(
                what: "nothing was changed",
                why: "\(child.name) can't listen on \(address): the port is taken"
                    + Ports.holder(pid), advice: "end that process, or ask for fewer")
        }
    }

    /// The listening sockets were opened at the start, and stay.
    private func listenRemarks(_ wanted: Topology) -> [String] {
        if wanted.listen == sockets.asked { return [] }
        let addresses = sockets.all.map { "\($0.address)" }.joined(separator: " and ")
        return [
            "the balancer stays on \(addresses): where it listens is changed by "
                + "\(plan.advised("down")) and \(plan.advised("up")) alone"
        ]
    }
}

extension ServicePlan {
    /// The most threads that a balancer was to have at the start; the scoreboard has room for them.
    var mostThreads: Int {
        children.filter { $0.role == .balancer }.map { Opening.workers(of: $0) }.max() ?? 0
    }
}
