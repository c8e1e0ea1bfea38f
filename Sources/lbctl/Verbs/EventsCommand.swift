import Basics
import Kernel
import Logs
import Terminal

/// `lbctl events`: what has changed, and nothing else of the log.
enum EventsCommand {
    private static var remark: String {
        let width = EventKind.allCases.map(\.rawValue.utf8.count).max() ?? 0
        let kinds = EventKind.allCases.map { kind in
            let gap = String(repeating: " ", count: width + 2 - kind.rawValue.utf8.count)
            return "  \(kind.rawValue)\(gap)\(kind.meaning)"
        }
        return """
            KIND, as it stands below CHANGE, is one of:
            \(kinds.joined(separator: "\n"))
            With --format json an object a line: seq, time, kind, name, port, pid, generation, what
            (the sentence) and facts, an object; name, port, pid and generation are null where it is
            the service.
            """
    }

    static func run(_ words: [String]) throws(UsageError) -> Int32 {
        let verb = try Verb(
            words, usage: "lbctl events [-f] [OPTIONS] [NAME…]",
            examples: [
                ("lbctl events", "what has changed in the last run, as a table"),
                ("lbctl events -f backend", "changes of backends, as they come"),
                ("lbctl events --kind killed,down,up", "only these kinds"),
                ("lbctl events --since 1h", "those of the last hour, of earlier runs too"),
                ("lbctl events -f --format json", "for programs: an object a line"),
            ],
            options: [
                LogsFlags.follow,
                Option("tail", value: "N|all", help: "only the last N of them (all)"),
                LogsFlags.since, LogsFlags.until,
                Option(
                    "kind", value: "KIND,…", help: "only these kinds (all)",
                    words: EventKind.allCases.map(\.rawValue)),
                Option("format", value: "text|json", help: "how to print (text)"),
                ColourChoice.option,
            ], remark: remark)
        let given = verb.options
        let span = try LogsFlags.span(given)
        let kinds = try kinds(given)
        let format = try given.choice("format", LinePainter.Format.self) ?? .text
        let request = LogRequest(
            folder: try verb.pastFolder(), filter: { filter(of: $0, kinds, in: span) },
            targets: given.operands,
            tail: try LogsFlags.tail(given), follows: given.has("follow"),
            spansRuns: given.has("since") || given.has("until"))
        let colour = try given.choice("color", ColourChoice.self) ?? .auto
        return request.show(
            on: LogPrinter(LinePainter(format, colour: colour, showing: .changes)))
    }

    /// Those that are asked for; none where all are.
    private static func kinds(_ given: ParsedOptions) throws(UsageError) -> Set<EventKind> {
        var kinds: Set<EventKind> = []
        for list in given.values("kind") {
            do throws(EventKind.Unknown) {
                kinds.formUnion(try EventKind.list(list))
            } catch {
                throw UsageError("--kind: \(error.why)", hint: error.advice)
            }
        }
        return kinds
    }

    private static func filter(
        of names: [String], _ kinds: Set<EventKind>, in span: (since: WallTime?, until: WallTime?)
    ) -> LogFilter {
        var filter = LogFilter(
            since: span.since, until: span.until, streams: Stream.own)
        if names.isEmpty && kinds.isEmpty { return filter }
        filter.records = { record in
            guard let event = ServiceEvent(toldBy: record) else { return false }
            if !kinds.isEmpty && !kinds.contains(event.kind) { return false }
            if names.isEmpty { return true }
            guard let name = event.subject?.name else { return false }
            return names.contains { LogFilter.name(name.utf8.span, isOf: $0) }
        }
        return filter
    }
}
