import Basics
import Control
import Kernel
import Planning

extension Supervisor {
    /// Makes a child of a plan; where it stands among the others is for the caller to say.
    func enrol(_ plan: ChildPlan) -> SupervisedChild {
        table.enrol(plan) { scoreboard.totals(slot: $0, generation: 0) }
    }

    /// Which processes came of which child.
    var lineage: ProcessLineage { ProcessLineage(children: table.children, service: plan.name) }

    /// Forgets those that have been taken out and are gone.
    func forgetTheGone() {
        let gone = table.children.filter { child in
            child.membership.isParting && !child.lifecycle.hasProcess
                && !exits.isOpen(child.number)
        }
        if gone.isEmpty { return }
        table.forget(gone) { counted(by: $0) }
        if gone.contains(where: { $0.isBalanced }) { publishRoster() }
    }
}
