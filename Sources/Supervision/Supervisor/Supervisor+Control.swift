import Basics
import Control
import Kernel

/// What is asked over the control connections is answered here.
extension Supervisor {
    /// Begins to serve a connection that is there from the start.
    func serve(_ socket: consuming Descriptor, for peer: ControlConnection.Peer) {
        control.take(socket, for: peer, poller, now: now)
    }

    func answerRequests() {
        control.takeRequests(poller) { answer($0, $1) }
        noteLossOfGuardian()
    }

    func noteLossOfGuardian() {
        if control.takeLossOfGuardian() { guardianIsGone() }
    }

    private func answer(_ request: ControlRequest, _ key: ControlConnection.Key) {
        switch request {
        case .status: control.tell(.status(status()), to: key)
        case .follow: control.follow(key)
        case .awaitReady: return
        case .down(let time, let why): leave(within: time, why: why)
        case .kill(let targets, let signal, let restarts):
            kill(targets, Signal(rawValue: signal), restarts: restarts, asker: key)
        case .carryOut(let order): carryOut(order, asker: key)
        case .scale(let count): scale(to: Int(count), asker: key)
        case .reload: reload(asker: key)
        case .board: control.tell(.board(status(), board), to: key)
        case .bans: control.tell(bans(), to: key)
        case .lift(let clients): lift(clients, asker: key)
        case .gatherLog:
            // A worker writes its lines before it says that it goes by a roster.
            publishRoster()
            control.awaitLines(key, version: publisher.version, now: now)
        }
    }

    /// Answers requests that have what they wait for, or never will.
    func answerWaiting() {
        answerGathering()
        guard control.awaitsReadiness, let answer = readiness.answer else { return }
        control.readinessIsKnown(answer)
    }

    /// Answers those that want to read the log, once all that was said before they asked is in it.
    private func answerGathering() {
        let gathered = control.thoseGathered(now: now) { publisher.isAdopted($0) }
        if gathered.isEmpty { return }
        for child in table.children { output.readAll(of: child, poller, now: now) }
        for key in gathered { control.reply(.done, to: key) }
    }

    private var readiness: ServiceReadiness {
        ServiceReadiness(
            release: release, isRunning: shutdown.isRunning,
            isAdopted: publisher.isAdopted(publisher.version),
            children: table.members.map { readiness(of: $0) },
            logs: plan.advised("logs"))
    }

    private func readiness(of child: SupervisedChild) -> ServiceReadiness.Child {
        ServiceReadiness.Child(
            name: child.name, role: child.plan.role, state: child.lifecycle.state,
            isForeignBalancer: child.isForeignBalancer,
            isSettling: child.attempts.settlesAt != nil, isLate: child.attempts.isLate,
            isTriedInVain: child.attempts.isInVain(limit: child.plan.startLimit, now: now),
            isUnready: !child.attempts.isOver,
            pause: child.lifecycle.deadline.map { $0.since(now) }, ending: child.record.ending,
            lastLines: { child.lastLines.texts() })
    }
}
