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
        if isGraceful && !lineage.rest(of: child).isEmpty {
            let killAt = killsRest(of: child)
            exits.leaderEnded(child.number)
            advance(child) { $0.leaderEnded(killAt: killAt, now: now) }
            // They may have ended in between.
            adoptedExits.ended()
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
        case .starting, .ready, .paused: exits.signal(to: child.number)?.asksToEnd ?? false
        case .stopped, .backoff, .failed: false
        }
    }

    /// When the rest is killed: all have the time together, from the signal on; where the leader
    /// took that long itself, from its end on.
    private func killsRest(of child: SupervisedChild) -> Instant {
        let limit = child.plan.stopLimit
        let wanted = (exits.signal(to: child.number)?.sentAt ?? now) + limit
        return wanted > now ? wanted : now + limit
    }

    /// All of a child has ended.
    func conclude(_ child: SupervisedChild, _ process: ChildProcess, _ end: LeaderEnd) {
        // Those of the rest that have ended meanwhile: what they used is told with it. After a
        // death that nobody wanted there is no time for that.
        if child.lifecycle.isEndPlanned { reapOrphans() }
        let ending = end.ending
        let sent = exits.signal(to: child.number)
        let wasPlanned = child.lifecycle.isEndPlanned
        let state = child.lifecycle.state
        var hadRest = false
        if case .stoppingRest = child.lifecycle { hadRest = true }
        var words = ending.cause.words
        // It was asked to end for that.
        if state == .stopping && !wasPlanned && child.attempts.isLate && sent == nil {
            words += " (\(child.record.ending))"
        }
        if ending.cause == .exited(code: 127), child.plan.words[0] == "/bin/sh" {
            words += " (the shell found no such program)"
        }
        let wasOffered = child.isBalanced && [.ready, .paused].contains(state)
        if sent == nil && !wasPlanned { words += lookForStranger(child, ending) }
        let action = child.exited(
            cause(of: child, ending, sent),
            succeeded: !wasPlanned && sent == nil && ending.cause == .exited(code: 0),
            words: words,
            BackendEnding(
                generation: child.generation, pid: process.pid,
                words: wasPlanned ? "was stopped" : ending.cause.words,
                signal: ending.cause.signalName, at: now, ran: end.ran),
            now: now, chance: Randomness.chance())
        publisher.ended(child.processNumber)
        closeReadiness(of: process)
        // Before anything else is done about the death: each moment more can cost a request.
        perform(action, on: child)
        output.ended(process, of: child, now: now)
        hearLastReports(of: process, child.processNumber)
        reapOrphans()
        tellExit(
            of: child, process, end, wasPlanned: wasPlanned, wasOffered: wasOffered,
            hadRest: hadRest)
        let hasFailed = ending.cause != .exited(code: 0)
        if state == .starting && hasFailed { tellOfCopies(of: child) }
    }

    private func tellExit(
        of child: SupervisedChild, _ process: ChildProcess, _ end: LeaderEnd, wasPlanned: Bool,
        wasOffered: Bool, hadRest: Bool
    ) {
        var ending = end.sentence(child.record.ending, rest: process.restUsage)
        if hadRest { ending += end.restSentence(after: process.age, killed: process.killed) }
        if let link = process.link {
            let account = scoreboard.closeCounters(of: link)
            if end.ending.cause != .exited(code: 0) { ending += "; " + account }
        }
        exits.exited(
            ExitReport.Exit(
                process: child.processNumber, title: child.title(pid: process.pid), ending: ending,
                next: wasPlanned && child.lifecycle == .stopped
                    ? "stopped" : child.prospect(now: now),
                slot: child.isBalanced ? child.standing.slot : nil,
                version: wasOffered && table.hasBalancer ? publisher.version : nil),
            adoption, now: now)
        settleExits()
    }

    /// How it came to end, for what comes next.
    private func cause(
        of child: SupervisedChild, _ ending: Ending, _ sent: SentSignal?
    ) -> Restarting.Cause {
        if !shutdown.isRunning || child.lifecycle.isEndPlanned { return .killed(restarts: false) }
        if let sent { return .killed(restarts: sent.restarts) }
        if child.attempts.stranger != nil { return .blocked }
        return .byItself(succeeded: ending.cause == .exited(code: 0))
    }

    /// A program that ends before it is ready may not have got its port. Returns what is said then.
    private func lookForStranger(_ child: SupervisedChild, _ ending: Ending) -> String {
        guard child.isBalanced, child.lifecycle.state == .starting,
            ending.cause != .exited(code: 0)
        else { return "" }
        let found = PortProbe.stranger(port: child.plan.port) { lineage.belongs($0, to: child) }
        child.attempts.ended(stranger: found)
        return found.map { " (\(child.portIsTaken(by: $0)))" } ?? ""
    }

    private func closeReadiness(of process: ChildProcess) {
        if let socket = process.readiness.socket { poller.remove(socket.socket.reference) }
    }
}
