import Basics
import Control
import Kernel
import Logs
import Planning
import Scoreboard

/// One child of the service: its plan, its life, and its process while it has one.
final class SupervisedChild {
    /// Its seat: never another child's while the supervisor lives.
    let index: Int
    var plans: ChildPlans
    var life: ChildLife
    var record: ProcessRecord
    private(set) var process: ChildProcess?
    var standing: BackendStanding
    var membership = Membership()
    var attempts = StartAttempts()
    private var port: ChildPort
    /// How it is getting on with finishing what it has, while it does.
    var drain: Drain?
    /// The last lines that its process said, for the answer to why it is not ready.
    var lastLines = LastLines()

    init(
        index: Int, plan: ChildPlan, generation: UInt64 = 0, standing: BackendStanding? = nil
    ) {
        self.index = index
        plans = ChildPlans(plan)
        life = ChildLife(plan)
        record = ProcessRecord(generation: generation)
        self.standing = standing ?? BackendStanding(weight: plan.weight)
        self.standing.faulted(plan.faults)
        port = ChildPort(plan)
        port.keep(for: plan)
    }

    /// Lent, for it is asked in each turn for each child.
    var plan: ChildPlan { _read { yield plans.present } }
    var lifecycle: Lifecycle { life.lifecycle }
    var generation: UInt64 { record.generation }

    var isBalanced: Bool { plan.role == .backend }

    /// A balancer that is not lbctl's own.
    var isForeignBalancer: Bool { plan.role == .other && plan.type == "balancer" }

    var number: ChildNumber { ChildNumber(index) }

    /// Its present process, or its last one.
    var processNumber: ProcessNumber { ProcessNumber(child: number, generation: generation) }

    /// What all that comes of its processes is known by.
    var mark: LineageMark { LineageMark(owner: ThisProcess.pid, number: index + 1) }

    /// What an event of its present process is known by.
    func token(_ source: EventSource) -> Token {
        Token(
            kind: source.rawValue, slot: UInt32(index),
            generation: UInt32(truncatingIfNeeded: generation))
    }
}

/// What happens to it.
extension SupervisedChild {
    /// Lets an event change its lifecycle, and returns what is to be done about it.
    func take(_ event: (inout Lifecycle) -> Lifecycle.Action) -> Lifecycle.Action {
        drive { $0.take(event) }
    }

    private func drive(_ event: (inout ChildLife) -> Lifecycle.Action) -> Lifecycle.Action {
        let before = lifecycle
        let action = event(&life)
        // One that has not been started yet keeps its port.
        if lifecycle != before && lifecycle.isAtRest { port.rested() }
        return action
    }

    /// It is about to be started with these variables: from now on it is as its plan has become.
    func began(with environment: EnvironmentFile, now: Instant) {
        adoptNextPlan()
        plans.started(with: environment)
        life.began()
        record.began()
        standing.began()
        attempts.began(now: now)
        port.began(plan)
        lastLines.removeAll()
    }

    /// From now on it is as its plan has become.
    func adoptNextPlan() {
        if plans.adoptNext() { life.planChanged(to: plan) }
    }

    /// It has a process, which must run for `settling` to be taken for ready; nil where that is no
    /// question.
    func spawned(_ process: ChildProcess, at time: WallTime, settling: Nanoseconds?, now: Instant) {
        self.process = process
        record.started(at: time)
        life.spawned(limit: plan.startLimit, now: now)
        attempts.spawned(settling: settling, now: now)
    }

    /// No process could be started, for want of something that may be there again soon.
    func wasBlocked(_ why: String, now: Instant, chance: Double) -> Lifecycle.Action {
        record.failed(why)
        attempts.wasLate()
        return drive { $0.wasBlocked(limit: plan.startLimit, now: now, chance: chance) }
    }

    /// All of its process has ended.
    func exited(
        _ cause: Restarting.Cause, succeeded: Bool, words: String, _ ended: BackendEnding,
        now: Instant, chance: Double
    ) -> Lifecycle.Action {
        drain = nil
        process = nil
        record.exited(words, ended)
        return drive {
            $0.exited(cause, succeeded: succeeded, now: now, chance: chance)
        }
    }

