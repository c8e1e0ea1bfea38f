import Basics
import Control
import Kernel
import Logs
import Scoreboard

extension Supervisor {
    /// A child's leader has ended, as its pidfd says.
    func processEnded(_ child: SupervisedChild, _ process: ChildProcess) {
        let isGraceful = endsGracefully(child)
        // After an end that was not planned nothing is left that could be finished, and the rest is
        // in the way of the next one. While the dead leader is not reaped its number can't be
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
    func conclude(_ child: SupervisedChild, _ process: ChildProcess, _ leader: LeaderEnd) {
        // Those of the rest that have ended meanwhile: what they used is told with it. After a
        // death that was not wanted there is no time for that.
        if child.lifecycle.isEndPlanned { reapOrphans() }
        let end = ProcessEnd(
            cause: leader.ending.cause, lifecycle: child.lifecycle,
            sent: exits.signal(to: child.number), isServiceRunning: shutdown.isRunning)
        var remarks = end.remarks(
            of: child.plan.words[0], late: child.attempts.isLate ? child.record.ending : nil)
        if child.isBalanced && end.isEarly && end.isByItself { remarks += lookForStranger(child) }
        let words = remarks.reduce(end.cause.words) { "\($0) (\($1))" }
        let action = child.exited(
            end.restartCause(isBlocked: child.attempts.stranger != nil), succeeded: end.succeeded,
            words: words,
            BackendEnding(
                generation: child.generation, pid: process.pid,
                cause: BackendEnding.Cause(end.cause), wasPlanned: end.wasPlanned, at: now,
                ran: leader.ran),
            now: now, chance: Randomness.chance())
        publisher.ended(child.processNumber)
        closeReadiness(of: process)
        // Before anything else is done about the death: each moment more can cost a request.
        perform(action, on: child)
        output.ended(process, of: child, now: now)
        hearLastReports(of: process, child.processNumber)
        reapOrphans(of: (child, process))
        tell(end, remarks, of: child, process, leader)
        if end.isEarly { tellOfCopies(of: child) }
    }

    private func tell(
        _ end: ProcessEnd, _ remarks: [String], of child: SupervisedChild,
        _ process: ChildProcess, _ leader: LeaderEnd
    ) {
        var rest = process.restUsage
        if !end.wasPlanned {
            // What was killed together with it may be about to end.
            let dying = lineage.usageOfDying(of: child)
            rest.add(cpu: dying.cpu, peakKibibytes: dying.peakKibibytes)
        }
        var event = ServiceEvent(end.kind, child.subject(pid: process.pid))
        event = leader.told(in: event, rest: rest).with(.remarks, remarks)
            .with(.planned, end.wasPlanned)
        if end.hadRest {
            event = leader.restTold(in: event, after: process.age, killed: process.killed)
        }
        if let link = process.link {
            let open = scoreboard.closeCounters(of: link)
            if end.cause != .exited(code: 0) { event = open.told(in: event) }
        }
        let wasOffered = child.isBalanced && end.wasServing && table.hasBalancer
        exits.exited(
            ExitReport.Exit(
                process: child.processNumber, event: event,
                next: end.wasPlanned && child.lifecycle == .stopped
                    ? "stopped" : child.prospect(now: now),
                restartIn: child.restartsIn(now: now),
                isLeftAlone: child.lifecycle.state == .failed,
                slot: child.isBalanced ? child.standing.slot : nil,
                version: wasOffered ? publisher.version : nil), adoption, now: now)
        settleExits()
    }

    /// A program that ends before it is ready may not have got its port. Returns what is told then.
    private func lookForStranger(_ child: SupervisedChild) -> [String] {
        let found = PortProbe.stranger(port: child.plan.port) { lineage.belongs($0, to: child) }
        child.attempts.ended(stranger: found)
        return found.map { [child.portIsTaken(by: $0)] } ?? []
    }

    private func closeReadiness(of process: ChildProcess) {
        if let socket = process.readiness.socket { poller.remove(socket.socket.reference) }
    }
}
