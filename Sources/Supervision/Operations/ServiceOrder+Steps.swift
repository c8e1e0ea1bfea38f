import Control

extension ServiceOrder {
    /// What is to be done to each child that is meant, in their order; fails where a target means
    /// none, or one for which the verb is not made. `select` finds the children that words mean,
    /// `members` are those that make up the service.
    func steps(
        members: [ChildFacts], select: ([String]) throws(Refusal) -> [ChildFacts]
    ) throws(Refusal) -> [OperationStep] {
        switch verb.rule.scope {
        case .all:
            return try select(targets).map { child in
                OperationStep(
                    child: child.child, name: child.name, verb: verb, waits: waits || isRolling,
                    isRolling: isRolling)
            }
        case .balanced:
            var steps: [OperationStep] = []
            for (place, target) in targets.enumerated() {
                let weight = weights.indices.contains(place) ? weights[place] : nil
                for child in try Self.balanced(target, try select([target]), members) {
                    // What is said last of one counts.
                    steps.removeAll { $0.child == child.child }
                    steps.append(
                        OperationStep(
                            child: child.child, name: child.name, verb: verb, weight: weight))
                }
            }
            return steps
        }
    }

    /// Those of the balanced that a word means; here `all` is all of these.
    private static func balanced(
        _ target: String, _ meant: [ChildFacts], _ members: [ChildFacts]
    ) throws(Refusal) -> [ChildFacts] {
        let chosen = target == "all" ? meant.filter(\.isBalanced) : meant
        if let other = chosen.first(where: { !$0.isBalanced }) {
            let known = members.filter(\.isBalanced).map(\.name).joined(separator: ", ")
            throw Refusal(
                what: "nothing was done",
                why: "\(other.name) is not one of those that are balanced",
                advice: known.isEmpty ? "" : "these are \(known)")
        }
        if chosen.isEmpty {
            throw Refusal(what: "nothing was done", why: "there is nothing that is balanced")
        }
        return chosen
    }

    /// Whether it leaves a child alone that `all` would mean: a release that is done has been run
    /// for what runs now.
    func spares(_ child: ChildFacts) -> Bool {
        verb.rule.starts && targets.contains("all") && child.isDoneRelease
            && !targets.contains { [child.name, child.type].contains($0) }
    }
}
