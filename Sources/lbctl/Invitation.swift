import Control
import Supervision
import Terminal

/// What `up` says once all is ready: where to look, and the very next line to type.
enum Invitation {
    /// A few lines between blank ones, so that they are found in a stream that goes on.
    /// `own` is how this program is called; `implied` is the service that is meant without a name.
    static func text(
        _ status: ServiceStatus, name: String, style: Style, own: String = OwnCommand.words,
        implied: String = ServiceName.ofThisFolder() ?? ServiceName.usual
    ) -> String {
        let name = name == implied ? "" : " --name \(name)"
        var lines: [String] = []
        if status.url.hasPrefix("http") {
            lines.append("open " + style.paint(status.url, .bold))
        } else if !status.url.isEmpty {
            lines.append("try " + style.paint("echo hello | \(own) send \(status.url)", .bold))
        }
        let place = hopeless(status) == nil ? "in another terminal: " : "once it is mended: "
        lines.append(place + style.paint("\(own) \(command(status))\(name)", .bold))
        return "\n" + lines.joined(separator: "\n") + "\n"
    }

    /// What `up -d` says of it.
    static func summary(_ status: ServiceStatus, name: String) -> String {
        let backends = status.children.filter { $0.weight != nil }
        let what =
            backends.isEmpty
            ? Figures.count(UInt64(status.children.count), "process")
            : Figures.count(UInt64(backends.count), "backend")
        let place = status.url.isEmpty ? "" : " on \(status.url)"
        return "'\(name)' is up\(place) with \(what)"
    }

    /// One that stays as it is until somebody starts it.
    private static func hopeless(_ status: ServiceStatus) -> ChildStatus? {
        status.children.first { $0.state == .failed }
    }

    /// What is worth trying: to start what has failed, else to kill the last of those between which
    /// somebody chooses.
    private static func command(_ status: ServiceStatus) -> String {
        if let failed = hopeless(status) { return "start \(failed.name)" }
        guard let backend = status.children.last(where: { $0.weight != nil }) else {
            return "ps"
        }
        return "kill " + (backend.port.map { "\($0)" } ?? backend.name)
    }
}
