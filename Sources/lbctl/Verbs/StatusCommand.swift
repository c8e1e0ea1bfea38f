import Basics
import Control
import Kernel
import Supervision
import Terminal

/// `lbctl ps`: a row for each child.
enum StatusCommand {
    private static let usage = """
        lbctl ps [--counters] [--format json]

        A row for each process. SINCE is how long it has run. RESTARTS is how often it was started
        again after it had died, be it by 'lbctl kill'; a planned stop or restart is none. REQUESTS,
        P50 and P99 are of all that its name was sent since 'lbctl up', as the balancer saw it. CPU
        is the share of one core since the process started, MEMORY what is resident, both of all
        that it has started too. A narrow terminal shows fewer columns.

        With --counters, of each backend: answers by class; requests that it FAILED so that nobody
        else answered, that went on to another (RETRIED-FROM), that came from another (TO), that
        would have but for --retry-budget (DENIED); CONNECTS tried and REFUSED; checks passed and
        failed (BAD); EWMA, the response time as least-response-time sees it. Below that, of the
        balancers: connections accepted, answers of their OWN (4xx, 5xx), requests LIMITED (429),
        connections of banned clients that were SHUT-OUT, and access lines that did not fit.
        """

    static func run(_ words: [String]) throws(UsageError) -> Int32 {
        let verb = try Verb(
            words, usage: usage,
            examples: [
                ("lbctl ps", "a table"), ("lbctl ps --format json", "the same for programs"),
                ("lbctl ps --counters", "what each backend was sent, and what came of it"),
            ],
            options: [
                Option("counters", help: "answers by class, retries, connections, checks"),
                Option("format", value: "text|json", help: "how to print (text)"),
                ColourChoice.option,
            ])
        try verb.refuseOperands()
        let format = try verb.options.choice("format", OutcomeFormat.self) ?? .text
        let colour = try verb.options.choice("color", ColourChoice.self) ?? .auto
        let folder = try verb.folder()
        return VerbEnd.of { () throws(Refusal) in
            try folder.look()
            if !ControlClient.isRunning(folder), ControlClient.unreachable(folder) == nil {
                let advice = Hint.line("up", for: folder.name)
                Console.note("nothing runs as '\(folder.name)'; \(advice) starts it")
                if format == .json { Console.say("[]") }
                return VerbEnd.done
            }
            var client = try ControlClient(folder)
            guard case .status(let status) = try client.ask(.status) else {
                throw ControlClient.lost
            }
            switch format {
            case .text:
                let output = DescriptorReference.standardOutput
                let tables: [StatusTable] =
                    verb.options.has("counters") ? [.counters, .fronting] : [.processes]
                let texts = tables.map {
                    $0.text(
                        status, width: output.windowColumns, style: colour.style(for: output))
                }
                Console.say(text: texts.joined(separator: "\n"))
            case .json:
                Console.say(StatusJSON.text(status, counters: verb.options.has("counters")))
            }
            return VerbEnd.done
        }
    }
}
