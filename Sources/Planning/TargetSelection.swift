import Control

/// Which children the words of a command line mean.
public enum TargetSelection {
    /// The numbers of the children, in order and each once. One without a type is meant by its
    /// name or port alone. Fails for the first word that means none, so that nothing is touched.
    public static func select(
        _ targets: [String], among children: [ChildPlan]
    ) throws(Refusal) -> [Int] {
        var chosen: [Int] = []
        for target in targets {
            let found = children.indices.filter { matches(target, children[$0]) }
            if found.isEmpty { throw unknown(target, children) }
            for index in found where !chosen.contains(index) { chosen.append(index) }
        }
        return chosen
    }

    private static func matches(_ target: String, _ child: ChildPlan) -> Bool {
        if target == "all" { return !child.type.isEmpty }
        if target == child.name || (target == child.type && !target.isEmpty) { return true }
        return child.port != 0 && UInt16(target) == child.port
    }

    private static func unknown(_ target: String, _ children: [ChildPlan]) -> Refusal {
        let known = children.map { $0.port == 0 ? $0.name : "\($0.name) (\($0.port))" }
        return Refusal(
            what: "nothing was done", why: "there is no '\(target)'",
            advice: "known are \(known.joined(separator: ", ")), and all")
    }
}
