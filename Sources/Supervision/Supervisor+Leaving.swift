import Basics
import Control
import Kernel

extension Supervisor {
    /// How long children get to end when the guardian is dead, and nobody watches over us.
    static let orphanedTime = Nanoseconds.seconds(1)

    /// Begins to end everything, or hastens what has begun. Without a time each child has its own,
    /// from the moment on in which it is asked to end.
    func leave(within time: Nanoseconds?, why: String) {
        var killAt = time.map { now + $0 } ?? .never
        switch phase {
        case .running:
            log.say("stopping: \(why)")
            // The balancers take in who waits and let them go too: who comes now is refused, and
            // does not wait for nobody.
            for listener in listeners { listener.letGo() }
        case .leaving(let before): killAt = min(before, killAt)
        case .left: return
        }
        phase = .leaving(killAt: killAt)
        nextReminder = now + Self.reminder
        refuseOrders()
        replacements = []
        for child in children where child.lifecycle.state == .draining {
            // What was to be started again rests.
            perform(
                child.lifecycle.drainRequested(
                    until: killAt, then: .rest, stopLimit: child.plan.stopLimit, now: now),
                on: child)
        }
        for child in children {
            let isDue = child.plan.role == .balancer || killAt <= now
            if isDue || !child.lifecycle.hasProcess || child.lifecycle.state == .stopping {
                stop(child, by: killAt)
            }
        }
    }

    /// Asks a child to end for good; `killAt` is `never` where it has its own time.
    private func stop(_ child: SupervisedChild, by killAt: Instant) {
        let limit = killAt == .never ? now + child.plan.stopLimit : killAt
        perform(child.lifecycle.stopRequested(killAt: limit, now: now), on: child)
    }

    func guardianIsGone() {
        if case .leaving(let killAt) = phase, killAt.since(now) <= Self.orphanedTime { return }
        leave(within: Self.orphanedTime, why: "the guardian is gone")
    }

    /// Goes on with leaving: the balancers end first, since they finish what the others answer.
    func goOnLeaving() {
        guard case .leaving(let killAt) = phase else { return }
        let isBalancing = children.contains {
            $0.plan.role == .balancer && $0.lifecycle.hasProcess
        }
        if !isBalancing {
            for child in children where child.lifecycle.state != .stopping {
                stop(child, by: killAt)
            }
        } else if killAt <= now {
            for child in children where child.lifecycle.state != .stopping {
                stop(child, by: now)
            }
        }
        remindOfThoseWhoStay()
        if children.allSatisfy({ !$0.lifecycle.hasProcess }) && obituaries.isEmpty { finish() }
    }

    /// How often it is said for whom everybody waits.
    private static let reminder = Nanoseconds.seconds(2)

    private func remindOfThoseWhoStay() {
        guard let moment = nextReminder, moment < now else { return }
        nextReminder = now + Self.reminder
        // The others are asked to end when the balancers have finished what they have.
        let staying = children.filter { $0.lifecycle.state == .stopping }
        if staying.isEmpty { return }
        let words = staying.prefix(5).map { child in
            let pid = child.process?.pid
            let left = left(with: child)
            let work = left > 0 ? ", which has \(Figures.count(left, plan.unit)) in hand" : ""
            let rest = remainder(of: child).map { ", of which \($0) is left" } ?? ""
            guard let deadline = child.lifecycle.killAt, deadline != .never else {
                return "\(child.title(pid: pid))\(rest), which "
                    + (pid.map(Self.whyItStays) ?? "ends")
            }
            return "\(child.title(pid: pid))\(rest)\(work), killed in "
                + Figures.text(deadline.since(now))
        }
        let rest = staying.count > words.count ? " and \(staying.count - words.count) more" : ""
        log.say("still waiting for \(words.joined(separator: "; "))\(rest)")
    }

    /// A process that was killed ends as soon as the kernel lets it.
    private static func whyItStays(_ pid: Int32) -> String {
        Processes.facts(of: pid)?.state == "D"
            ? "was killed and is kept by the kernel (uninterruptible sleep)" : "was killed"
    }

    private func finish() {
        let leftOver = Descendants.end(within: .seconds(1))
        if leftOver > 0 {
            log.say("killed \(Figures.count(UInt64(leftOver), "process")) left behind")
        }
        log.say("'\(plan.name)' is stopped")
        log.flush(now: now)
        // The guardian removes the rest, if there is one.
        if ThisProcess.parentPid == guardianPid {
            folder.removeSupervisorFiles()
            wakeGuardian()
        } else {
            folder.removeAll()
        }
        tellAllThatItIsOver()
        phase = .left(exitCode: release.exitCode)
    }

    /// A guardian that was stopped (Ctrl-Z) would keep the service's name until somebody types
    /// `fg`. It finds us gone and ends.
    private func wakeGuardian() {
        let state = Processes.facts(of: guardianPid)?.state
        if state == "T" { Signals.send(.proceed, to: guardianPid) }
    }
}
