import Basics
import Control
import Kernel
import Planning
import Scoreboard

extension Supervisor {
    /// Makes a child of a plan; where it stands among the others is for the caller to say.
    func enrol(_ plan: ChildPlan) -> SupervisedChild {
        let child = SupervisedChild(index: seats.count, plan: plan)
        seats.append(child)
        child.holdPort()
        if child.isBalanced {
            guard let place = slots.take() else {
                fatalError("a backend was added where the scoreboard has no room")
            }
            child.slot = place.slot
            child.generation = place.generation
            child.earlier = scoreboard.totals(slot: place.slot, generation: 0)
        }
        return child
    }

    /// Those that make up the service.
    var members: [SupervisedChild] { children.filter { $0.membership == .member } }

    /// Whether requests can go to anybody.
    var isAnybodyLeft: Bool {
        children.contains { $0.isBalanced && $0.fact == .ready && $0.weight > 0 }
    }

    /// Forgets those that have been taken out and are gone.
    func forgetTheGone() {
        if children.allSatisfy({ $0.membership == .member }) { return }
        let gone = children.filter { child in
            child.membership == .parting && !child.lifecycle.hasProcess
                && !obituaries.contains { $0.child === child }
        }
        if gone.isEmpty { return }
        for child in gone { dismiss(child) }
        children.removeAll { child in gone.contains { $0 === child } }
        if gone.contains(where: { $0.isBalanced }) { publishRoster() }
    }

    private func dismiss(_ child: SupervisedChild) {
        seats[child.index] = nil
        child.heir = nil
        if child.isBalanced { slots.release(child.slot, generation: child.generation) }
        closeNotices(of: child)
    }

    /// The children that words mean: members, and by its name one that is on its way out.
    func select(_ targets: [String]) throws(Refusal) -> [SupervisedChild] {
        let known = children.map { child in
            var plan = child.plan
            plan.name = child.name
            if child.membership != .member { plan.type = "" }
            if child.membership != .member && plan.role == .balancer { plan.port = 0 }
            return plan
        }
        return try TargetSelection.select(targets, among: known).map { children[$0] }
    }
}
