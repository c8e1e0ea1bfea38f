import Basics
import Control
import Logs
import Supervision

/// The rows of `lbctl ps` for programs: an array with an object for each child.
enum StatusJSON {
    static func text(_ status: ServiceStatus) -> String {
        "[" + status.children.map { object($0) }.joined(separator: ",\n ") + "]"
    }

    private static func object(_ child: ChildStatus) -> String {
        let fields: [(String, String)] = [
            ("name", string(child.name)), ("type", string(child.type)),
            ("port", number(child.port)), ("pid", number(child.pid)),
            ("state", string(child.state.word)), ("health", string(child.health.word)),
            ("started_at", child.startedAt.map { string(Stamps.text($0)) } ?? "null"),
            ("restarts", number(child.restarts)), ("weight", number(child.weight)),
            ("active", number(child.active)), ("requests", number(child.requests)),
            ("p50_ms", decimal(child.p50)), ("p99_ms", decimal(child.p99)),
            ("cpu_percent", decimal(child.cpuPercent)), ("rss_bytes", number(child.residentBytes)),
        ]
        return "{" + fields.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
    }

    private static func string(_ text: String) -> String {
        var queue = ByteQueue(capacity: 64)
        JSONText.append(text.utf8.span, to: &queue)
        return Stamps.text(queue.bytes)
    }

    private static func number(_ value: (some CustomStringConvertible)?) -> String {
        value.map { "\($0)" } ?? "null"
    }

    private static func decimal(_ value: Double?) -> String {
        value.map { Figures.decimal($0, places: 3) } ?? "null"
    }
}
