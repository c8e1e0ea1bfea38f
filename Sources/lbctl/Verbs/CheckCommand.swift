import Basics
import Control
import Kernel
import Planning
import Supervision

/// `lbctl check`: whether `up` could start everything, without starting anything.
enum CheckCommand {
    /// Those of `up`, and a format of its own.
    private static var options: [Option] {
        UpFlags.options.filter { $0.name != "detach" }.map { option in
            option.name == "format"
                ? OutcomeFormat.option("an object of ok, problems, notices, processes") : option
        }
    }

    static func run(_ words: [ByteString]) throws(UsageError) -> Int32 {
        let verb = try UpFlags.explained { () throws(UsageError) in
            try Verb(
                words, usage: "lbctl check [OPTIONS OF up]",
                examples: [
                    ("lbctl check", "the Procfile here, its programs, ports and limits"),
                    ("lbctl check -f app/Procfile --port 9090", "as 'up' would take them"),
                ], options: options, further: BalancerOptions.optionsOfUp, naming: .gives)
        }
        let flags = try UpFlags(verb)
        let format = try verb.options.choice("format", OutcomeFormat.self) ?? .text
        let findings = Findings(flags)
        switch format {
        case .text: tell(findings)
        case .json: Console.say(object(findings).text)
        }
        return findings.problems.isEmpty ? VerbEnd.done : VerbEnd.failed
    }

    private static func tell(_ findings: Findings) {
        for notice in findings.notices { Console.note("lbctl: " + notice) }
        for problem in findings.problems { Console.complain(problem) }
        if !findings.problems.isEmpty { return }
        let count = Figures.count(findings.processes.count, "process")
        let verdict = findings.notices.isEmpty ? "all is well" : "nothing is in the way"
        Console.say("\(verdict): \(count) could be started")
        for child in findings.processes {
            let port = child.port == 0 ? "" : " on port \(child.port)"
            let words = child.words.map { ShellWords.quoted($0) }.joined(separator: " ")
            Console.say(Console.safe("  \(child.name)\(port): \(words)"))
        }
    }

    static func object(_ findings: Findings) -> JSONObject {
        let problems = findings.problems.map { problem in
            var object = JSONObject()
            object.put("what", text: problem.what)
            object.put("why", text: problem.why)
            object.put("advice", text: problem.advice.isEmpty ? nil : problem.advice)
            return object.text
        }
        let processes = findings.processes.map { child in
            var object = JSONObject()
            object.put("name", text: child.name)
            object.put("type", text: child.type)
            object.put("port", number: child.port == 0 ? nil : child.port)
            object.put("command", list: child.words.map { JSONText.literal($0.text) })
            return object.text
        }
        var all = JSONObject()
        all.put("ok", flag: problems.isEmpty)
        all.put("problems", list: problems)
        all.put("notices", list: findings.notices.map { JSONText.literal($0) })
        all.put("processes", list: processes)
        return all
    }
}
