import Basics
import Kernel
import Logs
import Terminal

/// The words behind `logs`, read and checked.
struct LogsFlags {
    let verb: Verb
    /// What is shown of the processes with these names; of all where there are none.
    let filter: (_ names: [String]) -> LogFilter
    /// How many lines at most, counted from the end and after the filter.
    let tail: Int?
    let follows: Bool
    /// Whether earlier runs are looked at too: a time or the id of a request may lie in any.
    let spansRuns: Bool
    let format: LinePainter.Format
    let colour: ColourChoice

    private static let examples = [
        ("lbctl logs", "all of the last run"),
        ("lbctl logs -f --tail 10", "the last ten lines, and what comes"),
        ("lbctl logs backend.2 lbctl", "one backend, and lbctl's own sentences"),
        ("lbctl logs 3001", "the process that has that port"),
        ("lbctl logs --since 5m backend", "what all backends said in the last five minutes"),
        ("lbctl logs --since 09:15 --until 09:20", "what was said between (UTC)"),
        ("lbctl logs --grep '\" 50[0-9] '", "the answers from 500 to 509"),
        ("lbctl logs --request 01M7YP…", "all that was said of one request"),
    ]

    static let follow = Option(
        "follow", short: "f", help: "go on with what comes, until the service ends")
    static let since = Option(
        "since", value: "T", help: "from T on: 10s or 1h30m ago, 09:15, or RFC 3339")
    static let until = Option(
        "until", value: "T", help: "up to T; with --since, earlier runs count too")

    private static let options = [
        follow,
        Option("tail", value: "N|all", help: "only the last N of what would be shown (all)"),
        since, until,
        Option("grep", value: "RE", help: "lines that match (POSIX extended; several: all do)"),
        Option("request", value: "ID", help: "lines that carry the id of a request, of any run"),
        Option("format", value: "text|json", help: "how to print (text)"),
        ColourChoice.option,
    ]

    init(_ words: [String]) throws(UsageError) {
        verb = try Verb(
            words, usage: "lbctl logs [-f] [OPTIONS] [NAME…]", examples: Self.examples,
            options: Self.options)
        let given = verb.options
        tail = try Self.tail(given)
        follows = given.has("follow")
        spansRuns = given.has("since") || given.has("until") || given.has("request")
        format = try given.choice("format") ?? .text
        colour = try given.choice("color") ?? .auto
        let span = try Self.span(given)
        let texts = try Self.texts(given)
        filter = { names in
            var filter = LogFilter(names: names, since: span.since, until: span.until)
            filter.texts = texts
            return filter
        }
    }

    /// What `--tail` says; nothing for all.
    static func tail(_ given: ParsedOptions) throws(UsageError) -> Int? {
        if given.value("tail") == "all" { return nil }
        return try given.number("tail", in: 0...1_000_000_000)
    }

    /// What `--since` and `--until` say.
    static func span(
        _ given: ParsedOptions
    ) throws(UsageError) -> (since: WallTime?, until: WallTime?) {
        let now = Clock.wallTime()
        let since = try time("since", given, now)
        let until = try time("until", given, now)
        if given.has("follow") && until != nil {
            throw UsageError("--follow goes on after --until", hint: "leave one of them out")
        }
        if let since, let until, until < since {
            throw UsageError("--until lies before --since", hint: "nothing can be between them")
        }
        return (since, until)
    }

    private static func time(
        _ name: String, _ given: ParsedOptions, _ now: WallTime
    ) throws(UsageError) -> WallTime? {
        guard let text = given.value(name) else { return nil }
        guard let time = HumanTime.parse(text, now: now) else {
            throw UsageError(
                "--\(name) takes a time, not '\(text)'",
                hint: "such as 10s, 5m, 1h30m, 09:15 or 2026-11-20T09:15:00Z")
        }
        return time
    }

    private static func texts(_ given: ParsedOptions) throws(UsageError) -> [LogFilter.TextRule] {
        var rules: [LogFilter.TextRule] = []
        for expression in given.values("grep") {
            let pattern: Pattern
            do throws(Pattern.Invalid) {
                pattern = try Pattern(expression)
            } catch {
                throw UsageError("--grep '\(expression)' is no expression: \(error.reason)")
            }
            rules.append { pattern.matches($0) }
        }
        for identity in given.values("request") {
            guard let mention = RequestMention(of: identity) else {
                throw UsageError("--request takes the id of a request, not '\(identity)'")
            }
            rules.append { mention.isIn($0) }
        }
        return rules
    }
}
