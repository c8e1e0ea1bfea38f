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
        case .balancers:
            return try Self.balancers(settings.first, members).map { child in
                OperationStep(
                    child: child.child, name: child.name, verb: verb, setting: settings.first)
            }
        case .balanced, .echoes:
            var steps: [OperationStep] = []
            for (place, target) in targets.enumerated() {
                let setting = settings.indices.contains(place) ? settings[place] : nil
                let meant = try select([target])
                let able =
                    if verb.rule.scope == .echoes {
                        try Self.echoes(target, meant, setting)
                    } else {
                        try Self.balanced(target, meant, members)
                    }
                for child in able {
                    // What is said last of one counts.
                    steps.removeAll { $0.child == child.child }
                    steps.append(
                        OperationStep(
                            child: child.child, name: child.name, verb: verb, setting: setting))
                }
            }
            return steps
        }
    }

    /// The balancers that are to have a setting, which is for all of them or for none.
    private static func balancers(
        _ setting: Setting?, _ members: [ChildFacts]
    ) throws(Refusal) -> [ChildFacts] {
        let balancers = members.filter { $0.role == .balancer }
        if balancers.isEmpty {
            let isForeign = members.contains { $0.type == "balancer" }
            throw Refusal(
                what: "nothing was done",
                why: isForeign
                    ? "the balancer is not lb-balancer, and can't be told"
                    : "there is no balancer that chooses",
                advice: "'backend' or 'web' in a Procfile is balanced by lb-balancer")
        }
        if let setting, let why = balancers.lazy.compactMap({ $0.settings.obstacle(setting) }).first
        {
            throw Refusal(what: "nothing was done", why: why.words, advice: why.advice)
        }
        return balancers
    }

    /// Those that can behave so; `all` is all of these.
    private static func echoes(
        _ target: String, _ meant: [ChildFacts], _ setting: Setting?
    ) throws(Refusal) -> [ChildFacts] {
        guard let setting else { return meant }
        let able = meant.filter { $0.settings.obstacle(setting) == nil }
        if target == "all" && !able.isEmpty { return able }
        if let why = meant.lazy.compactMap({ $0.settings.obstacle(setting) }).first {
            throw Refusal(what: "nothing was done", why: why.words, advice: why.advice)
        }
        return able
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
