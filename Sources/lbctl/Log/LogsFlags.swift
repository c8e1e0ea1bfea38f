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
    let format: Format
    /// The request of which the story is to be told, and not its lines shown.
    let story: Story?
    let colour: ColourChoice
    let view: LineView
    /// Whether lines were asked for one by one: those that were, and not what becomes of the
    /// service from now on, with whatever it says.
    let chooses: Bool

    /// How lines are printed: as text, as objects, or each as it was written and nothing else.
    enum Format: String, CaseIterable { case text, json, raw }

    struct Story {
        let identity: String
        let mention: RequestMention
        let span: (since: WallTime?, until: WallTime?)
    }

    private static let examples = [
        ("lbctl logs", "all of the last run"),
        ("lbctl logs -f --tail 10", "the last ten lines, and what comes"),
        ("lbctl logs backend.2 lbctl", "one backend, and lbctl's own sentences"),
        ("lbctl logs 3001", "the process that has that port"),
        ("lbctl logs --since 5m backend", "what all backends said in the last five minutes"),
        ("lbctl logs --since 09:15 --until 09:20", "what was said between (UTC)"),
        ("lbctl logs --grep '\" 50[0-9] '", "the answers from 500 to 509"),
        ("lbctl logs --request 01M7YP…", "the story of one request: where it went, why, how long"),
        ("lbctl logs --format raw balancer", "access lines alone, as goaccess takes them"),
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
        Option(
            "request", value: "ID", help: "the story of a request, of any run; its id or trace-id"),
        Option("lines", help: "with --request: the lines that carry the id, as they stand"),
        Option(
            "format", value: "text|json|raw", help: "how to print (text); raw: the lines alone"),
        ColourChoice.option, LineView.timestamps, LineView.accessLines,
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
        view = try LineView(given)
        chooses =
            !follows || given.has("grep") || given.has("request") || !given.operands.isEmpty
        let span = try Self.span(given)
        let texts = try Self.texts(given)
        let mentions = try Self.mentions(given)
        filter = { names in
            var filter = LogFilter(names: names, since: span.since, until: span.until)
            filter.texts = texts
            filter.mentions = mentions
            return filter
        }
        // What chooses among lines asks for lines.
        let asksForLines =
            given.has("lines") || follows || tail != nil || !texts.isEmpty || format == .raw
            || !given.operands.isEmpty
        if given.has("lines") && mentions.isEmpty {
            throw UsageError("--lines goes with --request", hint: "without it lines are shown")
        }
        story =
            mentions.count == 1 && !asksForLines
            ? Story(identity: given.value("request") ?? "", mention: mentions[0], span: span) : nil
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
        return rules
    }

    private static func mentions(_ given: ParsedOptions) throws(UsageError) -> [RequestMention] {
        var mentions: [RequestMention] = []
        for identity in given.values("request") {
            guard let mention = RequestMention(of: identity) else {
                throw UsageError("--request takes the id of a request, not '\(identity)'")
            }
            mentions.append(mention)
        }
        return mentions
    }
}
