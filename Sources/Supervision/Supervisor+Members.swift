import Basics
import Control
import Kernel
import Planning
import Scoreboard

extension Supervisor {
    /// Makes a child of a plan; where it stands among the others is for the caller to say.
    func enrol(_ plan: ChildPlan) -> SupervisedChild {
        var standing: BackendStanding?
        var generation: UInt64 = 0
        if plan.role == .backend {
            guard let place = slots.take() else {
                fatalError("a backend was added where the scoreboard has no room")
            }
            standing = BackendStanding(
                slot: place.slot, earlier: scoreboard.totals(slot: place.slot, generation: 0),
                weight: plan.weight)
            generation = place.generation
        }
        let child = SupervisedChild(
            index: seats.count, plan: plan, generation: generation, standing: standing)
        seats.append(child)
        return child
    }

    /// Those that make up the service.
    var members: [SupervisedChild] { children.filter { $0.membership.isMember } }

    /// Whether requests can go to anybody.
    var isAnybodyLeft: Bool {
        children.contains { $0.isBalanced && $0.fact == .ready && $0.standing.weight > 0 }
    }

    /// Forgets those that have been taken out and are gone.
    func forgetTheGone() {
        if children.allSatisfy({ $0.membership.isMember }) { return }
        let gone = children.filter { child in
            child.membership.isParting && !child.lifecycle.hasProcess
                && !exits.isOpen(child.number)
        }
        if gone.isEmpty { return }
        for child in gone { dismiss(child) }
        children.removeAll { child in gone.contains { $0 === child } }
        if gone.contains(where: { $0.isBalanced }) { publishRoster() }
    }

    private func dismiss(_ child: SupervisedChild) {
        seats[child.index] = nil
        child.membership.forgotten()
        if child.isBalanced { slots.release(child.standing.slot, generation: child.generation) }
    }

    /// The children that words mean: members, and by its name one that is on its way out.
    func select(_ targets: [String]) throws(Refusal) -> [SupervisedChild] {
        let known = children.map { child in
            var plan = child.plan
            plan.name = child.name
            if !child.membership.isMember { plan.type = "" }
            if !child.membership.isMember && plan.role == .balancer { plan.port = 0 }
            return plan
        }
        return try TargetSelection.select(targets, among: known).map { children[$0] }
    }
}
