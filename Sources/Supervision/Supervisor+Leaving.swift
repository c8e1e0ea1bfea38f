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
        cancelOperations()
        for child in children where child.lifecycle.state == .draining {
            // What was to be started again rests.
            advance(child) {
                $0.drainRequested(
                    until: killAt, then: .rest, stopLimit: child.plan.stopLimit, now: now)
            }
        }
        // The others outlive the balancers, which see first to what they have.
        let hasBalancer = children.contains(where: isBalancing)
        for child in children {
            let isDue = child.plan.role == .balancer || (killAt <= now && !hasBalancer)
            if isDue || !child.lifecycle.hasProcess || child.lifecycle.state == .stopping {
                stop(child, by: killAt)
            }
        }
    }

    /// Asks a child to end for good; `killAt` is `never` where it has its own time. Where there is
    /// none it is killed at once.
    private func stop(_ child: SupervisedChild, by killAt: Instant) {
        // A balancer has a moment in any case to answer, reset and log what it has.
        let hasMoment = isBalancing(child)
        if killAt <= now && !hasMoment {
            child.drain = nil
            child.process?.wasGivenNoTime()
            advance(child) { $0.killRequested() }
            return
        }
        var limit = killAt == .never ? now + stopLimit(of: child) : killAt
        if hasMoment { limit = max(limit, now + Self.lastMoment) }
        advance(child) { $0.stopRequested(killAt: limit, now: now) }
        // One that was asked before is not asked again, but may have less time now.
        tellLimit(of: child)
    }

    /// How long a balancer that is killed at once has to answer, reset and log what it has.
    private static let lastMoment = Nanoseconds.milliseconds(200)
    /// How long one has for that at the most after its own time is over.
    private static let longestMoment = Nanoseconds.seconds(2)

    /// How long a child may take to end. A balancer finishes what it has meanwhile, for as long as
    /// `--drain-timeout` says.
    func stopLimit(of child: SupervisedChild) -> Nanoseconds {
        if child.plan.role != .balancer { return child.plan.stopLimit }
        return max(child.plan.stopLimit, plan.drainLimit + Self.longestMoment)
    }

    /// Tells a balancer by when it must have finished, so early that it can see to what it has left
    /// before it is killed.
    func tellLimit(of child: SupervisedChild) {
        guard let link = child.process?.link, let killAt = child.lifecycle.killAt,
            killAt != .never
        else { return }
        let left = killAt.since(now)
        let moment = min(
            max(Nanoseconds(left.count / 4), Self.lastMoment), Self.longestMoment, left)
        link.limit(until: now + Nanoseconds(left.count - moment.count))
        watchLink(child, link)
    }

    func guardianIsGone() {
        if case .leaving(let killAt) = phase, killAt.since(now) <= Self.orphanedTime { return }
        leave(within: Self.orphanedTime, why: "the guardian is gone")
    }

    /// Goes on with leaving: the balancers end first, since they finish what the others answer.
    func goOnLeaving() {
        guard case .leaving(let killAt) = phase else { return }
        if !children.contains(where: isBalancing) {
            for child in children where child.lifecycle.state != .stopping {
                stop(child, by: killAt)
            }
        } else if killAt != .never && killAt + Self.lastMoment <= now {
            for child in children where child.lifecycle.state != .stopping {
                stop(child, by: now)
            }
        }
        remindOfThoseWhoStay()
        if children.allSatisfy({ !$0.lifecycle.hasProcess }) && exits.isEmpty { finish() }
    }

    private func isBalancing(_ child: SupervisedChild) -> Bool {
        child.plan.role == .balancer && child.lifecycle.hasProcess
    }

    /// How often it is said for whom everybody waits.
    private static let reminder = Nanoseconds.seconds(2)

    private func remindOfThoseWhoStay() {
        guard let moment = nextReminder, moment < now else { return }
        nextReminder = now + Self.reminder
        // The others are asked to end when the balancers have finished what they have.
        let words = children.filter { $0.lifecycle.state == .stopping }
            .compactMap { awaitedEnd(of: $0).sentence(now: now) }
        if words.isEmpty { return }
        let rest = words.count > 5 ? " and \(words.count - 5) more" : ""
        log.say("still waiting for \(words.prefix(5).joined(separator: "; "))\(rest)")
    }

    private func awaitedEnd(of child: SupervisedChild) -> AwaitedEnd {
        let pid = child.process?.pid
        var end = AwaitedEnd(title: child.title(pid: pid))
        var staying = child.process?.livingPid.map { [$0] } ?? []
        if case .stoppingRest = child.lifecycle {
            staying = rest(of: child)
            // One that has no name has ended meanwhile.
            end.rest = staying.compactMap { pid in
                Processes.name(of: pid).map { "pid \(pid) (\($0))" }
            }
        }
        let left = left(with: child)
        end.work = left > 0 ? Figures.count(left, plan.unit.noun) : ""
        end.killAt = child.lifecycle.killAt ?? .never
        end.killedAt = child.process?.killedAt
        end.isKept = staying.contains { Processes.facts(of: $0)?.state == "D" }
        return end
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
        control.finish()
        phase = .left(exitCode: release.exitCode)
    }

    /// A guardian that was stopped (Ctrl-Z) would keep the service's name until somebody types
    /// `fg`. It finds us gone and ends.
    private func wakeGuardian() {
        let state = Processes.facts(of: guardianPid)?.state
        if state == "T" { Signals.send(.proceed, to: guardianPid) }
    }
}
