import Basics
import Control
import Kernel
import Planning
import Scoreboard

/// The children of a service: the order in which people see them, and which seat and which place of
/// the scoreboard is whose.
struct ProcessTable {
    /// What those had counted that are gone.
    private(set) var departed = DepartedBackends()
    /// In the order in which people see them.
    private(set) var children: [SupervisedChild] = []
    /// All there have ever been, by their index; nil where one is gone.
    private var seats: [SupervisedChild?] = []
    private var slots: BackendSlots

    /// `backends` is how many there is room for in the scoreboard.
    init(backends: Int) { slots = BackendSlots(capacity: backends) }

    /// How many more backends there is room for.
    var freeSlots: Int { slots.free }

    /// How many backends there is room for.
    var slotCapacity: Int { slots.capacity }

    /// Makes a child of a plan, which is not in the order yet. `earlier` is what the scoreboard had
    /// counted in a place before.
    mutating func enrol(
        _ plan: ChildPlan, earlier: (BackendSlot) -> BackendTotals
    ) -> SupervisedChild {
        var standing: BackendStanding?
        var generation: UInt64 = 0
        if plan.role == .backend {
            guard let place = slots.take() else {
                fatalError("a backend was added where the scoreboard has no room")
            }
            standing = BackendStanding(
                slot: place.slot, earlier: earlier(place.slot), weight: plan.weight)
            generation = place.generation
        }
        let child = SupervisedChild(
            index: seats.count, plan: plan, generation: generation, standing: standing)
        seats.append(child)
        return child
    }

    /// Puts a new child behind all others.
    mutating func append(_ child: SupervisedChild) { children.append(child) }

    /// Puts a new child behind the other members of its role.
    mutating func insert(_ child: SupervisedChild) {
        let last = children.lastIndex {
            $0.plan.role == child.plan.role && $0.membership.isMember
        }
        children.insert(child, at: last.map { $0 + 1 } ?? children.endIndex)
    }

    /// One takes over from another, and its place: the old one is seen behind it.
    mutating func handedOver(from old: SupervisedChild, to successor: SupervisedChild) {
        children.removeAll { $0 === successor }
        let place = children.firstIndex { $0 === old } ?? children.endIndex
        children.insert(successor, at: place)
    }

    /// Forgets children that are gone for good. Their seats stay empty, and their places of the
    /// scoreboard are free again.
    mutating func forget(
        _ gone: [SupervisedChild], counted: (SupervisedChild) -> BackendTotals
    ) {
        for child in gone {
            if child.isBalanced { departed.left(child.name, counted(child)) }
            seats[child.index] = nil
            child.membership.forgotten()
            if child.isBalanced {
                slots.release(child.standing.slot, generation: child.generation)
            }
        }
        children.removeAll { child in gone.contains { $0 === child } }
    }
}

/// What is found by what.
extension ProcessTable {
    /// The child of a number; nil where it is gone.
    subscript(number: ChildNumber) -> SupervisedChild? {
        seats.indices.contains(number.index) ? seats[number.index] : nil
    }

    /// The child whose present process a token was made for, and that process; nil where it is
    /// gone.
    func process(of token: Token) -> (SupervisedChild, ChildProcess)? {
        guard let child = self[ChildNumber(Int(token.slot))], let process = child.process,
            token.generation == UInt32(truncatingIfNeeded: child.generation)
        else { return nil }
        return (child, process)
    }

    /// The child whose leader has this pid and is not reaped.
    func child(pid: Int32) -> SupervisedChild? {
        children.first { $0.process?.livingPid == pid }
    }

    /// The backend that has this place of the scoreboard.
    func backend(at slot: BackendSlot) -> SupervisedChild? {
        children.first { $0.isBalanced && $0.standing.slot == slot }
    }

    /// Those that make up the service.
    var members: [SupervisedChild] { children.filter { $0.membership.isMember } }

    /// lbctl's own balancers, those included that take over or leave.
    var balancers: [SupervisedChild] { children.filter { $0.plan.role == .balancer } }

    /// Whether the service has balancers of lbctl's own, which say by which roster they choose.
    var hasBalancer: Bool { children.contains { $0.plan.role == .balancer } }

    /// Whether there is a backend that new requests go to.
    var hasChoice: Bool {
        children.contains { $0.isBalanced && $0.fact == .ready && $0.standing.weight > 0 }
    }

    /// What is so of the backends, for whether one can be chosen.
    var choice: [ServiceAvailability.Backend] {
        children.filter { $0.isBalanced && !$0.membership.isParting }.map { child in
            ServiceAvailability.Backend(
                name: child.name, state: child.state, fact: child.fact,
                weight: child.standing.weight, isUp: child.standing.isUp, returns: child.returns)
        }
    }

    /// The children that words mean: members, and by its name one that is on its way out.
    func select(_ targets: [String]) throws(Refusal) -> [SupervisedChild] {
        let known = children.map { child in
            var plan = child.plan
            plan.name = child.name
            if !child.membership.isMember { plan.type = "" }
            if !child.membership.isMember && plan.role == .balancer { plan.port = 0 }
            return plan
        }
        return try TargetSelection.select(targets, among: known).map { children[$0] }
    }

    /// What the balancers are told of the backends.
    var roster: [RosterMember] {
        children.filter { $0.isBalanced }.map { child in
            RosterMember(
                slot: child.standing.slot, generation: child.generation, name: child.name,
                address: child.reachedAt, fact: child.fact, weight: child.standing.weight,
                pid: child.process?.pid ?? 0, ended: child.record.ended, returns: child.returns)
        }
    }

    /// When something is to be done about one of them though nothing happens; `never` where nothing
    /// is.
    var nextLook: Instant {
        var first = Instant.never
        for child in children { first = min(first, child.nextLook) }
        return first
    }
}
