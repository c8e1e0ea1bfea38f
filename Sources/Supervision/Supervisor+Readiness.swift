import Basics
import Control
import Kernel

extension Supervisor {
    /// Something came on the readiness pipe: a byte, or its end.
    func readinessCame(_ child: SupervisedChild, _ process: ChildProcess) {
        scratch.removeAll()
        let came = process.readiness?.descriptor.read(into: &scratch) ?? .wouldBlock
        switch came {
        case .wouldBlock: return
        case .moved: becameReady(child)
        case .end, .failed:
            // It closed the pipe without a word; its port may still tell.
            if child.isBalanced { process.probe = PortProbe(port: child.plan.port, now: now) }
        }
        process.readiness = nil
    }

    func becameReady(_ child: SupervisedChild) {
        child.process?.probe = nil
        child.triedSince = nil
        let action = child.lifecycle.becameReady(now: now)
        if action == .nothing { return }
        perform(action, on: child)
        let took = child.process.map { Figures.text(Clock.now().since($0.startedAt)) } ?? ""
        let stays = child.isWithdrawn ? "; it stays drained" : ""
        log.say("\(child.title(pid: child.process?.pid)) is ready after \(took)\(stays)")
    }

    /// Looks whether a child's port accepts by now.
    func lookAtPort(of child: SupervisedChild) {
        guard let process = child.process, var probe = process.probe else { return }
        let finding = probe.look(now: now) { belongs($0, to: child) }
        process.probe = probe
        switch finding {
        case .nobody: return
        case .own(let address):
            child.accepts(at: address)
            becameReady(child)
        case .stranger(let pid):
            if child.stranger == pid { return }
            child.stranger = pid
            log.say("\(child.title(pid: process.pid)) is not ready: \(strangerWords(child, pid))")
        }
    }

    /// Whether a process is the child's, or one that came from it. What has left its parents still
    /// carries the child's name.
    func belongs(_ pid: Int32, to child: SupervisedChild) -> Bool {
        if let leader = child.process?.pid, Processes.descends(pid, from: leader) { return true }
        return cameFrom(child, pid) && Processes.descends(pid, from: ThisProcess.pid)
    }

    func strangerWords(_ child: SupervisedChild, _ pid: Int32) -> String {
        "port \(child.plan.port) is taken" + Ports.holder(pid)
    }

    /// Something came at a child's notify socket.
    func noticeCame(_ child: SupervisedChild, _ process: ChildProcess) {
        while let notice = child.notices?.socket.next() {
            guard ReadyNotice.isReady(notice.text), notice.user == ThisProcess.user else {
                continue
            }
            // One that has said it and gone can't be asked whose it was; the socket is the child's.
            if Processes.facts(of: notice.pid) != nil && !belongs(notice.pid, to: child) {
                log.say(
                    "pid \(notice.pid) says that \(child.name) is ready, and is none of its")
                continue
            }
            if child.isBalanced,
                case .own(let address) = PortProbe.find(
                    port: child.plan.port, owns: { belongs($0, to: child) })
            {
                child.accepts(at: address)
            }
            becameReady(child)
        }
    }

    /// Children that were stopped by a signal, or go on.
    func noteStoppedChildren() {
        while let change = Children.nextChange() {
            switch change {
            case .stopped(let pid):
                guard let child = child(pid: pid) else { continue }
                let action = child.lifecycle.wasPaused(now: now)
                perform(action, on: child)
                answerKill(of: child, next: "paused")
                if action != .nothing { log.say("\(child.title(pid: pid)) was stopped") }
            case .resumed(let pid):
                guard let child = child(pid: pid) else { continue }
                let action = child.lifecycle.wasResumed()
                perform(action, on: child)
                answerKill(of: child, next: "goes on")
                if action != .nothing { log.say("\(child.title(pid: pid)) goes on") }
            }
        }
    }

    func child(pid: Int32) -> SupervisedChild? { children.first { $0.process?.pid == pid } }
}
