import Control

/// What must be done so that children that run become those that are wanted.
public struct Difference: Equatable {
    /// What becomes of one that runs.
    public enum Fate: Equatable {
        /// It runs as it is wanted; `to` is the wanted one's number.
        case kept(to: Int)
        /// It must be started anew to be as it is wanted.
        case changed(to: Int)
        /// It is wanted no more.
        case removed
    }

    /// For each that runs, in their order.
    public let fates: [Fate]
    /// The numbers of those that are wanted and that none of the running ones becomes.
    public let added: [Int]

    /// `stale` are the numbers of the running ones that were started with another environment.
    public init(
        from present: [ChildPlan], to wanted: [ChildPlan], stale: Set<Int> = []
    ) {
        var partners = [Int?](repeating: nil, count: present.count)
        func pair(_ fits: (ChildPlan, ChildPlan) -> Bool) {
            for (old, plan) in present.enumerated() where partners[old] == nil {
                partners[old] = wanted.indices.first { new in
                    plan.role == wanted[new].role && !partners.contains(new)
                        && fits(plan, wanted[new])
                }
            }
        }
        pair { $0.name == $1.name }
        // A balanced type that has another name now keeps its ports: so each child takes over the
        // place of an earlier one, and no two want one port at a time.
        pair { $0.role == .backend && $0.port == $1.port }
        fates = present.indices.map { index in
            guard let new = partners[index] else { return .removed }
            let isSame = Self.isSame(present[index], wanted[new])
            return isSame && !stale.contains(index) ? .kept(to: new) : .changed(to: new)
        }
        added = wanted.indices.filter { !partners.contains($0) }
    }

    private init(fates: [Fate], added: [Int]) {
        self.fates = fates
        self.added = added
    }

    /// What must be done where those that stay are left as they are: a change of numbers alone.
    public var ofNumbersAlone: Difference {
        Difference(
            fates: fates.map { fate in
                if case .changed(let to) = fate { .kept(to: to) } else { fate }
            }, added: added)
    }

    /// Whether a process started by one plan is what the other plan asks for.
    private static func isSame(_ a: ChildPlan, _ b: ChildPlan) -> Bool {
        a.name == b.name && a.type == b.type && a.role == b.role
            && a.hasTerminal == b.hasTerminal && a.mergesStreams == b.mergesStreams
            && (a.role == .balancer
                ? isSameBalancer(a, b) : a.port == b.port && a.words == b.words)
    }

    /// What a balancer listens on is the supervisor's, and so is by what it chooses, which it is
    /// told live. Its other words count by what they say.
    private static func isSameBalancer(_ a: ChildPlan, _ b: ChildPlan) -> Bool {
        func told(_ plan: ChildPlan) -> BalancerOptions? {
            var options = plan.options
            options?.listen = []
            options?.algorithm = BalancerOptions().algorithm
            return options
        }
        return a.words.first == b.words.first && told(a) == told(b)
    }
}
