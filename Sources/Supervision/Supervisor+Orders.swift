import Basics
import Control
import Kernel
import Planning

extension Supervisor {
    /// Begins to carry out an order for all that are meant, or for none.
    func carryOut(_ order: ServiceOrder, asker: Slab<ControlConnection>.Key) {
        do throws(Refusal) {
            if phase != .running { throw Self.isLeaving }
            if [.start, .restart].contains(order.verb) { try refuseDuringRelease() }
            let standing = StandingOrder(asker: asker, steps: try steps(of: order))
            spareDoneReleases(order, standing)
            orders.append(standing)
        } catch {
            reply(.refused(error), to: asker)
        }
    }

    private func steps(of order: ServiceOrder) throws(Refusal) -> [Step] {
        switch order.verb {
        case .drain, .undrain, .weight:
            var steps: [Step] = []
            for (place, target) in order.targets.enumerated() {
                let weight = order.weights.indices.contains(place) ? order.weights[place] : nil
                for child in try selectBalanced(target) {
                    // What is said last of one counts.
                    steps.removeAll { $0.child === child }
                    steps.append(Step(child: child, verb: order.verb, weight: weight))
                }
            }
            return steps
        case .stop, .start, .restart, .pause, .resume:
            return try select(order.targets).map { child in
                Step(
                    child: child, verb: order.verb, waits: order.waits || order.isRolling,
                    isRolling: order.isRolling)
            }
        }
    }

    /// Those of the balanced that a word means; here `all` is all of these.
    private func selectBalanced(_ target: String) throws(Refusal) -> [SupervisedChild] {
        var chosen = try select([target])
        if target == "all" { chosen = chosen.filter { $0.isBalanced } }
        if let stranger = chosen.first(where: { !$0.isBalanced }) {
            let known = members.filter { $0.isBalanced }.map { $0.name }.joined(separator: ", ")
            throw Refusal(
                what: "nothing was done",
                why: "\(stranger.name) is not one of those that are balanced",
                advice: known.isEmpty ? "" : "these are \(known)")
        }
        if chosen.isEmpty {
            throw Refusal(what: "nothing was done", why: "there is nothing that is balanced")
        }
        return chosen
    }

    /// A verb as it can be typed; whoever asked may be in another folder, or without the LBCTL_NAME
    /// that the supervisor has.
    func advised(_ verb: String) -> String {
        Advice.line(verb, for: plan.name, implied: nil)
    }

    static let isLeaving = Refusal(what: "nothing was done", why: "the service is being stopped")

    /// Tells all who gave orders that nothing more will come of them.
    func refuseOrders() {
        for order in orders { reply(.refused(Self.isLeaving), to: order.asker) }
        orders = []
    }

    /// Goes on with every order, as far as it can be at present.
    func goOnWithOrders() {
        if orders.isEmpty { return }
        // Twice: what one has finished may be what another waits for.
        for _ in 0..<2 {
            for order in orders {
                goOn(with: order)
                if !order.isReadyForSequel { continue }
                goOnAfterRelease(order)
                goOn(with: order)
            }
        }
        for order in orders where order.isOver { conclude(order) }
        orders.removeAll { $0.isOver }
    }

    private func goOn(with standing: StandingOrder) {
        settleErrands(of: standing)
        while let next = standing.waiting.first {
            // It runs alone.
            if standing.errands.contains(where: { $0.child.plan.isRelease }) { return }
            if next.isRolling {
                if isSomeoneRolling { return }
                if !standing.failures.isEmpty {
                    leaveAlone(standing)
                    return
                }
            }
            standing.waiting.removeFirst()
            begin(next, standing)
            settleErrands(of: standing)
        }
    }

    /// Those that roll take turns, so that never more than one backend is missing for them.
    private var isSomeoneRolling: Bool {
        orders.contains { $0.errands.contains { $0.isRolling } }
    }

    private func leaveAlone(_ standing: StandingOrder) {
        for step in standing.waiting { step.child.plans.changeWithdrawn() }
        let names = standing.waiting.map { $0.child.name }.joined(separator: ", ")
        standing.failures.append("left alone: \(names)")
        standing.waiting = []
    }

    private func settleErrands(of standing: StandingOrder) {
        let adopted = adoptedVersion
        let moment = Clock.now()
        standing.errands.removeAll { errand in
            let took = moment.since(errand.begunAt)
            let left = errand.verb == .drain ? left(with: errand.child) : 0
            switch errand.outcome(now: moment, adopted: adopted, left: left) {
            case .underWay: return false
            case .done(let words):
                report(errand, words + lonely(errand), isDone: true, standing, took)
            case .failed(let words):
                if errand.verb == .drain { stopLooking(at: errand.child) }
                report(errand, words, isDone: false, standing, took)
            }
            return true
        }
    }

    /// What is said where somebody has taken the last one out of the choice.
    private func lonely(_ errand: Errand) -> String {
        switch errand.verb {
        case .weight where errand.child.standing.weight > 0: ""
        case .drain, .weight:
            isAnybodyLeft ? "" : "; nobody is left to be chosen, \(plan.unit.withoutBackend)"
        case .stop, .start, .restart, .pause, .resume, .undrain: ""
        }
    }

    private func report(
        _ errand: Errand, _ words: String, isDone: Bool, _ standing: StandingOrder,
        _ took: Nanoseconds
    ) {
        let child = errand.replacement?.present ?? errand.child
        report(child, words, isDone: isDone, standing, took, errand.change)
    }

    func report(
        _ child: SupervisedChild, _ words: String, isDone: Bool, _ standing: StandingOrder,
        _ took: Nanoseconds = Nanoseconds(0), _ change: ServiceChange? = nil
    ) {
        if !isDone { standing.failures.append("\(child.name) \(words)") }
        guard connections.isCurrent(standing.asker) else { return }
        connections[standing.asker.slot].outbox.put(
            .reported(
                TargetReport(
                    name: child.name, port: child.plan.port, pid: child.process?.pid ?? 0,
                    isDone: isDone, outcome: words, took: took, change: change,
                    weight: child.isBalanced ? child.standing.weight : nil)))
    }

    private func conclude(_ standing: StandingOrder) {
        let faults = standing.failures + standing.remarks
        if faults.isEmpty {
            reply(.done, to: standing.asker)
            return
        }
        reply(
            .refused(
                Refusal(
                    what: "not all of it was done", why: faults.joined(separator: "; "),
                    advice: standing.failures.isEmpty
                        ? "" : "see \(advised("ps")) and \(advised("logs"))")), to: standing.asker)
    }
}
