import Basics
import Control
import Supervision

/// What a verb for some of the children takes, and what its help tells.
///
/// There is one for each verb, in `ServiceVerb.help`; nothing else in lbctl asks which verb it is.
struct OrderHelp {
    /// What stands behind the verb.
    enum Operands {
        case targets
        /// Targets with what each is to weigh: `3001=3`.
        case weights
        /// Targets and what they are to have, which is called so: `3001 20ms`.
        case values(String)
        /// A name, for all balancers; without one it is told which is in force.
        case algorithm

        var usage: String {
            switch self {
            case .targets: "TARGET…"
            case .weights: "TARGET=W…"
            case .values(let value): "TARGET… \(value)"
            case .algorithm: "[NAME]"
            }
        }
    }

    /// In a few words, for the list of verbs.
    let summary: String
    var operands = Operands.targets
    /// Whether `--wait` is an option.
    var canWait = false
    /// Whether `--rolling` is one.
    var canRoll = false
    let examples: [(String, String)]
    var remark = ""

    /// How the verb is typed.
    func usage(_ verb: ServiceVerb) -> String {
        let words = ["lbctl", verb.word] + (canRoll ? ["[--rolling]"] : [])
        return (words + (canWait ? ["[--wait]"] : []) + [operands.usage]).joined(separator: " ")
    }

    var options: [Option] {
        let rolling = Option("rolling", help: "one at a time; each is ready before the next")
        let wait = Option("wait", help: "return when they are ready, and fail where one is not")
        let fields =
            switch operands {
            case .targets: "name, port, pid, done, outcome, took_ms"
            case .weights: "name, port, pid, weight, done, outcome, took_ms"
            case .values: "name, port, pid, latency_ms or error_percent, done, outcome, took_ms"
            case .algorithm: "name, port, pid, algorithm, done, outcome, took_ms"
            }
        return (canRoll ? [rolling] : []) + (canWait ? [wait] : [])
            + [OutcomeFormat.option(fields)]
    }
}

extension OrderHelp {
    fileprivate static let restartRemark = """
        A balancer is replaced: a new one accepts before the old one lets go, and the old one
        answers what it has. Connections that idle are kept until their next answer, or until
        --drain-timeout (30 s).
        """

    fileprivate static let drainRemark = """
        It waits as long as the balancer's --drain-timeout says (30 s), then says how much is
        left and exits with 1; nothing new goes there all the same. One that dies while it is
        drained is started again and stays drained.
        """

    fileprivate static let faultRemark = """
        Only lb-echo can be told; it does so over a socket of its own, for requests that begin from
        then on, and health checks are never touched. TARGET=VALUE gives each its own. It holds over
        restarts, until it is changed; 'up --latency' and 'up --error-rate' say what is at first.
        """

    fileprivate static let algorithmRemark = """
        NAME is one of \(BalancerOptions.Algorithm.allCases.map(\.rawValue)
            .joined(separator: ", ")).
        All balancers change at once, and no request notices. Keys for hash are those that
        --hash-key names. It holds over restarts, until 'algorithm' or the Procfile's balancer line
        says otherwise. Without NAME: which one is in force.
        """

    fileprivate static let weightRemark = """
        W is 0 to 256 (1 where nothing was said). It holds over restarts, until 'weight' or the
        Procfile's balancer line (--weight TARGET=W) says otherwise; 'lbctl ps' shows it.
        """
}

extension ServiceVerb {
    var help: OrderHelp {
        switch self {
        case .stop:
            OrderHelp(
                summary: "let some finish what they have, and end them",
                examples: [
                    ("lbctl stop 3001", "finish what it has (30 s at most), then SIGTERM"),
                    ("lbctl stop worker", "all of a type; they rest until 'lbctl start'"),
                ])
        case .start:
            OrderHelp(
                summary: "start what was stopped or has failed",
                canWait: true,
                examples: [
                    ("lbctl start 3001", "what was stopped, has failed or is backing off"),
                    ("lbctl start --wait all", "return when everything is ready"),
                ])
        case .restart:
            OrderHelp(
                summary: "stop and start again (--rolling: one at a time)",
                canWait: true, canRoll: true,
                examples: [
                    ("lbctl restart backend.2", "drain, stop, start again"),
                    ("lbctl restart --rolling backend", "all of them, and no request is lost"),
                ],
                remark: OrderHelp.restartRemark)
        case .pause:
            OrderHelp(
                summary: "make some hang",
                examples: [
                    ("lbctl pause 3001", "SIGSTOP: a hung backend"),
                    ("lbctl resume 3001", "let it go on"),
                ])
        case .resume:
            OrderHelp(
                summary: "let them go on",
                examples: [("lbctl resume 3001", "SIGCONT: let a paused one go on")])
        case .drain:
            OrderHelp(
                summary: "send some nothing new",
                examples: [
                    (
                        "lbctl drain 3001",
                        "nothing new goes to it; returns when it has nothing left"
                    ),
                    ("lbctl undrain 3001", "back at once"),
                    ("lbctl drain backend.1 backend.2", "its process runs on, and is not ended"),
                ],
                remark: OrderHelp.drainRemark)
        case .undrain:
            OrderHelp(
                summary: "bring them back",
                examples: [("lbctl undrain 3001", "let a drained one be chosen again")])
        case .weight:
            OrderHelp(
                summary: "change how large a share some have",
                operands: .weights,
                examples: [
                    ("lbctl weight 3001=3", "three times the share of one with weight 1"),
                    (
                        "lbctl weight backend.1=2 backend.2=1",
                        "several at once, all of them or none"
                    ),
                    ("lbctl weight 3001=0", "nothing new, but from clients that stick to it"),
                ],
                remark: OrderHelp.weightRemark)
        case .slow:
            OrderHelp(
                summary: "have echo backends answer later",
                operands: .values("TIME"),
                examples: [
                    ("lbctl slow 3001 200ms", "each request waits before it is answered"),
                    ("lbctl slow backend.1=20ms backend.2=1s", "each its own"),
                    ("lbctl slow all 0", "all at once again"),
                ],
                remark: OrderHelp.faultRemark)
        case .fail:
            OrderHelp(
                summary: "have echo backends fail so many requests",
                operands: .values("PERCENT"),
                examples: [
                    ("lbctl fail 3001 10%", "a tenth of its requests is answered with 500"),
                    ("lbctl fail backend 100", "all requests of all backends"),
                    ("lbctl fail 3001 0", "none any more"),
                ],
                remark: OrderHelp.faultRemark)
        case .algorithm:
            OrderHelp(
                summary: "choose backends by another algorithm",
                operands: .algorithm,
                examples: [
                    ("lbctl algorithm least-connections", "from now on, in all balancers"),
                    ("lbctl algorithm", "which one is in force"),
                ],
                remark: OrderHelp.algorithmRemark)
        }
    }
}
