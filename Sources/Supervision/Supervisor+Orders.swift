import Basics
import Control
import Kernel

extension Supervisor {
    /// Begins to carry out an order for all that are meant, or for none.
    func carryOut(_ order: ServiceOrder, asker: SlabKey) {
        if phase != .running {
            reply(.refused(Self.isLeaving), to: asker)
            return
        }
        do throws(Refusal) {
            let plans = children.map { $0.plan }
            let chosen = try TargetSelection.select(order.targets, among: plans)
            orders.append(
                StandingOrder(order, asker: asker, targets: chosen.map { children[$0] }))
        } catch {
            reply(.refused(error), to: asker)
        }
    }

    /// A verb as it can be typed; whoever asked may not have LBCTL_NAME as the supervisor has it.
    func advised(_ verb: String) -> String { Advice.line(verb, for: plan.name, given: nil) }

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
            for order in orders { goOn(with: order) }
        }
        for order in orders where order.isOver { conclude(order) }
        orders.removeAll { $0.isOver }
    }

    private func goOn(with standing: StandingOrder) {
        settleErrands(of: standing)
        while !standing.waiting.isEmpty {
            if standing.order.isRolling && isSomeoneRolling { return }
            if standing.order.isRolling && !standing.failures.isEmpty {
                leaveAlone(standing)
                return
            }
            begin(standing.waiting.removeFirst(), standing)
            settleErrands(of: standing)
        }
    }

    /// Two that roll take turns, so that never more than one backend is missing for them.
    private var isSomeoneRolling: Bool {
        orders.contains { $0.order.isRolling && !$0.errands.isEmpty }
    }

    private func leaveAlone(_ standing: StandingOrder) {
        let names = standing.waiting.map { $0.plan.name }.joined(separator: ", ")
        standing.failures.append("left alone: \(names)")
        standing.waiting = []
    }

    private func settleErrands(of standing: StandingOrder) {
        let adopted = links.map { $0.adopted }.min()
        let moment = Clock.now()
        standing.errands.removeAll { errand in
            let took = moment.since(errand.begunAt)
            switch errand.outcome(now: moment, adopted: adopted) {
            case .underWay: return false
            case .done(let words): report(errand.child, words, isDone: true, standing, took)
            case .failed(let words): report(errand.child, words, isDone: false, standing, took)
            }
            return true
        }
    }

    private func report(
        _ child: SupervisedChild, _ words: String, isDone: Bool, _ standing: StandingOrder,
        _ took: Nanoseconds = Nanoseconds(0)
    ) {
        if !isDone { standing.failures.append("\(child.plan.name) \(words)") }
        guard connections.isCurrent(standing.asker) else { return }
        connections[standing.asker.slot].outbox.put(
            .reported(
                TargetReport(
                    name: child.plan.name, port: child.plan.port, pid: child.process?.pid ?? 0,
                    isDone: isDone, outcome: words, took: took)))
    }

    private func conclude(_ standing: StandingOrder) {
        if standing.failures.isEmpty {
            reply(.done, to: standing.asker)
            return
        }
        reply(
            .refused(
                Refusal(
                    what: "not all of it was done", why: standing.failures.joined(separator: "; "),
                    advice: "see \(advised("ps")) and \(advised("logs"))")), to: standing.asker)
    }

    /// Begins with one child, or says at once what there is to say.
    private func begin(_ child: SupervisedChild, _ standing: StandingOrder) {
        let verb = standing.order.verb
        let state = child.lifecycle.state
        if let words = Self.already(verb, state) {
            report(child, words, isDone: true, standing)
            return
        }
        if [.pause, .resume].contains(verb), state != (verb == .pause ? .ready : .paused) {
            report(
                child, "\(state.phrase): there is nothing to \(verb.word)", isDone: false, standing
            )
            return
        }
        let generation = child.generation
        let begunAt = Clock.now()
        switch verb {
        case .stop: drain(child, then: .rest)
        case .restart:
            child.restarting.forgive()
            drain(child, then: .start)
        case .start:
            child.restarting.forgive()
            perform(child.lifecycle.startRequested(), on: child)
        case .pause: pause(child)
        case .resume: resume(child)
        }
        standing.errands.append(
            Errand(
                child: child, verb: verb, waits: standing.order.waits || standing.order.isRolling,
                generation: generation, begunAt: begunAt,
                version: child.isBalanced ? rosterVersion : nil))
    }

    /// What is said where there is nothing to do.
    static func already(_ verb: ServiceVerb, _ state: ChildState) -> String? {
        switch (verb, state) {
        case (.stop, .stopped), (.stop, .failed), (.start, .ready), (.pause, .paused):
            "\(state.phrase) already"
        case (.start, .starting): "is starting already"
        case (.start, .paused): "runs already, but is paused: 'resume' lets it go on"
        case (.resume, .ready): "is not paused"
        case (.stop, _), (.start, _), (.restart, _), (.pause, _), (.resume, _): nil
        }
    }

    /// Tells the balancers first: from then on nobody waits for it who had a choice.
    private func pause(_ child: SupervisedChild) {
        guard let process = child.process else { return }
        perform(child.lifecycle.wasPaused(now: now), on: child)
        Signals.send(.stop, toGroup: process.pid)
        log.say("\(child.title(pid: process.pid)) is paused by 'lbctl pause'")
    }

    private func resume(_ child: SupervisedChild) {
        guard let process = child.process else { return }
        Signals.send(.proceed, toGroup: process.pid)
        perform(child.lifecycle.wasResumed(), on: child)
        log.say("\(child.title(pid: process.pid)) goes on by 'lbctl resume'")
    }
}
