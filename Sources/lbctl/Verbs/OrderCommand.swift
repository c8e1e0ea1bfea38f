import Basics
import Control
import Supervision

/// `lbctl stop`, `start`, `weight` and their like: an order for some of the children, and what
/// became of each target.
enum OrderCommand {
    static func run(_ what: ServiceVerb, _ words: [String]) throws(UsageError) -> Int32 {
        let help = what.help
        let verb = try Verb(
            words, usage: help.usage(what), examples: help.examples, options: help.options,
            remark: help.remark)
        if verb.options.operands.isEmpty { throw missing(help.operands, what) }
        var order = ServiceOrder(
            what, targets: [], isRolling: verb.options.has("rolling"),
            waits: verb.options.has("wait"))
        for operand in verb.options.operands {
            switch help.operands {
            case .targets: order.targets.append(operand)
            case .weights:
                let given = try BalancerOptions.Weight(operand)
                order.targets.append(given.target)
                order.weights.append(given.weight)
            }
        }
        var reports = OrderReports(
            try verb.options.choice("format", OutcomeFormat.self) ?? .text)
        reports.hasWeight = help.operands == .weights
        return reports.give(.carryOut(order), to: try verb.folder())
    }

    private static func missing(_ operands: OrderHelp.Operands, _ what: ServiceVerb) -> UsageError {
        switch operands {
        case .targets:
            UsageError(
                "\(what.word) needs a target",
                hint: "a port, a name such as backend.2, a type, or all")
        case .weights:
            UsageError(
                "\(what.word) needs a target and what it is to weigh", hint: "such as 3001=3")
        }
    }
}
