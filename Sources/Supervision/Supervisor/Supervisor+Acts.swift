import Basics
import Control
import Kernel
import Logs
import Planning

/// What operations have done to one child.
extension Supervisor {
    func perform(_ act: ChildAct, on child: SupervisedChild) {
        switch act {
        case .end(let sequel):
            if sequel == .start { child.life.forgave() }
            drain(child, then: sequel)
        case .start:
            child.life.forgave()
            start(child)
        case .pause: pause(child)
        case .resume: resume(child)
        case .withdraw: withdraw(child)
        case .restore: restore(child)
        case .stopLooking: stopLooking(at: child)
        case .set(let setting): set(setting, of: child)
        case .keepWithdrawn(true): child.standing.withdrawn()
        case .keepWithdrawn(false): child.standing.broughtBack()
        case .keepPlan: child.plans.changeWithdrawn()
        }
    }

    /// One that was finishing what it had before its end goes on, and is waited for no more.
    private func start(_ child: SupervisedChild) {
        let wasDraining = child.lifecycle.state == .draining
        advance(child) { $0.startRequested() }
        guard wasDraining, child.lifecycle.state == .ready else { return }
        if !child.standing.isWithdrawn { child.drain = nil }
        log.tell(ServiceEvent(.kept, child.subject).with(.by, "start"))
    }

    /// Tells the balancers first: from then on nothing waits for it that had a choice.
    private func pause(_ child: SupervisedChild) {
        guard let process = child.process else { return }
        advance(child) { $0.wasPaused(now: now) }
        Signals.send(.stop, toGroup: process.pid)
        log.tell(ServiceEvent(.paused, child.subject).with(.by, "pause"))
    }

    private func resume(_ child: SupervisedChild) {
        guard let process = child.process else { return }
        Signals.send(.proceed, toGroup: process.pid)
        advance(child) { $0.wasResumed() }
        log.tell(ServiceEvent(.resumed, child.subject).with(.by, "resume"))
    }

    private func withdraw(_ child: SupervisedChild) {
        child.standing.withdrawn()
        publishRoster()
        log.tell(ServiceEvent(.draining, child.subject).with(.by, "drain"))
        child.drain = Drain(version: publisher.version, now: now)
    }

    private func restore(_ child: SupervisedChild) {
        child.standing.broughtBack()
        stopLooking(at: child)
        publishRoster()
        log.tell(
            ServiceEvent(.undrained, child.subject).with(.by, "undrain"))
    }

    private func stopLooking(at child: SupervisedChild) {
        // A planned end goes on.
        if child.lifecycle.state != .draining { child.drain = nil }
    }

    func weigh(_ child: SupervisedChild, _ weight: UInt32) {
        let earlier = child.standing.weight
        child.standing.weighed(weight)
        publishRoster()
        log.tell(
            ServiceEvent(.weighed, child.subject).with(.weight, weight).with(.was, earlier)
                .with(.by, "weight"))
    }
}

/// What replacements have done to balancers.
extension Supervisor {
    func perform(_ act: Replacements.Act) {
        switch act {
        case .enrolSuccessor(let number, let replacement):
            guard let old = table[number] else { return }
            operations.enrolled(enrolSuccessor(of: old).number, for: replacement)
        case .hasten(let number): if let child = table[number] { hasten(child) }
        case .start(let number):
            guard let child = table[number] else { return }
            advance(child) { $0.startRequested() }
        case .handOver(let old, let successor):
            guard let old = table[old], let successor = table[successor] else { return }
            handOver(old, successor)
        case .abandon(let number): if let child = table[number] { abandon(child) }
        }
    }

    private func enrolSuccessor(of child: SupervisedChild) -> SupervisedChild {
        child.life.forgave()
        let successor = enrol(child.plans.next ?? child.plan)
        child.plans.changeWithdrawn()
        successor.becameSuccessor(of: child)
        table.append(successor)
        return successor
    }

    /// A balancer that is leaving ends without waiting for idle connections.
    private func hasten(_ child: SupervisedChild) {
        log.tell(ServiceEvent(.hastened, child.subject))
        let killAt = now + plan.stopLimit(of: child)
        advance(child) { $0.stopRequested(killAt: killAt, now: now) }
    }

    private func abandon(_ successor: SupervisedChild) {
        successor.membership.removed()
        let killAt = now + plan.stopLimit(of: successor)
        advance(successor) { $0.stopRequested(killAt: killAt, now: now) }
    }

    private func handOver(_ old: SupervisedChild, _ successor: SupervisedChild) {
        let pid = old.process?.pid
        successor.membership.tookOver()
        old.membership.removed(for: successor)
        table.handedOver(from: old, to: successor)
        old.process?.link?.handOver(within: plan.drainLimit)
        if let link = old.process?.link { watchLink(old, link) }
        let until = now + plan.drainLimit + Limits.drainGrace
        advance(old) {
            $0.drainRequested(
                until: until, then: .rest, stopLimit: old.plan.stopLimit, now: now)
        }
        log.tell(ServiceEvent(.balancerReplaced, successor.subject).with(.fromPid, pid))
    }
}
