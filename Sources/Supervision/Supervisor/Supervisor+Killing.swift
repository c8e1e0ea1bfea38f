import Basics
import Control
import Kernel
import Logs

extension Supervisor {
    /// Signals every child that is meant, or none.
    func kill(
        _ targets: [String], _ signal: Signal, restarts: Bool, asker: ControlConnection.Key
    ) {
        let chosen: [SupervisedChild]
        do throws(Refusal) {
            chosen = try table.select(targets)
        } catch {
            control.reply(.refused(error), to: asker)
            return
        }
        if chosen.allSatisfy({ $0.process == nil }) {
            control.reply(.refused(notRunning(chosen)), to: asker)
            return
        }
        let targets = chosen.map { send(signal, to: $0) }
        // What a restart had begun with may be what is left dead.
        if !restarts { for child in chosen { advance(child) { $0.restartWithdrawn() } } }
        exits.signalled(targets, signal, restarts: restarts, asker: asker, now: now)
    }

    private func send(_ signal: Signal, to child: SupervisedChild) -> PendingKills.Target {
        let report = KillReport(
            name: child.name, port: child.plan.port, pid: child.process?.pid ?? 0,
            signal: signal.rawValue, outOfRotation: nil, next: child.prospect(now: now))
        var sentAt: Instant?
        if let process = child.process {
            // The signal first, then the clock.
            let isSent = send(signal, to: process, of: child)
            let moment = Clock.now()
            if isSent {
                sentAt = moment
                log.tell(
                    ServiceEvent(.signalled, child.subject).with(.signal, signal.name)
                        .with(.signalNumber, signal.rawValue).with(.by, "kill"))
            }
        }
        return PendingKills.Target(child: child.number, report: report, sentAt: sentAt)
    }

    /// Signals the leader; where it has ended, what is left.
    private func send(
        _ signal: Signal, to process: ChildProcess, of child: SupervisedChild
    ) -> Bool {
        if process.livingPid != nil { return process.child.send(signal) }
        return lineage.rest(of: child).reduce(false) { Signals.send(signal, to: $1) || $0 }
    }

    private func notRunning(_ chosen: [SupervisedChild]) -> Refusal {
        if !shutdown.isRunning { return Self.isLeaving }
        let states = chosen.map { child in
            let word = "\(child.name) \(child.lifecycle.state.phrase)"
            if case .backoff = child.lifecycle { return "\(word), \(child.prospect(now: now))" }
            return word
        }
        return Refusal(
            what: "nothing was done", why: states.joined(separator: ", "),
            advice: "see \(plan.advised("ps"))")
    }

    /// Says what is due of processes that have ended, and answers the kills of which all is known.
    func settleExits() {
        if exits.hasNothingOpen { return }
        perform(exits.settle(adoption, now: Clock.now()))
    }

    func perform(_ actions: [ExitReports.Action]) {
        for action in actions {
            switch action {
            case .tell(let event): log.tell(event)
            case .noteWithdrawal(let slot, let span):
                scoreboard.noteWithdrawal(slot: slot, after: span)
            case .endEscapees(let number):
                if let child = table[number] { endEscapees(of: child) }
            case .answer(let asker, let reports): control.reply(.killed(reports), to: asker)
            }
        }
    }
}
