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
        let action = child.lifecycle.becameReady(now: now)
        if action == .nothing { return }
        perform(action, on: child)
        let took = child.process.map { Figures.text(Clock.now().since($0.startedAt)) } ?? ""
        log.say("\(child.title(pid: child.process?.pid)) is ready after \(took)")
    }

    /// Looks whether a child's port accepts by now.
    func lookAtPort(of child: SupervisedChild) {
        guard let process = child.process, var probe = process.probe else { return }
        let name = child.plan.name
        let found = probe.look(now: now) { holder in
            holder == process.pid
                || (Processes.variable(Inheritance.instance, of: holder) == name
                    && Processes.variable(Inheritance.service, of: holder) == plan.name)
        }
        process.probe = probe
        if let found {
            child.address = found
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
