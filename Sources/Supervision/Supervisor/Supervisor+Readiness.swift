import Basics
import Control
import Kernel
import Logs
import Planning

extension Supervisor {
    /// Something came on the readiness pipe: a byte, or its end.
    func readinessCame(_ child: SupervisedChild, _ process: ChildProcess) {
        var word = ByteQueue(capacity: 16)
        let came = process.readiness.pipe?.descriptor.read(into: &word) ?? .wouldBlock
        switch came {
        case .wouldBlock: return
        case .moved:
            process.readiness.told()
            becameReady(child)
        case .end, .failed:
            process.readiness.closedPipe(
                port: child.isBalanced ? child.plan.port : nil, now: now)
        }
    }

    func becameReady(_ child: SupervisedChild) {
        let action = child.becameReady(now: now)
        if action == .nothing { return }
        perform(action, on: child)
        // A job serves no client: it is done when it has ended.
        let isJob = child.plan.isRelease
        log.tell(
            ServiceEvent(.ready, child.subject).with(.after, child.record.readyAfter)
                .with(.staysDrained, child.standing.isWithdrawn && !isJob)
                .with(.isJob, isJob).with(.isAwaited, isJob && release == .running))
    }

    /// Looks whether a child's port accepts by now.
    func lookAtPort(of child: SupervisedChild) {
        let finding = child.process?.readiness.look(now: now) { lineage.belongs($0, to: child) }
        switch finding {
        case .refused, nil: return
        case .own(let address):
            child.accepted(at: address)
            becameReady(child)
        case .stranger(let pid):
            if !child.attempts.saw(stranger: pid) { return }
            log.tell(
                ServiceEvent(.unready, child.subject).with(.reason, child.portIsTaken(by: pid)))
        }
    }

    /// Something came at a child's notify socket.
    func noticeCame(_ child: SupervisedChild, _ process: ChildProcess) {
        guard let notices = process.readiness.socket else { return }
        for _ in 0..<ReadinessSocket.budget {
            guard let notice = notices.socket.next() else { return }
            if child.lifecycle.state == .starting { take(notice, at: notices, of: child) }
        }
        // It talks without pause, and others have something to say too.
        notices.paused(now: now)
        try? poller.change(notices.socket.reference, to: [], token: child.token(.childNotice))
    }

    func readNoticesAgain(of child: SupervisedChild) {
        guard let notices = child.process?.readiness.socket else { return }
        notices.resumed()
        try? poller.change(
            notices.socket.reference, to: .readable, token: child.token(.childNotice))
    }

    private func take(
        _ notice: NoticeSocket.Notice, at notices: ReadinessSocket, of child: SupervisedChild
    ) {
        guard ReadyNotice.isReady(notice.text), notice.user == ThisProcess.user else { return }
        // One that has said it and gone can't be traced to its child, and any process of this user
        // can find the socket: then it is the port that tells.
        guard Processes.facts(of: notice.pid) != nil else { return }
        if !lineage.belongs(notice.pid, to: child) {
            if !notices.heardStranger() { return }
            log.tell(
                .notice(
                    "pid \(notice.pid) says that \(child.name) is ready, and is none of its",
                    child.subject))
            return
        }
        if child.isBalanced,
            case .own(let address) = PortProbe.find(
                port: child.plan.port, owns: { lineage.belongs($0, to: child) })
        {
            child.accepted(at: address)
        }
        becameReady(child)
    }

    /// Children that were stopped by a signal, or go on.
    func noteStoppedChildren() {
        while let change = Children.nextChange() {
            switch change {
            case .stopped(let pid):
                guard let child = table.child(pid: pid) else { continue }
                let signal = exits.signal(to: child.number).flatMap {
                    $0.pauses ? $0.signal.name : nil
                }
                let action = advance(child) { $0.wasPaused(now: now) }
                let isOffered = child.isBalanced && child.lifecycle.state == .paused
                exits.paused(
                    child.number, version: isOffered ? publisher.version : nil,
                    state: child.lifecycle.state)
                if action != .nothing {
                    log.tell(
                        ServiceEvent(.paused, child.subject(pid: pid)).with(.signal, signal))
                }
            case .resumed(let pid):
                guard let child = table.child(pid: pid) else { continue }
                let action = advance(child) { $0.wasResumed() }
                exits.resumed(child.number)
                if action != .nothing {
                    log.tell(ServiceEvent(.resumed, child.subject(pid: pid)))
                }
            }
        }
    }
}
