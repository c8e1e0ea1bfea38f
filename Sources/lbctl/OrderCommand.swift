import Basics
import Control
import Supervision

/// `lbctl stop`, `start`, `restart`, `pause`, `resume`, `drain`, `undrain`: an order, and what
/// became of each target.
enum OrderCommand {
    static func run(_ what: ServiceVerb, _ words: [String]) throws(UsageError) -> Int32 {
        let verb = try Verb(
            words, usage: usage(of: what), examples: examples(of: what), options: options(of: what),
            remark: remark(of: what))
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
        return OrderReports(format).give(.carryOut(order), to: try verb.folder())
    }

    private static func usage(of what: ServiceVerb) -> String {
        switch what {
        case .stop, .pause, .resume, .drain, .undrain: "lbctl \(what.word) TARGET…"
        case .weight: "lbctl weight TARGET=W…"
        case .start: "lbctl start [--wait] TARGET…"
        case .restart: "lbctl restart [--rolling] [--wait] TARGET…"
        }
    }

    private static func options(of what: ServiceVerb) -> [Option] {
        let wait = Option("wait", help: "return when they are ready, and fail where one is not")
        let format = OutcomeFormat.option("name, port, pid, done, outcome, took_ms")
        switch what {
        case .stop, .pause, .resume, .drain, .undrain, .weight: return [format]
        case .start: return [wait, format]
        case .restart:
            let rolling = Option("rolling", help: "one at a time; each is ready before the next")
            return [rolling, wait, format]
        }
    }

    private static func remark(of what: ServiceVerb) -> String {
        switch what {
        case .drain:
            """
            It waits as long as the balancer's --drain-timeout says (30 s), then says how much is
            left and exits with 1; nothing new goes there all the same. One that dies while it is
            drained is started again and stays drained.
            """
        case .restart:
            """
            A balancer is replaced: a new one accepts before the old one lets go, and the old one
            answers what it has. Connections that idle are kept until their next answer, or until
            --drain-timeout (30 s).
            """
        case .stop, .start, .pause, .resume, .undrain, .weight: ""
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
        case .drain:
            [
                ("lbctl drain 3001", "nothing new goes to it; returns when it has nothing left"),
                ("lbctl undrain 3001", "back at once"),
                ("lbctl drain backend.1 backend.2", "its process runs on, and is not ended"),
            ]
        case .undrain: [("lbctl undrain 3001", "let a drained one be chosen again")]
        case .weight: WeightCommand.examples
        }
    }
}
