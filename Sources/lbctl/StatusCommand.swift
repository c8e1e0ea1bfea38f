import Basics
import Control
import Kernel
import Supervision
import Terminal

/// `lbctl ps`: a row for each child.
enum StatusCommand {
    enum Format: String, CaseIterable { case text, json }

    private static let usage = """
        lbctl ps [--format json]

        A row for each process. SINCE is how long it has run; REQUESTS, P50 and P99 are of what it
        was sent since it started, as the balancer saw it. CPU is its share of one core since it
        started, MEMORY what is resident. A narrow terminal shows fewer columns.
        """

    static func run(_ words: [String]) throws(UsageError) -> Int32 {
        let verb = try Verb(
            words, usage: usage,
            examples: [
                ("lbctl ps", "a table"), ("lbctl ps --format json", "the same for programs"),
            ],
            options: [
                Option("format", value: "text|json", help: "how to print (text)"),
                ColourChoice.option,
            ])
        try verb.refuseOperands()
        let format = try verb.options.choice("format", Format.self) ?? .text
        let colour = try verb.options.choice("color", ColourChoice.self) ?? .auto
        let folder = try verb.folder()
        do throws(Refusal) {
            try folder.look()
            if !ControlClient.isRunning(folder) {
                let name = verb.name == "default" ? "" : " --name \(verb.name)"
                Console.note("nothing runs as '\(verb.name)'; 'lbctl up\(name)' starts it")
                if format == .json { Console.say("[]") }
                return 0
            }
            var client = try ControlClient(folder)
            guard case .status(let status) = try client.ask(.status) else {
                throw ControlClient.lost
            }
            switch format {
            case .text:
                let output = DescriptorReference.standardOutput
                output.writeAll(
                    StatusTable.text(
                        status, width: output.windowColumns, style: colour.style(for: output)))
            case .json: Console.say(StatusJSON.text(status))
            }
            return 0
        } catch {
            Console.complain(error.what, why: error.why, advice: error.advice)
            return 1
        }
    }
}
