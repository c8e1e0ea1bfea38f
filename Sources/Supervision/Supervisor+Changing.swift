import Basics
import Control
import Kernel
import Planning

/// How the service becomes another while it runs: `scale` and `reload`.
///
/// Both work out anew what is to run, and do what makes the difference. All that can be found out
/// beforehand is found out before anything is touched.
extension Supervisor {
    /// Begins to have so many backends.
    func scale(to count: Int, asker: Slab<ControlConnection>.Key) {
        do throws(Refusal) {
            try refuseWhileChanging()
            var recipe = plan.recipe
            recipe.flags.backends = count
            if !members.contains(where: { $0.isBalanced }) {
                throw Refusal(
                    what: "nothing was done", why: "there is nothing that is balanced",
                    advice: "'backend' or 'web' in a Procfile is the type that is")
            }
            let wanted = try recipe.topology(ports: ports)
            let standing = StandingOrder(asker: asker, steps: [], isChange: true)
            try change(to: wanted, recipe, isScaling: true, standing)
            orders.append(standing)
        } catch {
            reply(.refused(error), to: asker)
        }
    }

    /// Begins to apply what has changed in the Procfile.
    func reload(asker: Slab<ControlConnection>.Key) {
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
            let count = members.count { $0.isBalanced }
            if count > 0 { recipe.flags.backends = count }
            let wanted = try recipe.topology(ports: ports)
            let standing = StandingOrder(asker: asker, steps: [], isChange: true)
            try change(to: wanted, recipe, isScaling: false, standing)
            orders.append(standing)
        } catch {
            reply(.refused(error), to: asker)
        }
    }

    private var ports: Topology.KnownPorts {
        var ports = Topology.KnownPorts()
        for child in members {
            switch child.plan.role {
            case .balancer: continue
            case .backend: ports.backends.append(child.plan.port)
            case .other: ports.others[child.plan.name] = child.plan.port
            }
        }
        return ports
    }

    private func refuseWhileChanging() throws(Refusal) {
        if phase != .running { throw Self.isLeaving }
        try refuseDuringRelease()
        if orders.contains(where: { $0.isChange }) {
            throw Refusal(
                what: "nothing was done", why: "an earlier 'scale' or 'reload' is not done yet",
                advice: "see \(advised("ps")), and try again")
        }
    }

    /// Works out what the difference is, and lets `standing` make it; `releases` are those that
    /// have been run for it.
    func change(
        to wanted: Topology, _ recipe: Recipe, isScaling: Bool, _ standing: StandingOrder,
        after releases: [SupervisedChild] = []
    ) throws(Refusal) {
        let present = members
        let stale = present.indices.filter { index in
            let child = present[index]
            let isUndone = child.lifecycle.isAtRest && !child.life.hasFinished
            if child.plan.isRelease && isUndone { return true }
            return child.plans.environment.map { $0 != recipe.environment } ?? false
        }
        var difference = Difference(
            from: present.map { $0.plan }, to: wanted.children, stale: Set(stale))
        // What an earlier 'reload' had to leave alone is for the next one.
        if isScaling { difference = difference.ofNumbersAlone }
        let remarks = try check(difference, present, wanted, recipe)
        let earlier = plan.recipe
        plan.recipe = recipe
        if !isScaling && releases.isEmpty {
            for notice in wanted.notices { log.say(notice) }
            standing.waiting = releaseSteps(for: difference, present, wanted.children)
            if !standing.waiting.isEmpty {
                standing.sequel = .init(
                    wanted: wanted, earlier: earlier, releases: standing.waiting.map { $0.child })
                return
            }
        }
        plan.drainLimit = wanted.drainLimit
        standing.remarks = remarks
        standing.waiting = steps(for: difference, present, wanted.children, standing)
        if !isScaling {
            tellUnchanged(difference, present, wanted.children, standing, except: releases)
        }
    }

    /// Those that are to run alone, before anything else is touched.
    private func releaseSteps(
        for difference: Difference, _ present: [SupervisedChild], _ wanted: [ChildPlan]
    ) -> [Step] {
        var steps: [Step] = []
        for (child, fate) in zip(present, difference.fates) {
            guard case .changed(let number) = fate, wanted[number].isRelease else { continue }
            child.plans.changed(to: wanted[number])
            steps.append(Step(child: child, verb: .restart, waits: true, change: .changed))
        }
        for number in difference.added where wanted[number].isRelease {
            let child = enrol(wanted[number])
            place(child)
            steps.append(Step(child: child, verb: .start, waits: true, change: .added))
        }
        return steps
    }

    /// What is to be done: what is new starts first, so that there are never fewer than need be.
    private func steps(
        for difference: Difference, _ present: [SupervisedChild], _ wanted: [ChildPlan],
        _ standing: StandingOrder
    ) -> [Step] {
        var added: [Step] = []
        var removed: [Step] = []
        var changed: [Step] = []
        var rolling: [Step] = []
        for number in difference.added {
            let child = enrol(wanted[number])
            place(child)
            added.append(Step(child: child, verb: .start, waits: true, change: .added))
        }
        for (child, fate) in zip(present, difference.fates) {
            switch fate {
            case .kept: continue
            case .changed(let number):
                let isBalancer = child.plan.role == .balancer
                child.plans.changed(to: adapted(wanted[number], of: child))
                reweigh(child, wanted[number])
                if child.plan.role != .other && child.lifecycle == .stopped {
                    // Somebody wants it to rest.
                    child.adoptNextPlan()
                    report(
                        child, "changed, and stays stopped", isDone: true, standing,
                        Nanoseconds(0), .changed)
                    continue
                }
                let step = Step(
                    child: child, verb: .restart, waits: true,
                    isRolling: child.plan.role != .other, change: isBalancer ? .replaced : .changed)
                if child.plan.role == .other {
                    changed.append(step)
                } else {
                    rolling.append(step)
                }
            case .removed:
                child.membership.removed()
                removed.append(Step(child: child, verb: .stop, change: .removed))
            }
        }
        // The last one first, as they came.
        removed.reverse()
        let balancers = rolling.filter { $0.child.plan.role == .balancer }
        let backends = rolling.filter { $0.child.plan.role != .balancer }
        return added + removed + changed + backends + balancers
    }

    /// A balancer's port is what its sockets have, whatever its line says by now.
    private func adapted(_ wanted: ChildPlan, of child: SupervisedChild) -> ChildPlan {
        var wanted = wanted
        if wanted.role == .balancer { wanted.port = child.plan.port }
        return wanted
    }

    /// Puts a new child behind the others of its role.
    private func place(_ child: SupervisedChild) {
        let last = children.lastIndex {
            $0.plan.role == child.plan.role && $0.membership.isMember
        }
        children.insert(child, at: last.map { $0 + 1 } ?? children.endIndex)
    }

    /// What the file says of a weight goes before what was set live only where it has changed.
    private func reweigh(_ child: SupervisedChild, _ wanted: ChildPlan) {
        if child.plan.weight == wanted.weight { return }
        child.standing.weighed(wanted.weight)
    }

    private func tellUnchanged(
        _ difference: Difference, _ present: [SupervisedChild], _ wanted: [ChildPlan],
        _ standing: StandingOrder, except releases: [SupervisedChild]
    ) {
        var isReweighed = false
        for (child, fate) in zip(present, difference.fates) {
            guard case .kept(let number) = fate else { continue }
            let earlier = child.standing.weight
            reweigh(child, wanted[number])
            child.plans.corrected(to: adapted(wanted[number], of: child))
            if releases.contains(where: { $0 === child }) { continue }
            if child.standing.weight == earlier {
                report(
                    child, "unchanged", isDone: true, standing, Nanoseconds(0), .unchanged)
            } else {
                isReweighed = true
                report(
                    child, "weight \(child.standing.weight) (was \(earlier))", isDone: true,
                    standing,
                    Nanoseconds(0), .changed)
            }
        }
        if isReweighed { publishRoster() }
    }
}
