import Basics
import Control
import Kernel
import Logs
import Planning

/// How the service becomes another while it runs: `scale` and `reload`.
///
/// Both work out anew what is to run, and do what makes the difference. All that can be found out
/// beforehand is found out before anything is touched.
extension Supervisor {
    /// Begins to have so many backends.
    func scale(to count: Int, asker: ControlConnection.Key) {
        do throws(Refusal) {
            try refuseWhileChanging()
            var recipe = plan.recipe
            recipe.flags.backends = count
            if !table.members.contains(where: { $0.isBalanced }) {
                throw Refusal(
                    what: "nothing was done", why: "there is nothing that is balanced",
                    advice: "'backend' or 'web' in a Procfile is the type that is")
            }
            let wanted = try recipe.topology(ports: ports)
            try change(to: wanted, recipe, isScaling: true, asker: asker)
        } catch {
            control.reply(.refused(error), to: asker)
        }
    }

    /// Begins to apply what has changed in the Procfile.
    func reload(asker: ControlConnection.Key) {
        do throws(Refusal) {
            try refuseWhileChanging()
            var recipe = try plan.recipe.readAgain()
            if recipe.procfile.skipped.count > plan.recipe.procfile.skipped.count,
                let line = recipe.procfile.skipped.last
            {
                throw Refusal(
                    what: "\(recipe.procfile.path):\(line) can't be used",
                    why: "it is not 'type: command'", advice: "mend it; nothing was changed")
            }
            // What 'scale' has set stays: the file says nothing of it.
            let count = table.members.count { $0.isBalanced }
            if count > 0 { recipe.flags.backends = count }
            let wanted = try recipe.topology(ports: ports)
            try change(to: wanted, recipe, isScaling: false, asker: asker)
        } catch {
            control.reply(.refused(error), to: asker)
        }
    }

    private var ports: Topology.KnownPorts {
        var ports = Topology.KnownPorts()
        for child in table.members {
            switch child.plan.role {
            case .balancer: continue
            case .backend: ports.backends.append(child.plan.port)
            case .other, .admin: ports.others[child.plan.name] = child.plan.port
            }
        }
        return ports
    }

    private func refuseWhileChanging() throws(Refusal) {
        if !shutdown.isRunning { throw Self.isLeaving }
        try refuseDuringRelease()
        if operations.isChanging {
            throw Refusal(
                what: "nothing was done", why: "an earlier 'scale' or 'reload' is not done yet",
                advice: "see \(plan.advised("ps")), and try again")
        }
    }

    /// Begins to make the difference.
    private func change(
        to wanted: Topology, _ recipe: Recipe, isScaling: Bool, asker: ControlConnection.Key
    ) throws(Refusal) {
        let present = presentChildren
        let (difference, remarks) = try compare(
            present, wanted, recipe, isScaling: isScaling)
        let earlier = plan.recipe
        plan.recipe = recipe
        if !isScaling {
            for notice in wanted.notices { log.tell(.notice(notice)) }
            let (releases, changes) = begin(
                ChangePlan.releases(difference, present, wanted.children), asker: asker)
            if !releases.isEmpty {
                operations.requested(
                    releases, by: asker, isChange: true,
                    remainder: ChangeRemainder(
                        wanted: wanted, earlier: earlier, releases: releases.map(\.child)))
                operations.changed(changes, by: "reload")
                return
            }
        }
        plan.drainLimit = wanted.drainLimit
        let items = ChangePlan(difference, present, wanted.children).items
        let (steps, changes) = begin(
            isScaling ? items.filter { !$0.isKept } : items, asker: asker)
        operations.requested(steps, by: asker, isChange: true, remarks: remarks)
        operations.changed(changes, by: isScaling ? "scale" : "reload")
    }

    /// Makes the rest of a change once its release has ended well.
    func goOnWithChange(_ operation: Int) {
        guard let (remainder, asker) = operations.takeRemainder(of: operation) else { return }
        let present = presentChildren
        let wanted = remainder.wanted
        do throws(Refusal) {
            let (difference, remarks) = try compare(
                present, wanted, plan.recipe, isScaling: false)
            plan.drainLimit = wanted.drainLimit
            let (steps, changes) = begin(
                ChangePlan(difference, present, wanted.children).items, asker: asker,
                after: remainder.releases)
            operations.extended(operation, by: steps, remarks: remarks, changes: changes)
        } catch {
            plan.recipe = remainder.earlier
            operations.failed(operation, "\(error.what): \(error.why)")
        }
    }

