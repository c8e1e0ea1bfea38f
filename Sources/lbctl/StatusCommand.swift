import Basics
import Control
import Kernel
import Supervision

/// `lbctl ps`: a row for each child.
enum StatusCommand {
    enum Format: String, CaseIterable { case text, json }

    static func run(_ words: [String]) throws(UsageError) -> Int32 {
        let verb = try Verb(
            words, usage: "lbctl ps [--format json]",
            examples: [
                ("lbctl ps", "a table"), ("lbctl ps --format json", "the same for programs"),
            ],
            options: [Option("format", value: "text|json", help: "how to print (text)")])
        try verb.refuseOperands()
        let format = try verb.options.choice("format", Format.self) ?? .text
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
            case .text: Console.say(StatusTable.text(status))
            case .json: Console.say(StatusTable.json(status))
            }
            return 0
        } catch {
            Console.complain(error.what, why: error.why, advice: error.advice)
            return 1
        }
    }
}
