import Basics
import Control
import Kernel
import Supervision

/// `lbctl stop`, `start`, `restart`, `pause`, `resume`: an order, and what became of each target.
enum OrderCommand {
    static func run(_ what: ServiceVerb, _ words: [String]) throws(UsageError) -> Int32 {
        let verb = try Verb(
            words, usage: usage(of: what), examples: examples(of: what), options: options(of: what))
        let targets = verb.options.operands
        if targets.isEmpty {
            throw UsageError(
                "\(what.word) needs a target",
                hint: "a port, a name such as backend.2, a type, or all")
        }
        let format = try verb.options.choice("format", OutcomeFormat.self) ?? .text
        let order = ServiceOrder(
            what, targets: targets, isRolling: verb.options.has("rolling"),
            waits: verb.options.has("wait"))
        let folder = try verb.folder()
        var objects: [JSONObject] = []
        var failure: Refusal?
        do throws(Refusal) {
            try carryOut(order, folder) { report in
                switch format {
                case .text: Console.say(line(report))
                case .json: objects.append(object(report))
                }
            }
        } catch {
            failure = error
        }
        // What was done is told even where the rest could not be.
        if !objects.isEmpty { Console.say(JSONObject.array(objects)) }
        guard let failure else { return 0 }
        Console.complain(failure.what, why: failure.why, advice: failure.advice)
        return 1
    }

    /// Gives the order, and hands on what became of each target as soon as it is told.
    private static func carryOut(
        _ order: ServiceOrder, _ folder: RuntimeFolder, _ tell: (TargetReport) -> Void
    ) throws(Refusal) {
        var client = try ControlClient(folder)
        try client.send(.carryOut(order))
        while let reply = try client.next() {
            switch reply {
            case .reported(let report): tell(report)
            case .done: return
            case .refused(let refusal): throw refusal
            case .status, .killed, .following, .record, .missed: throw ControlClient.lost
            }
        }
        throw ControlClient.lost
    }

    private static func object(_ report: TargetReport) -> JSONObject {
        var object = JSONObject()
        object.put("name", text: report.name)
        object.put("port", number: report.port == 0 ? nil : report.port)
        object.put("pid", number: report.pid == 0 ? nil : report.pid)
        object.put("done", flag: report.isDone)
        object.put("outcome", text: report.outcome)
        object.put("took_ms", decimal: report.took.milliseconds)
        return object
    }

    private static func line(_ report: TargetReport) -> String {
        var facts: [String] = []
        if report.port != 0 { facts.append("port \(report.port)") }
        if report.pid != 0 { facts.append("pid \(report.pid)") }
        let title =
            facts.isEmpty ? report.name : "\(report.name) (\(facts.joined(separator: ", ")))"
        return "\(title): \(report.outcome)"
    }

    private static func usage(of what: ServiceVerb) -> String {
        switch what {
        case .stop, .pause, .resume: "lbctl \(what.word) TARGET…"
        case .start: "lbctl start [--wait] TARGET…"
        case .restart: "lbctl restart [--rolling] [--wait] TARGET…"
        }
    }

    private static func options(of what: ServiceVerb) -> [Option] {
        let wait = Option("wait", help: "return when they are ready, and fail where one is not")
        let format = OutcomeFormat.option("name, port, pid, done, outcome, took_ms")
        switch what {
        case .stop, .pause, .resume: return [format]
        case .start: return [wait, format]
        case .restart:
            let rolling = Option("rolling", help: "one at a time; each is ready before the next")
            return [rolling, wait, format]
        }
    }

    private static func examples(of what: ServiceVerb) -> [(String, String)] {
        switch what {
        case .stop:
            [
                ("lbctl stop 3001", "finish what it has (30 s at most), then SIGTERM"),
                ("lbctl stop worker", "all of a type; they rest until 'lbctl start'"),
            ]
        case .start:
            [
                ("lbctl start 3001", "what was stopped, has failed or is backing off"),
                ("lbctl start --wait all", "return when everything is ready"),
            ]
        case .restart:
            [
                ("lbctl restart backend.2", "drain, stop, start again"),
                ("lbctl restart --rolling backend", "all of them, and no request is lost"),
            ]
        case .pause:
            [
                ("lbctl pause 3001", "SIGSTOP: a hung backend"),
                ("lbctl resume 3001", "let it go on"),
            ]
        case .resume: [("lbctl resume 3001", "SIGCONT: let a paused one go on")]
        }
    }
}
