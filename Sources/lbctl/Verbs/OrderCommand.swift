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
        let format = try verb.options.choice("format", OutcomeFormat.self) ?? .text
        guard let targets = try targets(verb.options.operands, help.operands, what) else {
            return AlgorithmInForce.tell(of: try verb.folder(), format)
        }
        let order = ServiceOrder(
            what, targets: targets.map(\.target), isRolling: verb.options.has("rolling"),
            waits: verb.options.has("wait"), settings: targets.compactMap(\.setting))
        var reports = OrderReports(format)
        reports.setting = what.setting
        return reports.give(.carryOut(order), to: try verb.folder())
    }

    /// What is meant, with what each is to have; `nil` where it is only asked how it is.
    static func targets(
        _ words: [String], _ operands: OrderHelp.Operands, _ what: ServiceVerb
    ) throws(UsageError) -> [(target: String, setting: Setting?)]? {
        switch operands {
        case .targets:
            if words.isEmpty {
                throw UsageError(
                    "\(what.word) needs a target",
                    hint: "a port, a name such as backend.2, a type, or all")
            }
            return words.map { ($0, nil) }
        case .weights:
            if words.isEmpty {
                throw UsageError(
                    "\(what.word) needs a target and what it is to weigh", hint: "such as 3001=3")
            }
            return try words.map { (word) throws(UsageError) in
                let given = try BalancerOptions.Weight(word)
                return (given.target, .weight(given.weight))
            }
        case .values:
            guard let kind = what.setting else { return nil }
            return try TargetSetting.all(kind, words).map { ($0.target, $0.setting) }
        case .algorithm:
            guard let name = words.first else { return nil }
            if words.count > 1 {
                throw UsageError(
                    "'\(words[1])' is not expected here",
                    hint: "one algorithm is for all balancers")
            }
            return [("balancer", try Setting(.algorithm, name))]
        }
    }
}
