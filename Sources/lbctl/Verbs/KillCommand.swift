import Basics
import Control
import Kernel
import Supervision

/// `lbctl kill`: sends a signal and tells what came of it.
enum KillCommand {
    static func run(_ words: [String]) throws(UsageError) -> Int32 {
        let verb = try Verb(
            withNumbers(words), usage: "lbctl kill [-s SIGNAL] [--no-restart] TARGET…",
            examples: [
                ("lbctl kill 3001", "kill the backend on port 3001"),
                ("lbctl kill -s TERM backend.2", "ask it to end"),
                ("lbctl kill balancer", "the balancer itself"),
                ("lbctl kill --format json 3001", "the same for programs: an array"),
            ],
            options: [
                Option(
                    "signal", short: "s", value: "SIGNAL", help: "which one (KILL)",
                    words: Signal.allNames),
                Option("no-restart", help: "leave it dead"),
                OutcomeFormat.option("name, port, pid, signal, out_of_rotation_ms, next"),
            ])
        let format = try verb.options.choice("format", OutcomeFormat.self) ?? .text
        let text = verb.options.value("signal") ?? "KILL"
        guard let signal = Signal(named: text) else {
            throw UsageError(
                "'\(text)' is no signal",
                hint: "KILL, TERM, INT, HUP, STOP, CONT …, or a number from 1 to 64")
        }
        if verb.options.operands.isEmpty {
            throw UsageError(
                "kill needs a target", hint: "a port, a name such as backend.2, a type, or all")
        }
        let folder = try verb.folder()
        return VerbEnd.of { () throws(Refusal) in
            var client = try ControlClient(folder)
            let reply = try client.ask(
                .kill(
                    targets: verb.options.operands, signal: signal.rawValue,
                    restarts: !verb.options.has("no-restart")))
            guard case .killed(let reports) = reply else { throw ControlClient.lost }
            switch format {
            case .text: for report in reports { Console.say(line(report, signal)) }
            case .json:
                Console.say(
                    JSONObject.array(reports.map { $0.json(signalName: signal.name) }))
            }
            return VerbEnd.done
        }
    }

    /// What stands behind `-s` is its value, whatever it looks like.
    static func withNumbers(_ words: [String]) -> [String] {
        words.indices.map { index in
            let isValue = index > 0 && ["-s", "--signal"].contains(words[index - 1])
            return isValue ? words[index] : asOption(words[index])
        }
    }

    /// `-9` and `-TERM` are what kill(1) takes.
    private static func asOption(_ word: String) -> String {
        let name = word.dropFirst()
        let isShort = word.hasPrefix("-") && name.allSatisfy { $0.isUppercase || $0.isNumber }
        return isShort && Signal(named: String(name)) != nil ? "--signal=\(name)" : word
    }

    static func line(_ report: KillReport, _ signal: Signal) -> String {
        let title = Figures.process(report.name, port: report.port, pid: report.pid)
        var parts = [
            report.pid == 0 ? "\(report.name): not running" : "\(title): \(signal.name)"
        ]
        if let span = report.outOfRotation {
            parts.append("out of rotation after \(Figures.text(span))")
        }
        parts.append(report.next)
        return parts.joined(separator: "; ")
    }
}
