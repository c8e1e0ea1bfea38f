import Basics
import Kernel
import Logs
import Terminal

/// `lbctl events`: what has changed, and nothing else of the log.
enum EventsCommand {
    private static let remark = """
        CHANGE is one of started, stopping, stopped (the service); ready, unready, failed,
        signalled, exited, killed, overdue, paused, resumed (a process); draining, drained,
        undrained, weighed, down, up, replaced, nobody (the choice); unwritable, writable (the
        history); other.
        With --format json an object a line: seq, time, name, port, pid, change, what; name, port
        and pid are null where it is the service that changed.
        """

    static func run(_ words: [String]) throws(UsageError) -> Int32 {
        let verb = try Verb(
            words, usage: "lbctl events [-f] [OPTIONS] [NAME…]",
            examples: [
                ("lbctl events", "what has changed in the last run, as a table"),
                ("lbctl events -f backend", "changes of backends, as they come"),
                ("lbctl events --since 1h", "those of the last hour, of earlier runs too"),
                ("lbctl events -f --format json", "for programs: an object a line"),
            ],
            options: [
                LogsFlags.follow,
                Option("tail", value: "N|all", help: "only the last N of them (all)"),
                LogsFlags.since, LogsFlags.until,
                Option("format", value: "text|json", help: "how to print (text)"),
                ColourChoice.option,
            ], remark: remark)
        let given = verb.options
        let span = try LogsFlags.span(given)
        let format = try given.choice("format", LinePainter.Format.self) ?? .text
        let request = LogRequest(
            folder: try verb.pastFolder(), filter: { filter(of: $0, in: span) },
            targets: given.operands,
            tail: try LogsFlags.tail(given), follows: given.has("follow"),
            spansRuns: given.has("since") || given.has("until"))
        let colour = try given.choice("color", ColourChoice.self) ?? .auto
        return request.show(
            on: LogPrinter(LinePainter(format, colour: colour, showing: .changes)))
    }

    private static func filter(
        of names: [String], in span: (since: WallTime?, until: WallTime?)
    ) -> LogFilter {
        var filter = LogFilter(
            since: span.since, until: span.until, streams: [.event, .run])
        // The process that a sentence is about stands in it: all sentences are lbctl's own.
        filter.records = { record in
            guard let change = StateChange(record) else { return false }
            if names.isEmpty { return true }
            guard let name = change.name else { return false }
            return names.contains { LogFilter.name(name.utf8.span, isOf: $0) }
        }
        return filter
    }
}
