import Basics
import Control
import Kernel
import Supervision
import Terminal

/// The rows of `lbctl ps` for people.
enum StatusTable {
    /// What each process is and does.
    case processes
    /// What each backend was sent, and what came of it.
    case counters
    /// What each balancer took in, and what of it went to no backend.
    case fronting

    /// A column: its head, what stands in it, and how soon a narrow terminal goes without it.
    private struct Field {
        let column: Table.Column
        /// 0 stays; of the others the highest goes first.
        let dispensability: Int
        /// Whether a child has anything to stand in it: where none has, it is left out. `nil`: it
        /// stays.
        let isNeeded: ((ChildStatus) -> Bool)?
        let cell: (ChildStatus, WallTime) -> Table.Cell

        init(
            _ title: String, _ alignment: Table.Alignment = .right, goes: Int = 0,
            if isNeeded: ((ChildStatus) -> Bool)? = nil,
            _ cell: @escaping (ChildStatus, WallTime) -> Table.Cell
        ) {
            column = Table.Column(title, alignment)
            dispensability = goes
            self.isNeeded = isNeeded
            self.cell = cell
        }
    }

    private var fields: [Field] {
        switch self {
        case .processes: Self.processFields
        case .counters: Self.counterFields
        case .fronting: Self.frontingFields
        }
    }

    /// Whether a child has a row.
    private func shows(_ child: ChildStatus) -> Bool {
        switch self {
        case .processes: true
        case .counters: child.traffic != nil
        case .fronting: child.fronting != nil
        }
    }

    /// A column of one of the figures that `traffic` has, where a child has any.
    private static func count<Traffic>(
        _ title: String, goes: Int, of traffic: @escaping (ChildStatus) -> Traffic?,
        _ value: @escaping (Traffic) -> UInt64
    ) -> Field {
        Field(title, goes: goes) { child, _ in figure(traffic(child).map(value)) }
    }

    private static var frontingFields: [Field] {
        func count(
            _ title: String, goes: Int, _ value: @escaping (BalancerTraffic) -> UInt64
        ) -> Field {
            Self.count(title, goes: goes, of: \.fronting, value)
        }
        return [
            Field("NAME", .left) { child, _ in Table.Cell(child.name) },
            Field("ACTIVE", goes: 4) { child, _ in figure(child.active) },
            count("WAITING", goes: 7) { $0.waiting },
            count("CONNECTIONS", goes: 1) { $0.connections },
            count("OWN-ANSWERS", goes: 2) { $0.ownAnswers },
            count("LIMITED", goes: 3) { $0.limited },
            count("SHUT-OUT", goes: 5) { $0.shutOut },
            count("LINES-DROPPED", goes: 6) { $0.linesDropped },
        ]
    }

    private static var counterFields: [Field] {
        func count(
            _ title: String, goes: Int, _ value: @escaping (BackendTraffic) -> UInt64
        ) -> Field {
            Self.count(title, goes: goes, of: \.traffic, value)
        }
        return [
            Field("NAME", .left) { child, _ in Table.Cell(child.name) },
            Field("ACTIVE", goes: 5) { child, _ in figure(child.active) },
            Field("REQUESTS", goes: 1) { child, _ in figure(child.requests) },
            count("1XX", goes: 12) { $0.classes[0] },
            count("2XX", goes: 2) { $0.classes[1] },
            count("3XX", goes: 8) { $0.classes[2] },
            count("4XX", goes: 7) { $0.classes[3] },
            count("5XX", goes: 4) { $0.classes[4] },
            count("FAILED", goes: 3) { $0.failed },
            count("RETRIED-FROM", goes: 5) { $0.retriedFrom },
            count("TO", goes: 6) { $0.retriedTo },
            count("DENIED", goes: 11) { $0.retriesDenied },
            count("CONNECTS", goes: 9) { $0.connections.tried },
            count("REFUSED", goes: 10) { $0.connections.failed },
            count("CHECKS-OK", goes: 14) { $0.checksPassed },
            count("BAD", goes: 13) { $0.checksFailed },
            Field("EWMA", goes: 15) { child, _ in time(child.traffic?.average) },
        ]
    }

    private static var processFields: [Field] {
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
                cell(child.residentBytes.map { Figures.size($0) })
            },
            Field("FAULTS", .left, goes: 13, if: isFaulty) { child, _ in
                isFaulty(child) ? Table.Cell(faults(child), .yellow) : cell(nil)
            },
            Field("ALGORITHM", .left, goes: 14, if: isChoosing) { child, _ in
                cell(child.algorithm?.rawValue)
            },
        ]
    }

    /// The table; where it is wider than `width`, the columns that tell least are left out.
    func text(
        _ status: ServiceStatus, width: Int? = nil, style: Style = Style(isColoured: false),
        now: WallTime = Clock.wallTime()
    ) -> String {
        var fields = fields.filter { field in
            field.isNeeded.map { status.children.contains(where: $0) } ?? true
        }
        while true {
            let table = table(fields, status, now)
            let last = fields.max { $0.dispensability < $1.dispensability }
            guard let width, table.width > width, let last, last.dispensability > 0 else {
                return table.text(width: width, style: style)
            }
            fields.removeAll { $0.dispensability == last.dispensability }
        }
    }

    private func table(
        _ fields: [Field], _ status: ServiceStatus, _ now: WallTime
    ) -> Table {
        var table = Table(fields.map(\.column))
        for child in status.children where shows(child) {
            table.add(fields.map { $0.cell(child, now) })
        }
        return table
    }

    private static func isChoosing(_ child: ChildStatus) -> Bool { child.algorithm != nil }

    private static func isFaulty(_ child: ChildStatus) -> Bool {
        child.faults.map { !$0.isNone } ?? false
    }

    /// How it was made slow, and to fail.
    private static func faults(_ child: ChildStatus) -> String {
        let latency = child.faults?.latency.flatMap { $0.count == 0 ? nil : $0 }
        let rate = child.faults?.errorRate.flatMap { $0 == .zero ? nil : $0 }
        let words = [latency.map { "+\(Figures.text($0, .column))" }, rate.map { "\($0) fail" }]
        return words.compactMap { $0 }.joined(separator: ", ")
    }

    private static func since(_ child: ChildStatus, _ now: WallTime) -> Table.Cell {
        cell(child.startedAt.map { Figures.text(now.since($0), .column) })
    }

    private static func figure(_ value: (some CustomStringConvertible)?) -> Table.Cell {
        cell(value.map { "\($0)" })
    }

    private static func time(_ milliseconds: Double?) -> Table.Cell {
        cell(milliseconds.map { Figures.text(Nanoseconds(clamping: $0 * 1e6), .column) })
    }

    private static func cell(_ text: String?) -> Table.Cell { Table.Cell(text ?? "-") }

    /// What is as it should be is not shouted about.
    private static func look(_ state: ChildState) -> SGR? {
        switch state {
        case .ready: .green
        case .starting, .draining, .stopping, .backoff, .paused: .yellow
        case .failed: .red
        case .stopped, .done: .dim
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
