import Basics
import Control
import Kernel
import Supervision
import Terminal

/// The rows of `lbctl ps` for people.
enum StatusTable {
    /// A column: its head, what stands in it, and how soon a narrow terminal goes without it.
    private struct Field {
        let column: Table.Column
        /// 0 stays; of the others the highest goes first.
        let dispensability: Int
        let cell: (ChildStatus, WallTime) -> Table.Cell

        init(
            _ title: String, _ alignment: Table.Alignment = .right, goes: Int = 0,
            _ cell: @escaping (ChildStatus, WallTime) -> Table.Cell
        ) {
            column = Table.Column(title, alignment)
            dispensability = goes
            self.cell = cell
        }
    }

    private static var fields: [Field] {
        [
            Field("NAME", .left) { child, _ in Table.Cell(child.name) },
            Field("PORT", goes: 1) { child, _ in figure(child.port) },
            Field("PID", goes: 5) { child, _ in figure(child.pid) },
            Field("STATE", .left) { child, _ in
                Table.Cell(child.state.word, look(child.state))
            },
            Field("HEALTH", .left, goes: 4) { child, _ in
                Table.Cell(child.health.word, look(child.health))
            },
            Field("SINCE", goes: 6) { child, now in since(child, now) },
            Field("RESTARTS", goes: 7) { child, _ in
                Table.Cell("\(child.restarts)", child.restarts > 0 ? .yellow : nil)
            },
            Field("WEIGHT", goes: 12) { child, _ in figure(child.weight) },
            Field("ACTIVE", goes: 8) { child, _ in figure(child.active) },
            Field("REQUESTS", goes: 2) { child, _ in figure(child.requests) },
            Field("P50", goes: 10) { child, _ in time(child.p50) },
            Field("P99", goes: 9) { child, _ in time(child.p99) },
            Field("CPU", goes: 3) { child, _ in
                cell(child.cpuPercent.map { Figures.decimal($0, places: 1) + "%" })
            },
            Field("MEMORY", goes: 11) { child, _ in
                cell(child.residentBytes.map { HumanText.bytes($0) })
            },
        ]
    }

    /// The table; where it is wider than `width`, the columns that tell least are left out.
    static func text(
        _ status: ServiceStatus, width: Int? = nil, style: Style = Style(isColoured: false),
        now: WallTime = Clock.wallTime()
    ) -> String {
        var fields = fields
        while true {
            let table = table(fields, status, now)
            let last = fields.max { $0.dispensability < $1.dispensability }
            guard let width, table.width > width, let last, last.dispensability > 0 else {
                return table.text(width: width, style: style)
            }
            fields.removeAll { $0.dispensability == last.dispensability }
        }
    }

    private static func table(
        _ fields: [Field], _ status: ServiceStatus, _ now: WallTime
    ) -> Table {
        var table = Table(fields.map(\.column))
        for child in status.children { table.add(fields.map { $0.cell(child, now) }) }
        return table
    }

    private static func since(_ child: ChildStatus, _ now: WallTime) -> Table.Cell {
        cell(
            child.startedAt.map {
                // The clock may have been set back.
                let lived = max(now.nanoseconds, $0.nanoseconds) - $0.nanoseconds
                return HumanText.duration(Nanoseconds(lived))
            })
    }

    private static func figure(_ value: (some CustomStringConvertible)?) -> Table.Cell {
        cell(value.map { "\($0)" })
    }

    private static func time(_ milliseconds: Double?) -> Table.Cell {
        cell(milliseconds.map { HumanText.duration(Nanoseconds(UInt64(max(0, $0) * 1e6))) })
    }

    private static func cell(_ text: String?) -> Table.Cell { Table.Cell(text ?? "-") }

    /// What is as it should be is not shouted about.
    private static func look(_ state: ChildState) -> SGR? {
        switch state {
        case .ready: .green
        case .starting, .draining, .stopping, .backoff, .paused: .yellow
        case .failed: .red
        case .stopped: .dim
        }
    }

    private static func look(_ health: ChildHealth) -> SGR? {
        switch health {
        case .up: .green
        case .down: .red
        case .unknown: .dim
        }
    }
}
