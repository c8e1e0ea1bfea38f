import Basics
import Control
import Kernel
import Planning

/// The texts behind `--help`.
enum Help {
    /// Each verb, and in a few words what it does.
    static let summaries =
        first + ServiceVerb.allCases.map { ($0.word, $0.help.summary) } + further

    private static let first = [
        ("up", "start everything and stay in front (-d: in the background)"),
        ("down", "stop everything"),
        ("ps", "a row for each process"),
        ("ls", "all services of yours that run"),
        ("kill", "send a signal to some of them"),
    ]

    private static let further = [
        ("scale", "have more backends, or fewer"),
        ("reload", "apply what has changed in the Procfile"),
        ("bans", "who is shut out; --lift lets them in again"),
        ("admin", "where metrics, JSON and a page are, with the token for the rest"),
        ("logs", "what they have said"),
        ("events", "what has changed, and nothing else"),
        ("send", "send standard input to a TCP service, and show what comes back"),
        ("check", "look whether 'up' could start everything, and start nothing"),
        ("completions", "what your shell needs to complete all this"),
    ]

    /// All that can be typed, those included that are another's name.
    static var verbs: [String] { summaries.map(\.0) + ["status", "help"] }

    static let overview = """
        lbctl runs a load-balanced service on this machine, and lets you break it.

        Examples:
          lbctl up --backends 3     start a balancer and three backends, and show what they say
          lbctl kill 3001           kill the backend on port 3001 and see who notices
          lbctl logs -f             follow the log from another terminal

        Verbs:
        \(list)

        A TARGET is a port (3001), a name (backend.2), a type (backend) or all.
        A service is named after the folder of its Procfile, or by --name NAME; without that a verb
        means this folder's service, or the only one that runs. 'lbctl VERB --help' tells more.
        """

    private static var list: String {
        let width = summaries.map(\.0.count).max() ?? 0
        return summaries.map { verb, what in
            "  " + verb + String(repeating: " ", count: width - verb.count + 2) + what
        }.joined(separator: "\n")
    }

    static func show() -> Never {
        Console.say(overview)
        ThisProcess.exit(0)
    }

    /// A verb's help: usage, examples, options.
    static func text(usage: String, examples: [(String, String)], options: [Option]) -> String {
        var lines = ["Usage: " + usage, "", "Examples:"]
        let width = examples.map { $0.0.count }.max() ?? 0
        for (line, what) in examples {
            lines.append("  " + line + String(repeating: " ", count: width - line.count + 2) + what)
        }
        lines += ["", "Options:"]
        let heads = options.map { option in
            let short = option.short.map { "-\($0), " } ?? "    "
            return short + "--" + option.name + (option.value.map { " " + $0 } ?? "")
        }
        let column = heads.map { $0.count }.max() ?? 0
        for (head, option) in zip(heads, options) {
            let gap = String(repeating: " ", count: column - head.count + 2)
            lines.append("  " + head + gap + option.help)
        }
        return lines.joined(separator: "\n")
    }
}
