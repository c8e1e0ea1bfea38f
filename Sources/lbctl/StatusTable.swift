import Basics
import Control
import Kernel
import Supervision

/// The rows of `lbctl ps`, for people and for programs.
enum StatusTable {
    static let heads = [
        "NAME", "PORT", "PID", "STATE", "HEALTH", "SINCE", "RESTARTS", "WEIGHT", "ACTIVE",
        "REQUESTS", "P50", "P99", "CPU", "MEMORY",
    ]

    static func text(_ status: ServiceStatus, now: WallTime = Clock.wallTime()) -> String {
        var rows = [heads]
        for child in status.children { rows.append(row(child, now)) }
        let widths = heads.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        let lines = rows.map { row in
            var line = ""
            for (cell, width) in zip(row, widths) {
                line += cell + String(repeating: " ", count: width - cell.count + 2)
            }
            return line.trimmed
        }
        return lines.joined(separator: "\n")
    }

    private static func row(_ child: ChildStatus, _ now: WallTime) -> [String] {
        func words(_ value: (some CustomStringConvertible)?) -> String {
            value.map { "\($0)" } ?? "-"
        }
        func time(_ milliseconds: Double?) -> String {
            milliseconds.map { Figures.decimal($0, places: 2) + "ms" } ?? "-"
        }
        let since = child.startedAt.map {
            let lived = now.nanoseconds > $0.nanoseconds ? now.nanoseconds - $0.nanoseconds : 0
            return Figures.text(Nanoseconds(lived))
        }
        return [
            child.name, words(child.port), words(child.pid), child.state.word, child.health.word,
            words(since), words(child.restarts), words(child.weight), words(child.active),
            words(child.requests), time(child.p50), time(child.p99),
            words(child.cpuPercent.map { Figures.decimal($0, places: 1) + "%" }),
            words(child.residentBytes.map { Figures.size(kibibytes: $0 / 1024) }),
        ]
    }

    static func json(_ status: ServiceStatus) -> String {
        "[" + status.children.map { object($0) }.joined(separator: ",\n ") + "]"
    }

    private static func object(_ child: ChildStatus) -> String {
        func number(_ value: (some CustomStringConvertible)?) -> String {
            value.map { "\($0)" } ?? "null"
        }
        func decimal(_ value: Double?) -> String {
            value.map { Figures.decimal($0, places: 3) } ?? "null"
        }
        let started = child.startedAt.map { "\"" + Stamps.text($0) + "\"" } ?? "null"
        let fields: [(String, String)] = [
            ("name", "\"\(child.name)\""), ("type", "\"\(child.type)\""),
            ("port", number(child.port)), ("pid", number(child.pid)),
            ("state", "\"\(child.state.word)\""), ("health", "\"\(child.health.word)\""),
            ("started_at", started), ("restarts", number(child.restarts)),
            ("weight", number(child.weight)), ("active", number(child.active)),
            ("requests", number(child.requests)), ("p50_ms", decimal(child.p50)),
            ("p99_ms", decimal(child.p99)), ("cpu_percent", decimal(child.cpuPercent)),
            ("rss_bytes", number(child.residentBytes)),
        ]
        return "{" + fields.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
    }
}

extension String {
    /// The text without the blanks at its end.
    var trimmed: String {
        var rest = self[...]
        while rest.last == " " { rest = rest.dropLast() }
        return String(rest)
    }
}
