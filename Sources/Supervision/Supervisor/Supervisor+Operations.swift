import Basics
import Control
import Kernel
import Planning

/// What has been asked of the children is done here as `Operations` says it.
extension Supervisor {
    /// Begins to carry out an order for all that are meant, or for none.
    func carryOut(_ order: ServiceOrder, asker: ControlConnection.Key) {
        do throws(Refusal) {
            if !shutdown.isRunning { throw Self.isLeaving }
            if order.verb.rule.starts { try refuseDuringRelease() }
            var steps = try order.steps(members: table.members.map { facts(of: $0) }) {
                targets throws(Refusal) in
                try table.select(targets).map { facts(of: $0) }
            }
            steps.removeAll { step in
                guard let child = table[step.child] else { return false }
                let isSpared = order.spares(facts(of: child))
                if isSpared { report(child, "is done, and left alone", to: asker) }
                return isSpared
            }
            operations.requested(steps, by: asker)
        } catch {
            control.reply(.refused(error), to: asker)
        }
    }

    static let isLeaving = Refusal(what: "nothing was done", why: "the service is being stopped")

    /// Nothing more comes of what has been asked for.
    func cancelOperations() {
        for asker in operations.cancelled() { control.reply(.refused(Self.isLeaving), to: asker) }
    }

    /// Nothing else is begun while a release runs, at the start or for a `reload`.
    func refuseDuringRelease() throws(Refusal) {
        if release != .running && !operations.isReleasing { return }
        throw Refusal(
            what: "nothing was done",
            why: "\(ChildPlan.releaseType) is still running, and runs alone",
            advice: "see \(plan.advised("ps")), and try again")
    }

    /// Goes on with everything that has been asked for, as far as it can be at present.
    func goOnWithOperations() {
        if operations.isEmpty { return }
        while true {
            let acts = operations.tick(serviceFacts())
            if acts.isEmpty { return }
            for act in acts { perform(act) }
        }
    }

    private func perform(_ act: Operations.Act) {
        switch act {
        case .change(let number, let act):
            if let child = table[number] { perform(act, on: child) }
        case .replace(let act): perform(act)
        case .report(let asker, let report): tell(report, to: asker)
        case .answer(let asker, let answer): control.reply(answer, to: asker)
        case .tell(let event): log.tell(event)
        case .goOn(let operation): goOnWithChange(operation)
        case .revert(let recipe): plan.recipe = recipe
        }
    }

    /// Tells what has become of a child for which no step was needed.
    func report(
        _ child: SupervisedChild, _ words: String, to asker: ControlConnection.Key,
        change: ServiceChange? = nil
    ) {
        tell(TargetReport(facts(of: child), words, isDone: true, change: change), to: asker)
    }

    private func tell(_ report: TargetReport, to asker: ControlConnection.Key) {
        control.tell(.reported(report), to: asker)
    }

    private func serviceFacts() -> ServiceFacts {
        ServiceFacts(
            now: Clock.now(), unit: plan.unit, drainLimit: plan.drainLimit,
            rosterVersion: publisher.version, adopted: publisher.adopted,
            hasChoice: table.hasChoice,
            mostLeavingBalancers: Opening.mostLeaving(
                of: plan.children.count { $0.role == .balancer }),
            child: { number in self.table[number].map { self.facts(of: $0) } },
            inHand: { number in self.table[number].map { self.scoreboard.inHand(of: $0) } ?? 0 },
            leavingBalancers: {
                self.table.balancers.filter {
                    $0.membership.isParting && $0.lifecycle.hasProcess
                }.map { self.facts(of: $0) }
            })
    }

    func facts(of child: SupervisedChild) -> ChildFacts {
        var facts = ChildFacts(
            child: child.number, name: child.name, port: child.plan.port, role: child.plan.role,
            type: child.plan.type, isRelease: child.plan.isRelease)
        facts.pid = child.process?.pid ?? 0
        facts.isMember = child.membership.isMember
        facts.successor = child.membership.heir?.number
        facts.lifecycle = child.lifecycle
        facts.generation = child.generation
        facts.isFinishing = child.drain != nil
        facts.isWithdrawn = child.standing.isWithdrawn
        facts.weight = child.standing.weight
        facts.settings.faults = child.standing.faults
        if let echo = child.process?.echo {
            facts.settings.faultState = echo.isAdopted ? .taken : .told
        }
        if child.plan.role == .balancer { facts.settings.algorithm = publisher.algorithm }
        let plan = child.plan
        facts.settings.obstacle = { $0.obstacle(for: plan) }
        facts.ending = child.record.ending
        facts.hasFinished = child.life.hasFinished
        facts.readyAfter = child.record.readyAfter
        facts.hasNextPlan = child.plans.next != nil
        return facts
    }
}
