import Basics
import Control
import Kernel
import Planning
import Supervision
import Terminal

/// What `up` says once all is ready, or never will be: where to look, and the very next line to
/// type.
enum ReadyMessage {
    /// A few lines between blank ones, so that they are found in a stream that goes on.
    /// `own` is how this program is called; `implied` is the service that is meant without a name.
    static func text(
        _ status: ServiceStatus, name: String, style: Style, own: String = OwnCommand.words,
        implied: String?, admin: AdminAddress? = nil
    ) -> String {
        let name = name == implied ? "" : " --name \(name)"
        var lines: [String] = []
        if let place = opening(status, own) { lines.append(place.0 + style.paint(place.1, .bold)) }
        if let admin { lines.append("see " + style.paint(admin.text, .bold)) }
        let missing = missing(status)
        if !missing.isEmpty {
            lines.append("not ready: " + Figures.names(missing.map(\.name)))
        }
        let failed = missing.filter { $0.state == .failed }
        let place = failed.isEmpty ? "in another terminal: " : "once it is mended: "
        let command = failed.isEmpty ? trial(status) : start(failed, of: status)
        lines.append(place + style.paint("\(own) \(command)\(name)", .bold))
        return "\n" + lines.joined(separator: "\n") + "\n"
    }

    /// The service that a verb without a name means in another terminal, in the folder that this
    /// one was started in. No service is asked: the supervisor's guardian must not wait for others.
    static func implied(_ status: ServiceStatus, name: String) -> String? {
        if let own = ServiceName.ofThisFolder() {
            return status.directory == Files.resolved(".") ? own : nil
        }
        let others = RunningService.all(patience: Nanoseconds(0)).contains { $0.name != name }
        return others ? nil : ServiceName.usual
    }

    /// What `up -d` says of it.
    static func summary(_ status: ServiceStatus, name: String) -> String {
        let backends = status.children.filter { $0.weight != nil }
        let what =
            backends.isEmpty
            ? Figures.count(status.children.count, "process")
            : Figures.count(backends.count, "backend")
        let place = status.url.isEmpty ? "" : " on \(status.url)"
        return "'\(name)' is up\(place) with \(what)"
    }

    /// Where a request would be answered; `nil` while none of the backends is ready.
    private static func opening(_ status: ServiceStatus, _ own: String) -> (String, String)? {
        let backends = status.children.filter { $0.weight != nil }
        let isAnswered =
            backends.isEmpty || backends.contains { $0.state == .ready || isOnTheWay($0) }
        if status.url.isEmpty || !isAnswered { return nil }
        if status.url.hasPrefix("http") { return ("open ", status.url) }
        return ("try: ", "echo hello | \(own) send \(status.url)")
    }

    /// Those that are not as they should be.
    private static func missing(_ status: ServiceStatus) -> [ChildStatus] {
        status.children.filter { child in
            [.failed, .backoff, .starting].contains(child.state) && !isOnTheWay(child)
        }
    }

    /// Whether it is being started for the first time: another may have failed before it is ready.
    private static func isOnTheWay(_ child: ChildStatus) -> Bool {
        child.state == .starting && child.restarts == 0
    }

    /// How those that have failed are started again: by their type where all of it has.
    private static func start(_ failed: [ChildStatus], of status: ServiceStatus) -> String {
        var targets: [String] = []
        for child in failed {
            let copies = status.children.filter { $0.type == child.type }
            let isWhole = copies.count > 1 && copies.allSatisfy { $0.state == .failed }
            let target = isWhole ? child.type : child.name
            if !targets.contains(target) { targets.append(target) }
        }
        if targets.count > mostTargets {
            targets = failed.reduce(into: []) { types, child in
                if !types.contains(child.type) { types.append(child.type) }
            }
        }
        return "start " + (targets.count > mostTargets ? "all" : targets.joined(separator: " "))
    }

    /// As many targets as a line to be typed may have.
    private static let mostTargets = 8

    /// What is worth trying: to kill the last of the backends that are ready.
    private static func trial(_ status: ServiceStatus) -> String {
        let backend = status.children.last { $0.weight != nil && $0.state == .ready }
        guard let backend else { return "ps" }
        return "kill " + (backend.port.map { "\($0)" } ?? backend.name)
    }
}
