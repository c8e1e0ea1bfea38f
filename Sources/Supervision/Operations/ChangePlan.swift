import Control
import Planning

/// What a change of the whole service does to each child, in the order in which it is begun.
struct ChangePlan: Equatable {
    /// A child that makes up the service so far.
    struct Present {
        let child: ChildNumber
        let plan: ChildPlan
        /// Whether it rests because it was stopped.
        let isStopped: Bool
    }

    enum Item: Equatable {
        /// A new child is started.
        case add(ChildPlan)
        /// It rests, and is another at its next start.
        case adapt(ChildNumber, to: ChildPlan)
        /// It finishes what it has and goes.
        case remove(ChildNumber)
        /// It is started anew as another.
        case renew(ChildNumber, to: ChildPlan, isRolling: Bool, ServiceChange)
        /// It runs on; nothing that its process would notice is different.
        case keep(ChildNumber, as: ChildPlan)
    }

    let items: [Item]

    /// What is new starts first, so that there are never fewer than need be; backends and balancers
    /// that have changed roll.
    init(_ difference: Difference, _ present: [Present], _ wanted: [ChildPlan]) {
        var adapted: [Item] = []
        var removed: [Item] = []
        var renewed: [Item] = []
        var backends: [Item] = []
        var balancers: [Item] = []
        var kept: [Item] = []
        for (child, fate) in zip(present, difference.fates) {
            switch fate {
            case .kept(let number): kept.append(.keep(child.child, as: child.with(wanted[number])))
            case .removed: removed.append(.remove(child.child))
            case .changed(let number):
                let plan = child.with(wanted[number])
                switch child.plan.role {
                case .other, .admin:
                    renewed.append(.renew(child.child, to: plan, isRolling: false, .changed))
                case .backend, .balancer:
                    if child.isStopped {
                        adapted.append(.adapt(child.child, to: plan))
                    } else if child.plan.role == .balancer {
                        balancers.append(
                            .renew(child.child, to: plan, isRolling: true, .replaced))
                    } else {
                        backends.append(.renew(child.child, to: plan, isRolling: true, .changed))
                    }
                }
            }
        }
        let added = difference.added.map { Item.add(wanted[$0]) }
        // The last one goes first, as they came.
        items = added + adapted + removed.reversed() + renewed + backends + balancers + kept
    }

    /// The jobs that run alone before anything else is touched.
    static func releases(
        _ difference: Difference, _ present: [Present], _ wanted: [ChildPlan]
    ) -> [Item] {
        var items: [Item] = []
        for (child, fate) in zip(present, difference.fates) {
            guard case .changed(let number) = fate, wanted[number].isRelease else { continue }
            items.append(
                .renew(child.child, to: wanted[number], isRolling: false, .changed))
        }
        return items + difference.added.filter { wanted[$0].isRelease }.map { .add(wanted[$0]) }
    }
}

extension ChangePlan.Present {
    /// A balancer's port is what its sockets have, whatever its line says by now.
    fileprivate func with(_ wanted: ChildPlan) -> ChildPlan {
        var wanted = wanted
        if plan.role == .balancer { wanted.port = plan.port }
        return wanted
    }
}

extension ChangePlan.Item {
    var isKept: Bool {
        if case .keep = self { true } else { false }
    }
}
