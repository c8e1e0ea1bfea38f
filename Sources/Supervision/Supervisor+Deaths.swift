import Basics
import Control
import Kernel
import Scoreboard

extension Supervisor {
    /// A child's leader has ended, as its pidfd says.
    func processEnded(_ child: SupervisedChild, _ process: ChildProcess) {
        let isGraceful = endsGracefully(child)
        // After an end that nobody planned nothing is left that could be finished, and what is left
        // is in the way of the next one. While the dead leader is not reaped its number can't be
        // another group's.
        if !isGraceful { Signals.send(.kill, toGroup: process.pid) }
        guard let end = process.reap() else { return }
        poller.remove(process.child.pidDescriptor.reference)
        if isGraceful && !rest(of: child).isEmpty {
            let killAt = killsRest(of: child)
            advance(child) { $0.leaderEnded(killAt: killAt, now: now) }
            // They may have ended in between.
            hasReapedOrphans = true
            reapOrphans()
        } else {
            conclude(child, process, end)
        }
    }

    /// Whether an end is one in which what came of the leader is given time: one that was planned,
    /// or ordered by a signal that asks for it.
    private func endsGracefully(_ child: SupervisedChild) -> Bool {
        switch child.lifecycle {
        case .draining, .stopping, .stoppingRest: true
        case .starting, .ready, .paused: child.killOrder?.asksToEnd ?? false
        case .stopped, .backoff, .failed: false
        }
    }

    /// When the rest is killed: all have the time together, from the signal on; where the leader
    /// took that long itself, from its end on.
    private func killsRest(of child: SupervisedChild) -> Instant {
        let limit = child.plan.stopLimit
        let wanted = (child.killOrder?.sentAt ?? now) + limit
        return wanted > now ? wanted : now + limit
    }

    /// All of a child has ended.
    func conclude(_ child: SupervisedChild, _ process: ChildProcess, _ end: LeaderEnd) {
        // Those of the rest that have ended meanwhile: what they used is told with it. After a
        // death that nobody wanted there is no time for that.
        if child.lifecycle.isEndPlanned { reapOrphans() }
        let ending = end.ending
        let order = child.killOrder
        let wasPlanned = child.lifecycle.isEndPlanned
        let state = child.lifecycle.state
        var hadRest = false
        if case .stoppingRest = child.lifecycle { hadRest = true }
        var words = ending.cause.words
        // It was asked to end for that.
        if state == .stopping && !wasPlanned && child.attempts.isLate && order == nil {
            words += " (\(child.record.ending))"
        }
        if ending.cause == .exited(code: 127), child.plan.words[0] == "/bin/sh" {
            words += " (the shell found no such program)"
        }
        let wasOffered = child.isBalanced && [.ready, .paused].contains(state)
        if order == nil && !wasPlanned { words += lookForStranger(child, ending) }
        let action = child.exited(
            cause(of: child, ending, order),
            succeeded: !wasPlanned && order == nil && ending.cause == .exited(code: 0),
            words: words,
            BackendEnding(
                generation: child.generation, pid: process.pid,
                words: wasPlanned ? "was stopped" : ending.cause.words,
                signal: ending.cause.signalName, at: now, ran: end.ran),
            now: now, chance: chance())
        closeReadiness(of: process)
        // Before anything else is done about the death: each moment more can cost a request.
        perform(action, on: child)
        readLastWords(process, of: child)
        keepUnwrittenLines(process, of: child)
        hearLastReports(of: process)
        reapOrphans()
        mourn(
            child, process, end, order, wasPlanned: wasPlanned, wasOffered: wasOffered,
            hadRest: hadRest)
        let hasFailed = ending.cause != .exited(code: 0)
        if state == .starting && hasFailed { tellOfCopies(of: child) }
    }

