import Control
import Terminal

/// What `up` says once all is ready: where to look, and the very next line to type.
enum Invitation {
    /// A few lines between blank ones, so that they are found in a stream that goes on.
    static func text(_ status: ServiceStatus, name: String, style: Style) -> String {
        let name = name == "default" ? "" : " --name \(name)"
        var lines: [String] = []
        if !status.url.isEmpty { lines.append("open " + style.paint(status.url, .bold)) }
        lines.append("in another terminal: " + style.paint(command(status) + name, .bold))
        return "\n" + lines.joined(separator: "\n") + "\n"
    }

    /// What is worth trying: to kill the last of those between which somebody chooses.
    private static func command(_ status: ServiceStatus) -> String {
        guard let backend = status.children.last(where: { $0.weight != nil }) else {
            return "lbctl ps"
        }
        return "lbctl kill " + (backend.port.map { "\($0)" } ?? backend.name)
    }
}
