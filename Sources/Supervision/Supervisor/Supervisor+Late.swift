import Basics
import Kernel

/// What is said of a child that takes long to become ready.
extension Supervisor {
    func lookAtStart(of child: SupervisedChild) {
        guard let due = child.attempts.looked(), child.lifecycle.state == .starting else {
            return
        }
        let title = child.title
        let elsewhere = elsewhere(child)
        switch due {
        case .firstLook:
            if let elsewhere { log.say("\(title) is not ready: \(elsewhere)") }
        case .slow:
            let more = elsewhere.map { "; " + $0 } ?? ""
            log.say(
                "\(title) is not ready after \(Figures.text(Limits.slowStart)): "
                    + "\(unreadiness(of: child))\(more); it is ended after "
                    + "\(Figures.text(child.plan.startLimit)) ('up --start-timeout')")
        }
    }

    /// What has not come.
    func unreadiness(of child: SupervisedChild) -> String {
        child.isBalanced && child.process?.readiness.pipe == nil
            ? "nobody accepted on port \(child.plan.port)" : "nothing said that it is ready"
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
