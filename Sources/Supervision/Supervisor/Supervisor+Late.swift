import Basics
import Kernel
import Logs

/// What is said of a child that takes long to become ready.
extension Supervisor {
    func lookAtStart(of child: SupervisedChild) {
        guard let due = child.attempts.looked(), child.lifecycle.state == .starting else {
            return
        }
        let elsewhere = elsewhere(child)
        switch due {
        case .firstLook:
            guard let elsewhere else { return }
            log.tell(ServiceEvent(.unready, child.subject).with(.reason, elsewhere))
        case .slow:
            let more = elsewhere.map { "; " + $0 } ?? ""
            log.tell(
                ServiceEvent(.unready, child.subject).with(.after, Limits.slowStart)
                    .with(.reason, unreadiness(of: child) + more)
                    .with(.limit, child.plan.startLimit))
        }
    }

    /// What has not come.
    func unreadiness(of child: SupervisedChild) -> String {
        child.isBalanced && child.process?.readiness.pipe == nil
            ? "nothing accepted on port \(child.plan.port)" : "nothing said that it is ready"
    }

    /// That it listens, but not where it should; nil where that is not so.
    func elsewhere(_ child: SupervisedChild) -> String? {
        guard child.isBalanced, let leader = child.process?.livingPid else { return nil }
        let ports = Processes.listeningPorts(of: [leader] + lineage.rest(of: child))
        if ports.isEmpty || ports.contains(child.plan.port) { return nil }
        let words = ports.prefix(4).map { String($0) }.joined(separator: ", ")
        return "it listens on port \(words), and not on \(child.plan.port): "
            + "have it listen on $PORT"
    }
}