    private func mourn(
        _ child: SupervisedChild, _ process: ChildProcess, _ end: LeaderEnd, _ order: KillOrder?,
        wasPlanned: Bool, wasOffered: Bool, hadRest: Bool
    ) {
        let ending = end.ending
        var head = "\(child.title(pid: process.pid)) "
        head += end.sentence(child.record.ending, rest: process.restUsage)
        if hadRest { head += end.restSentence(after: process.age, killed: process.killed) }
        if child.isBalanced {
            endedProcesses.ended(
                slot: child.standing.slot, generation: child.generation,
                title: child.title(pid: process.pid))
        }
        if let link = process.link {
            let account = account(of: link)
            if ending.cause != .exited(code: 0) { head += account }
        }
        obituaries.append(
            Obituary(
                child: child, process: process, head: head,
                next: wasPlanned && child.lifecycle == .stopped ? "stopped" : next(for: child),
                version: wasOffered && isBalancedByUs ? rosterVersion : nil, order: order,
                choosers: choosers, unit: plan.unit, now: now))
        settleObituaries()
    }

    /// How it came to end, for what comes next.
    private func cause(
        of child: SupervisedChild, _ ending: Ending, _ order: KillOrder?
    ) -> Restarting.Cause {
        if phase != .running || child.lifecycle.isEndPlanned { return .killed(restarts: false) }
        if let order { return .killed(restarts: order.restarts) }
        if child.attempts.stranger != nil { return .blocked }
        return .byItself(succeeded: ending.cause == .exited(code: 0))
    }

    /// A program that ends before it is ready may not have got its port. Returns what is said then.
    private func lookForStranger(_ child: SupervisedChild, _ ending: Ending) -> String {
        guard child.isBalanced, child.lifecycle.state == .starting,
            ending.cause != .exited(code: 0)
        else { return "" }
        let found = PortProbe.stranger(port: child.plan.port) { belongs($0, to: child) }
        child.attempts.ended(stranger: found)
        return found.map { " (\(strangerWords(child, $0)))" } ?? ""
    }

    private func closeReadiness(of process: ChildProcess) {
        if let socket = process.readiness.socket { poller.remove(socket.socket.reference) }
    }

    /// What comes next, as the log says it.
    func next(for child: SupervisedChild) -> String {
        switch child.lifecycle {
        case .backoff(let until):
            let wait = until.since(now)
            let stays = child.standing.isWithdrawn ? ", and stays drained" : ""
            return (wait.count == 0 ? "restarting at once" : "restarting in \(Figures.text(wait))")
                + stays
        case .failed: return "it crashed too often and is left alone"
        case .stopped: return "not restarted"
        case .starting: return "starting"
        case .ready, .paused: return "still running"
        case .draining: return "draining"
        case .stopping, .stoppingRest: return "stopping"
        }
    }

    /// What was in flight when a balancer died, from the lanes that it wrote.
    private func account(of link: BalancerLink) -> String {
        var requests: UInt64 = 0
        var connections: UInt64 = 0
        var unheard: UInt64 = 0
        for index in link.lanes {
            let lane = scoreboard.lane(index)
            requests &+= lane.exchangesOpen
            connections &+= lane.connectionsOpen
            unheard &+= lane.connectionsUnheard
        }
        scoreboard.clearLanes(link.lanes, movingTotalsTo: scoreboard.lane(0))
        let rest = unheard > 0 ? ", \(unheard) of them accepted and not read from yet" : ""
        return "; \(Figures.count(requests, "request")) in flight, "
            + "\(Figures.count(connections, "connection")) open\(rest)"
    }

    /// Says what is to be said of those whose death every balancer knows by now, or whose time is
    /// over.
    func settleObituaries() {
        if obituaries.isEmpty { return }
        let present = choosers
        let moment = Clock.now()
        var rest: [Obituary] = []
        for obituary in obituaries {
            obituary.look(at: present, moment)
            if obituary.isComplete(moment) { settle(obituary) } else { rest.append(obituary) }
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
