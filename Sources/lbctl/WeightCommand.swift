import Basics
import Control
import Planning
import Supervision

/// `lbctl weight`: changes how large a share some of the backends have of the choice.
enum WeightCommand {
    static let examples = [
        ("lbctl weight 3001=3", "three times the share of one with weight 1"),
        ("lbctl weight backend.1=2 backend.2=1", "several at once, all of them or none"),
        ("lbctl weight 3001=0", "nothing new, but from clients that stick to it"),
    ]

    private static let remark = """
        W is 0 to 256 (1 where nothing was said). It holds over restarts, until 'weight' or the
        Procfile's balancer line (--weight TARGET=W) says otherwise; 'lbctl ps' shows it.
        """

    static func run(_ words: [String]) throws(UsageError) -> Int32 {
        let verb = try Verb(
            words, usage: "lbctl weight TARGET=W…", examples: examples,
            options: [
                OutcomeFormat.option("name, port, pid, weight, done, outcome, took_ms")
            ], remark: remark)
        if verb.options.operands.isEmpty {
            throw UsageError(
                "weight needs a target and what it is to weigh", hint: "such as 3001=3")
        }
        var targets: [String] = []
        var weights: [UInt32] = []
        for operand in verb.options.operands {
            let given = try BalancerOptions.Weight(operand)
            targets.append(given.target)
            weights.append(given.weight)
        }
        var reports = OrderReports(
            try verb.options.choice("format", OutcomeFormat.self) ?? .text)
        reports.hasWeight = true
        let order = ServiceOrder(.weight, targets: targets, weights: weights)
        return reports.give(.carryOut(order), to: try verb.folder())
    }
}
