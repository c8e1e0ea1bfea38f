import Basics
import Control
import Kernel
import Logs

extension Supervisor {
    /// Begins to end everything, or hastens what has begun. Without a time each child has its own,
    /// from the moment on in which it is asked to end.
    func leave(within time: Nanoseconds?, why: String) {
        goOn(with: shutdown.requested(within: time, now: now), why: why)
    }

    func guardianIsGone() {
        goOn(with: shutdown.guardianDied(now: now), why: "the guardian is gone")
    }

    private func goOn(with response: Shutdown.Response, why: String) {
        switch response {
        case .nothing: return
        case .begun:
            log.tell(ServiceEvent(.stopping).with(.reason, why))
            log.messages.serviceEnds()
            // The balancers take in the clients that wait and let the sockets go too: a client that
            // comes now is refused, and does not wait in vain.
            sockets.letGo()
        case .hastened: break
        }
        cancelOperations()
        guard case .leaving(let killAt) = shutdown.phase else { return }
        for child in table.children where child.lifecycle.state == .draining {
            // What was to be started again rests.
            advance(child) {
                $0.drainRequested(
                    until: killAt, then: .rest, stopLimit: child.plan.stopLimit, now: now)
            }
        }
        carryOut(shutdown.ordersAtRequest(endingChildren, now: now))
    }

    /// What is so of all children, for how they end.
    private var endingChildren: [Shutdown.Child] {
        table.children.map { child in
            Shutdown.Child(
                isBalancer: child.plan.role == .balancer, hasProcess: child.lifecycle.hasProcess,
                state: child.lifecycle.state, stopLimit: plan.stopLimit(of: child))
        }
    }

    private func carryOut(_ orders: [Shutdown.Order]) {
        for (child, order) in zip(table.children, orders) {
            switch order {
            case .nothing: continue
            case .kill:
                child.drain = nil
                child.process?.wasGivenNoTime()
                advance(child) { $0.killRequested() }
            case .stop(let killAt):
                advance(child) { $0.stopRequested(killAt: killAt, now: now) }
                // One that was asked before is not asked again, but may have less time now.
                tellLimit(of: child)
            }
        }
    }

    /// Goes on with leaving.
    func goOnLeaving() {
        guard case .leaving = shutdown.phase else { return }
        carryOut(shutdown.orders(endingChildren, now: now))
        if shutdown.timePassed(now: now) { remindOfThoseThatStay() }
        if table.children.allSatisfy({ !$0.lifecycle.hasProcess }) && exits.isEmpty { endAll() }
    }

    /// All children have ended. The commands of `--on-event` are told what has happened so far
    /// before the rest of all processes is ended, and that the service is stopped after it.
    private func endAll() {
        while shutdown.isLeaving {
            switch shutdown.childrenEnded(hasMessages: log.messages.isBusy, now: now) {
            case .wait: return
            case .tellStopped: tellStopped()
            case .finish: finish()
            }
        }
    }

    private func remindOfThoseThatStay() {
        // The others are asked to end when the balancers have finished what they have.
        let words = table.children.filter { $0.lifecycle.state == .stopping }
            .compactMap { awaitedEnd(of: $0).sentence(now: now) }
        if words.isEmpty {
            let commands = log.messages.running
            if !commands.isEmpty {
                log.tellAside("still waiting for \(commands.joined(separator: ", "))")
            }
            return
        }
        log.tell(
            ServiceEvent(.waiting).with(.awaiting, Array(words.prefix(Limits.awaitedNamed)))
                .with(.count, words.count))
    }

    private func awaitedEnd(of child: SupervisedChild) -> AwaitedEnd {
        let pid = child.process?.pid
        var end = AwaitedEnd(title: child.title(pid: pid))
        var staying = child.process?.livingPid.map { [$0] } ?? []
        if case .stoppingRest = child.lifecycle {
            staying = lineage.rest(of: child)
            // One that has no name has ended meanwhile.
            end.rest = staying.compactMap { pid in
                Processes.name(of: pid).map { "pid \(pid) (\($0))" }
            }
        }
        let left = scoreboard.inHand(of: child)
        end.work = left > 0 ? Figures.count(left, plan.unit.noun) : ""
        end.killAt = child.lifecycle.killAt ?? .never
        end.killedAt = child.process?.killedAt
        end.isKept = staying.contains { Processes.facts(of: $0)?.isUninterruptible == true }
        return end
    }

    private func tellStopped() {
        if log.messages.isBusy { log.messages.timeIsOver(log) }
        let leftOver = Descendants.end(within: Limits.leftOvers)
        if leftOver > 0 {
            log.tell(ServiceEvent(.leftBehind).with(.count, leftOver))
        }
        log.tell(ServiceEvent(.stopped).with(.service, plan.name))
    }

    private func finish() {
        if log.messages.isBusy { log.messages.timeIsOver(log) }
        log.flush(now: now)
        identity.removeFiles()
        control.finish()
        shutdown.finished()
    }
}