    /// It says that it is ready, or is seen to be. Returns what is to be done about it.
    func becameReady(now: Instant) -> Lifecycle.Action {
        process?.readiness.becameReady()
        attempts.becameReady()
        let action = take { $0.becameReady(now: now) }
        if action != .nothing { record.becameReady(after: process?.age) }
        return action
    }

    /// It was seen to accept there.
    func accepted(at address: Address) { port.accepted(at: address) }

    /// It is to take over from another, and goes on where that one is.
    func becameSuccessor(of other: SupervisedChild) {
        membership.becameSuccessor()
        life.inherited(from: other.life)
        record.inherited(from: other.record)
    }
}

/// What is told of it.
extension SupervisedChild {
    /// Where the balancers look for it; they find out which loopback it is where that is not known.
    var reachedAt: String {
        port.address.map { "\($0)" } ?? "\(Endpoint.local(port: plan.port))"
    }

    /// What it is called. While one balancer takes over from another there are two of a name.
    var name: String {
        switch membership.state {
        case .member: plan.name
        case .successor: plan.name + ".new"
        case .parting: plan.role == .balancer ? plan.name + ".old" : plan.name
        }
    }

    /// What the balancers are told.
    var fact: MemberFact {
        standing.isWithdrawn && lifecycle.fact == .ready ? .draining : lifecycle.fact
    }

    /// From when on requests may wait for it: none waits for one that nothing new goes to.
    var returns: Instant {
        let isOut = standing.isWithdrawn || standing.weight == 0 || membership.isParting
        return isOut ? .never : lifecycle.returns
    }

    /// What people are told.
    var state: ChildState {
        standing.isWithdrawn && life.state == .ready ? .draining : life.state
    }

    /// `backend.2 (port 3001, pid 4242)`.
    func title(pid: Int32?) -> String {
        var facts: [String] = []
        if plan.port != 0 { facts.append("port \(plan.port)") }
        if let pid { facts.append("pid \(pid)") }
        return facts.isEmpty ? name : "\(name) (\(facts.joined(separator: ", ")))"
    }

    /// `title(pid:)` with the pid of its process, if it has one.
    var title: String { title(pid: process?.pid) }

    /// What an event is about that has happened to its process, or to it while it has none.
    var subject: ServiceEvent.Subject { subject(pid: process?.pid) }

    /// What an event is about that has happened to the process with this pid.
    func subject(pid: Int32?) -> ServiceEvent.Subject {
        ServiceEvent.Subject(
            name, port: plan.port, pid: pid ?? 0, generation: generation)
    }

    /// What comes next, as the log says it.
    func prospect(now: Instant) -> String {
        switch lifecycle {
        case .backoff(let until):
            let wait = until.since(now)
            let stays = standing.isWithdrawn ? ", and stays drained" : ""
            let time = wait.count == 0 ? "at once" : "in \(Figures.text(wait))"
            return "restarting \(time)\(stays)"
        case .failed: return "it crashed too often and is left alone"
        case .stopped: return "not restarted"
        case .starting: return "starting"
        case .ready, .paused: return "still running"
        case .draining: return "draining"
        case .stopping, .stoppingRest: return "stopping"
        }
    }

    /// How long it waits for its restart; nil where it does not.
    func restartsIn(now: Instant) -> Nanoseconds? {
        if case .backoff(let until) = lifecycle { until.since(now) } else { nil }
    }

    /// That another process has its port.
    func portIsTaken(by pid: Int32) -> String {
        "port \(plan.port) is taken" + Ports.holder(pid)
    }

    /// When something is to be done about it though nothing happens; `never` where nothing is.
    var nextLook: Instant {
        // Asked in each turn, so no list is made of them.
        var first = attempts.nextLook
        if let process { first = min(first, process.nextLook) }
        if let drain { first = min(first, drain.nextLook) }
        return min(first, lifecycle.deadline ?? .never)
    }
}
