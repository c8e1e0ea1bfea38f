import Basics
import Control
import Kernel
import Scoreboard

extension Supervisor {
    /// A child's process has ended, as its pidfd says.
    func processEnded(_ child: SupervisedChild, _ process: ChildProcess) {
        // While the dead leader is not reaped its number can't be another group's.
        Signals.send(.kill, toGroup: process.pid)
        guard let ending = process.child.reap() else { return }
        let order = child.killOrder
        child.killOrder = nil
        // It was killed for that.
        let lateness =
            child.lifecycle == .starting(deadline: .never) ? " (\(child.ending))" : ""
        child.ending = ending.cause.words + lateness
        if ending.cause == .exited(code: 127), child.plan.words[0] == "/bin/sh" {
            child.ending += " (the shell found no such program)"
        }
        let wasPlanned = [.draining, .stopping].contains(child.lifecycle.state)
        child.ended = BackendEnding(
            generation: child.generation, pid: process.pid,
            words: wasPlanned ? "was stopped" : ending.cause.words,
            signal: ending.cause.signalName, at: now, ran: now.since(process.startedAt))
        let wasNeverReady = child.lifecycle.state == .starting
        let wasOffered = child.isBalanced && !wasPlanned && child.lifecycle.state != .starting
        child.drain = nil
        if order == nil && !wasPlanned { lookForStranger(child, ending) }
        let action = child.lifecycle.exited(
            verdict(on: child, ending, order), now: now)
        child.process = nil
        child.hasFinished =
            !wasPlanned && order == nil && ending.cause == .exited(code: 0)
            && child.lifecycle == .stopped
        // Before anything else is done about the death: each moment more can cost a request.
        perform(action, on: child)
        readLastWords(process, of: child)
        child.maker = process.pid
        reapOrphans()
        var head = "\(child.title(pid: process.pid)) \(child.ending) after "
        head += Figures.text(now.since(process.startedAt))
        head += " (cpu \(Figures.text(ending.cpu)), "
        head += "peak \(Figures.size(kibibytes: ending.peakKibibytes)))"
        if let link = process.link {
            let account = account(of: link)
            if ending.cause != .exited(code: 0) { head += account }
        }
        obituaries.append(
            Obituary(
                child: child, process: process, head: head,
                next: wasPlanned && child.lifecycle == .stopped ? "stopped" : next(for: child),
                version: wasOffered ? rosterVersion : nil, order: order, balancers: links.count,
                unit: plan.unit, now: now))
        settleObituaries()
        if wasNeverReady && ending.cause != .exited(code: 0) { tellOfCopies(of: child) }
    }

    private func verdict(
        on child: SupervisedChild, _ ending: Ending, _ order: KillOrder?
    ) -> Restarting.Verdict {
        let ready = child.lifecycle.readySince.map { now.since($0) }
        var cause = Restarting.Cause.byItself(succeeded: ending.cause == .exited(code: 0))
        if child.stranger != nil { cause = .blocked }
        if let order { cause = .killed(restarts: order.restarts) }
        if phase != .running || [.draining, .stopping].contains(child.lifecycle.state) {
            cause = .killed(restarts: false)
        }
        return child.restarting.ended(cause, readyFor: ready, now: now, chance: chance())
    }

    /// A program that ends before it is ready may not have got its port.
    private func lookForStranger(_ child: SupervisedChild, _ ending: Ending) {
        guard child.isBalanced, child.lifecycle.state == .starting,
            ending.cause != .exited(code: 0)
        else { return }
        child.stranger = nil
        let found = PortProbe.stranger(port: child.plan.port) { belongs($0, to: child) }
        guard let pid = found else { return }
        child.stranger = pid
        child.wasLate = true
        child.ending += " (\(strangerWords(child, pid)))"
    }

    /// What comes next, as the log says it.
    func next(for child: SupervisedChild) -> String {
        switch child.lifecycle {
        case .backoff(let until):
            let wait = until.since(now)
            let stays = child.isWithdrawn ? ", and stays drained" : ""
            return (wait.count == 0 ? "restarting at once" : "restarting in \(Figures.text(wait))")
                + stays
        case .failed: return "it crashed too often and is left alone"
        case .stopped: return "not restarted"
        case .starting: return "starting"
        case .ready, .paused: return "still running"
        case .draining: return "draining"
        case .stopping: return "stopping"
        }
    }

    /// What was in flight when a balancer died, from the lanes that it wrote.
    private func account(of link: BalancerLink) -> String {
        var requests: UInt64 = 0
        var connections: UInt64 = 0
        for index in link.lanes {
            let lane = scoreboard.lane(index)
            requests += lane.exchangesOpen
            connections += lane.connectionsOpen
        }
        scoreboard.clearLanes(link.lanes, movingTotalsTo: scoreboard.lane(0))
        return "; \(Figures.count(requests, "request")) in flight, "
            + "\(Figures.count(connections, "connection")) open"
    }

    /// Says what is to be said of those whose death every balancer knows by now, or whose time is
    /// over.
    func settleObituaries() {
        if obituaries.isEmpty { return }
        let adopted = adoptedVersion
        let moment = Clock.now()
        var rest: [Obituary] = []
        for obituary in obituaries {
            if let version = obituary.version, let adopted {
                if adopted >= version && obituary.outOfRotation == nil {
                    obituary.outOfRotation = moment.since(obituary.clockStart)
                }
                if !obituary.isComplete(moment) && moment < obituary.nextLook {
                    rest.append(obituary)
                    continue
                }
            }
            settle(obituary)
        }
        obituaries = rest
    }

    private func settle(_ obituary: Obituary) {
        log.say(obituary.sentence())
        obituary.order?.settle(outOfRotation: obituary.outOfRotation, next: obituary.next)
        // Only now, since it takes a while, and what the balancers say must not wait for it.
        endEscapees(of: obituary.child)
    }
}
