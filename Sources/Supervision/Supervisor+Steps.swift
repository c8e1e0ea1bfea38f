import Basics
import Control
import Kernel

/// How a step of an order begins.
extension Supervisor {
    /// Begins with one child, or says at once what there is to say.
    func begin(_ step: Step, _ standing: StandingOrder) {
        var child = step.child
        while let heir = child.membership.heir { child = heir }
        let state = child.lifecycle.state
        if step.change == .removed && [.stopped, .failed].contains(state) {
            report(child, "removed", isDone: true, standing, Nanoseconds(0), step.change)
            return
        }
        // Who waits for one that is starting already waits as if it had begun it.
        let joins = step.verb == .start && step.waits && state == .starting
        if !joins, let words = Self.already(step.verb, state) ?? atOnce(step, child) {
            report(child, words, isDone: true, standing, Nanoseconds(0), step.change)
            return
        }
        if let words = Self.obstacle(step.verb, child) {
            report(child, words, isDone: false, standing, Nanoseconds(0), step.change)
            return
        }
        let generation = joins ? child.generation - 1 : child.generation
        let begunAt = Clock.now()
        let weight = child.standing.weight
        var replacement: Replacement?
        switch step.verb {
        case .stop: drain(child, then: .rest)
        case .restart:
            child.life.forgave()
            replacement = replace(child)
            if replacement == nil { drain(child, then: .start) }
        case .start:
            child.life.forgave()
            advance(child) { $0.startRequested() }
        case .pause: pause(child)
        case .resume: resume(child)
        case .drain: withdraw(child)
        case .undrain: bringBack(child)
        case .weight: weigh(child, step.weight ?? child.standing.weight)
        }
        standing.errands.append(
            Errand(
                child: child, verb: step.verb, waits: step.waits, generation: generation,
                begunAt: begunAt, version: child.isBalanced ? rosterVersion : nil,
                isRolling: step.isRolling, unit: plan.unit.noun, change: step.change,
                earlierWeight: weight,
                limit: begunAt + plan.drainLimit, replacement: replacement))
    }

    /// What is said where there is nothing to do.
    static func already(_ verb: ServiceVerb, _ state: ChildState) -> String? {
        switch (verb, state) {
        case (.stop, .stopped), (.stop, .failed), (.start, .ready), (.pause, .paused):
            "\(state.phrase) already"
        case (.start, .starting): "is starting already"
        case (.start, .paused): "runs already, but is paused: 'resume' lets it go on"
        case (.resume, .ready): "is not paused"
        case (.stop, _), (.start, _), (.restart, _), (.pause, _), (.resume, _), (.drain, _),
            (.undrain, _), (.weight, _):
            nil
        }
    }

    /// The same for what a state does not tell: what is done with no more than a word.
    private func atOnce(_ step: Step, _ child: SupervisedChild) -> String? {
        let state = child.lifecycle.state
        let serves = [.ready, .paused].contains(state)
        switch step.verb {
        case .weight where step.weight == child.standing.weight:
            return "weight is \(child.standing.weight) already"
        case .drain where !serves:
            child.standing.withdrawn()
            return "\(state.phrase); it stays drained when it is ready"
        case .undrain where !child.standing.isWithdrawn: return "is not drained"
        case .undrain where !serves:
            child.standing.broughtBack()
            return "\(state.phrase); it is chosen again as soon as it is ready"
        case .stop, .start, .restart, .pause, .resume, .drain, .undrain, .weight: return nil
        }
    }

    /// Why a verb can't be carried out; nothing when it can.
    private static func obstacle(_ verb: ServiceVerb, _ child: SupervisedChild) -> String? {
        let state = child.lifecycle.state
        switch verb {
        case .pause, .resume:
            if state == (verb == .pause ? .ready : .paused) { return nil }
            return "\(state.phrase): there is nothing to \(verb.word)"
        case .start, .restart, .drain, .undrain, .weight:
            return child.membership.isMember ? nil : "is on its way out"
        case .stop: return nil
        }
    }

    /// Tells the balancers first: from then on nobody waits for it who had a choice.
    private func pause(_ child: SupervisedChild) {
        guard let process = child.process else { return }
        advance(child) { $0.wasPaused(now: now) }
        Signals.send(.stop, toGroup: process.pid)
        log.say("\(child.title(pid: process.pid)) is paused by 'lbctl pause'")
    }

    private func resume(_ child: SupervisedChild) {
        guard let process = child.process else { return }
        Signals.send(.proceed, toGroup: process.pid)
        advance(child) { $0.wasResumed() }
        log.say("\(child.title(pid: process.pid)) goes on by 'lbctl resume'")
    }

    private func withdraw(_ child: SupervisedChild) {
        child.standing.withdrawn()
        publishRoster()
        log.say("\(child.title) is drained by 'lbctl drain'")
        if !isAnybodyLeft {
            log.say("nobody is left to be chosen: \(plan.unit.withoutBackend)")
        }
        child.drain = Drain(version: rosterVersion, now: now)
    }

    private func bringBack(_ child: SupervisedChild) {
        child.standing.broughtBack()
        stopLooking(at: child)
        publishRoster()
        log.say("\(child.title) is back by 'lbctl undrain'")
    }

    /// Whoever waited for it to finish what it has waits no more.
    func stopLooking(at child: SupervisedChild) {
        // A planned end goes on.
        if child.lifecycle.state != .draining { child.drain = nil }
    }

    private func weigh(_ child: SupervisedChild, _ weight: UInt32) {
        let earlier = child.standing.weight
        child.standing.weighed(weight)
        publishRoster()
        log.say(
            "\(child.title) has weight \(weight) by 'lbctl weight' "
                + "(was \(earlier))")
        if !isAnybodyLeft {
            log.say("nobody is left to be chosen: \(plan.unit.withoutBackend)")
        }
    }
}