    private var presentChildren: [ChangePlan.Present] {
        table.members.map { child in
            ChangePlan.Present(
                child: child.number, plan: child.plan, isStopped: child.lifecycle == .stopped)
        }
    }

    /// What is different, and what of it can't be had while the service runs. Fails where the
    /// change can't be made as a whole.
    private func compare(
        _ present: [ChangePlan.Present], _ wanted: Topology, _ recipe: Recipe, isScaling: Bool
    ) throws(Refusal) -> (Difference, remarks: [String]) {
        let children = table.members
        let stale = children.indices.filter { index in
            let child = children[index]
            let isUndone = child.lifecycle.isAtRest && !child.life.hasFinished
            if child.plan.isRelease && isUndone { return true }
            return child.plans.environment.map { $0 != recipe.environment } ?? false
        }
        var difference = Difference(
            from: present.map(\.plan), to: wanted.children, stale: Set(stale))
        // What an earlier 'reload' had to leave alone is for the next one.
        if isScaling { difference = difference.ofNumbersAlone }
        return (difference, try check(difference, children, wanted, recipe))
    }

    /// Notes what each child is to be, and returns what is to be done for that, and what needs no
    /// step. `releases` have been run for it, and all has been said of them.
    private func begin(
        _ items: [ChangePlan.Item], asker: ControlConnection.Key,
        after releases: [ChildNumber] = []
    ) -> (steps: [OperationStep], changes: [String]) {
        var steps: [OperationStep] = []
        var changes: [String] = []
        for item in items {
            switch item {
            case .add(let plan):
                let child = enrol(plan)
                table.insert(child)
                steps.append(step(child, .start, waits: true, change: .added))
            case .adapt(let number, let plan):
                guard let child = table[number] else { continue }
                reset(child, plan)
                child.plans.changed(to: plan)
                child.adoptNextPlan()
                report(child, "changed, and stays stopped", to: asker, change: .changed)
                changes.append("\(child.name) changed")
            case .remove(let number):
                guard let child = table[number] else { continue }
                child.membership.removed()
                steps.append(step(child, .stop, change: .removed))
            case .renew(let number, let plan, let isRolling, let change):
                guard let child = table[number] else { continue }
                reset(child, plan)
                child.plans.changed(to: plan)
                steps.append(
                    step(child, .restart, waits: true, isRolling: isRolling, change: change))
            case .keep(let number, let plan):
                guard let child = table[number] else { continue }
                if let change = keep(child, as: plan, isTold: !releases.contains(number), asker) {
                    changes.append("\(child.name) \(change)")
                }
            }
        }
        return (steps, changes)
    }

    private func step(
        _ child: SupervisedChild, _ verb: ServiceVerb, waits: Bool = false,
        isRolling: Bool = false, change: ServiceChange
    ) -> OperationStep {
        OperationStep(
            child: child.number, name: child.name, verb: verb, waits: waits, isRolling: isRolling,
            change: change)
    }

    /// What the file says of a weight or an algorithm goes before what was set live only where it
    /// has changed.
    private func reset(_ child: SupervisedChild, _ wanted: ChildPlan) {
        if child.plan.weight != wanted.weight { child.standing.weighed(wanted.weight) }
        if child.plan.faults != wanted.faults { behave(child, as: wanted.faults) }
        if let algorithm = newAlgorithm(of: child, wanted) { publisher.chooses(by: algorithm) }
    }

    /// The algorithm that the file names now; nil where it names the one that it did.
    private func newAlgorithm(
        of child: SupervisedChild, _ wanted: ChildPlan
    ) -> BalancerOptions.Algorithm? {
        let algorithm = wanted.options?.algorithm
        return child.plan.options?.algorithm == algorithm ? nil : algorithm
    }

    /// Returns what has changed of it; nil where nothing has.
    private func keep(
        _ child: SupervisedChild, as plan: ChildPlan, isTold: Bool, _ asker: ControlConnection.Key
    ) -> String? {
        let earlier = child.standing.weight
        let algorithm = newAlgorithm(of: child, plan)
        reset(child, plan)
        child.plans.corrected(to: plan)
        let weight = child.standing.weight
        var changes: [String] = []
        if weight != earlier { changes.append("weight \(weight) (was \(earlier))") }
        if let algorithm { changes.append("chooses by \(algorithm.rawValue)") }
        if changes.isEmpty {
            if isTold { report(child, "unchanged", to: asker, change: .unchanged) }
            return nil
        }
        publishRoster()
        let words = changes.joined(separator: ", ")
        if isTold { report(child, words, to: asker, change: .changed) }
        return words
    }
}
