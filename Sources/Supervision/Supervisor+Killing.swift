import Basics
import Control
import Kernel

extension Supervisor {
    /// Signals every child that is meant, or none.
    func kill(
        _ targets: [String], _ signal: Signal, restarts: Bool, asker: Slab<ControlConnection>.Key
    ) {
        let chosen: [SupervisedChild]
        do throws(Refusal) {
            chosen = try select(targets)
        } catch {
            reply(.refused(error), to: asker)
            return
        }
        if chosen.allSatisfy({ $0.process == nil }) {
            reply(.refused(notRunning(chosen)), to: asker)
            return
        }
        let request = KillRequest(asker: asker, now: now)
        for child in chosen { kill(child, signal, restarts: restarts, request) }
        kills.append(request)
    }

    private func kill(
        _ child: SupervisedChild, _ signal: Signal, restarts: Bool, _ request: KillRequest
    ) {
        let place = request.reports.count
        request.reports.append(
            KillReport(
                name: child.name, port: child.plan.port, pid: child.process?.pid ?? 0,
                signal: signal.rawValue, outOfRotation: nil, next: next(for: child)))
        guard let process = child.process else { return }
        // The signal first, then the clock.
        let sent = send(signal, to: process, of: child)
        let sentAt = Clock.now()
        if !sent { return }
        request.open.insert(place)
        child.killOrder = KillOrder(
            signal, sentAt: sentAt, restarts: restarts, request: request, place: place,
            after: child.killOrder)
        log.say("\(child.title(pid: process.pid)) is sent \(signal.name) by 'lbctl kill'")
    }

    /// Signals the leader; where it has ended, what is left.
    private func send(
        _ signal: Signal, to process: ChildProcess, of child: SupervisedChild
    ) -> Bool {
        if process.livingPid != nil { return process.child.send(signal) }
        return rest(of: child).reduce(false) { Signals.send(signal, to: $1) || $0 }
    }

    private func notRunning(_ chosen: [SupervisedChild]) -> Refusal {
        if phase != .running { return Self.isLeaving }
        let states = chosen.map { child in
            let word = "\(child.name) \(child.lifecycle.state.phrase)"
            if case .backoff = child.lifecycle { return "\(word), \(next(for: child))" }
            return word
        }
        return Refusal(
            what: "nothing was done", why: states.joined(separator: ", "),
            advice: "see \(advised("ps"))")
    }

    /// Answers whoever stopped a child or let it go on by a signal.
    func answerKill(of child: SupervisedChild, next: String) {
        guard let order = child.killOrder, [.stop, .terminalStop, .proceed].contains(order.signal)
        else { return }
        child.killOrder = nil
        if child.isBalanced && child.lifecycle.state == .paused {
            withdrawals += order.withdrawals(version: rosterVersion, next: next)
            return
        }
        order.settle(outOfRotation: nil, next: next)
    }

    /// Answers those who stopped a child, once every balancer knows of it.
    func settleWithdrawals() {
        if withdrawals.isEmpty { return }
        let adopted = adoptedVersion
        let moment = Clock.now()
        withdrawals.removeAll { withdrawal in
            if let adopted, adopted < withdrawal.version {
                return !withdrawal.request.open.contains(withdrawal.place)
            }
            withdrawal.request.settle(
                withdrawal.place,
                outOfRotation: isBalancedByUs ? moment.since(withdrawal.since) : nil,
                next: withdrawal.next)
            return true
        }
    }

    /// Answers those whose signal has had no effect in time.
    func expireKills() {
        for request in kills where request.deadline < now {
            for place in request.open {
                request.settle(place, outOfRotation: nil, next: "still running")
            }
            for child in children where child.killOrder?.request === request {
                // What is not meant to end a process must not excuse a later crash.
                if child.killOrder?.mayEnd == false && child.process?.leaderEnd == nil {
                    child.killOrder = nil
                }
            }
        }
    }
}
