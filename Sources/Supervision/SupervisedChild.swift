import Basics
import Control
import Kernel
import Logs
import Scoreboard

/// One child of the service: its plan, its life, and its process while it has one.
final class SupervisedChild {
    /// Its seat: never another child's while the supervisor lives.
    let index: Int
    private(set) var plan: ChildPlan
    /// How it is to be from its next start on, where that has changed.
    var nextPlan: ChildPlan?
    /// What `.env` said when it was started last.
    var environment: EnvironmentFile?
    /// Its place in the roster and the scoreboard, if it is balanced.
    var slot = 0
    /// What the scoreboard had counted in that place before it was this child's.
    var earlier = BackendTotals()
    var membership = Membership.member
    /// The balancer that has taken over from this one.
    var heir: SupervisedChild?
    /// Its share of the choice; kept over restarts.
    var weight: UInt32
    /// Whether somebody has drained it: nothing new goes to it, even after a restart, until
    /// somebody brings it back.
    var isWithdrawn = false
    private(set) var nameBytes: [UInt8]
    var lifecycle = Lifecycle.stopped {
        didSet { if lifecycle != oldValue && lifecycle.isAtRest { hold = nil } }
    }
    var restarting: Restarting
    /// Counted up at each start, from 1.
    var generation: UInt64 = 0
    var process: ChildProcess?
    /// When the present or last process was started.
    var startedAt: WallTime?
    /// How the last process ended, or empty.
    var ending = ""
    /// The same for the balancers, which explain their answers with it.
    var ended: BackendEnding?
    /// What somebody asked for with `kill`, until the process has ended of it.
    var killOrder: KillOrder?
    /// Where it is reached, if it is balanced.
    var address: Address
    /// What keeps its port for it, unless it is at rest.
    private var hold: PortHold?
    /// The last process, while it may have left some of its own behind.
    var maker: Int32?
    /// Since when it has been started without being ready; nothing once it is.
    var triedSince: Instant?
    /// Whether it has once been killed for not being ready in time.
    var wasLate = false
    /// How it is getting on with finishing what it has, while it does.
    var drain: Drain?
    /// Where a program that is not ours may say that it is ready; made at its first start.
    var notices: HeldNotices?
    /// Who has its port instead of it, while it is not ready.
    var stranger: Int32?
    /// What the balancer thinks of the present generation.
    var verdictIsUp = true
    /// The last lines that its process said, for those who ask why it is not ready.
    var lastLines = LastLines()

    /// Whether it belongs to the service.
    enum Membership {
        case member
        /// It is to take over from a member once it is ready.
        case successor
        /// It has been taken out, and finishes what it has.
        case parting
    }

    init(index: Int, plan: ChildPlan) {
        self.index = index
        self.plan = plan
        weight = plan.weight
        address = .loopback(port: plan.port)
        nameBytes = Array(plan.name.utf8)
        restarting = Restarting(rule: plan.rule, delay: plan.restartDelay)
    }

    var isBalanced: Bool { plan.role == .backend }

    /// What all that comes of its processes is known by.
    var mark: LineageMark { LineageMark(owner: ThisProcess.pid, number: index + 1) }

    /// What it is called. While one balancer takes over from another there are two of a name.
    var name: String {
        switch membership {
        case .member: plan.name
        case .successor: plan.name + ".new"
        case .parting: plan.role == .balancer ? plan.name + ".old" : plan.name
        }
    }

    /// What the balancers are told.
    var fact: MemberFact {
        isWithdrawn && lifecycle.fact == .ready ? .draining : lifecycle.fact
    }

    /// From when on requests may wait for it: nobody waits for one that nothing new goes to.
    var returns: Instant {
        isWithdrawn || weight == 0 || membership == .parting ? .never : lifecycle.returns
    }

    /// What people are told.
    var state: ChildState {
        isWithdrawn && lifecycle.state == .ready ? .draining : lifecycle.state
    }

    /// It is about to be started: from now on it is as its plan has become.
    func takeNextPlan() {
        guard let next = nextPlan else { return }
        nextPlan = nil
        if next.port != plan.port { address = .loopback(port: next.port) }
        plan = next
        nameBytes = Array(next.name.utf8)
        restarting.rule = next.rule
        restarting.delay = next.restartDelay
    }

    /// Keeps its port from everybody else until it is at rest, where its program allows that. Where
    /// somebody has the port already, the program will say so.
    func holdPort() {
        if !plan.isEcho { hold = nil }
        if plan.isEcho && hold?.port != plan.port { hold = try? PortHold(plan.port) }
    }

    /// A plan that differs in nothing that a running process would notice.
    func take(sameAs plan: ChildPlan) { self.plan = plan }

    /// `backend.2 (port 3001, pid 4242)`.
    func title(pid: Int32?) -> String {
        var facts: [String] = []
        if plan.port != 0 { facts.append("port \(plan.port)") }
        if let pid { facts.append("pid \(pid)") }
        return facts.isEmpty ? name : "\(name) (\(facts.joined(separator: ", ")))"
    }

    /// When something is to be done about it though nothing happens; nothing when never.
    var deadline: Instant? {
        // Asked in each turn, so no list is made of them.
        var first = Instant.never
        first = min(first, process?.probe?.next ?? .never)
        first = min(first, drain?.nextLook ?? .never)
        first = min(first, lifecycle.deadline ?? .never)
        first = min(first, process?.output.nextLook ?? .never)
        first = min(first, process?.errors?.nextLook ?? .never)
        return first == .never ? nil : first
    }
}

/// One process of a child, from its start until it has been reaped.
final class ChildProcess {
    let child: Child
    let startedAt: Instant
    let output: ChildPipe
    /// Nothing where its errors go where its output does.
    let errors: ChildPipe?
    /// The two, where it is known in which turns they are written to.
    let pair: PipePair?
    /// Where it says that it is ready; nothing once it has, or where it can't.
    var readiness: HeldDescriptor?
    var probe: PortProbe?
    /// A balancer's link.
    let link: BalancerLink?

    init(
        child: consuming Child, startedAt: Instant, streams: StandardStreams,
        readiness: HeldDescriptor?, probe: PortProbe?, link: BalancerLink?
    ) {
        self.child = child
        self.startedAt = startedAt
        output = streams.output
        errors = streams.errors
        pair = streams.pair
        self.readiness = readiness
        self.probe = probe
        self.link = link
    }

    var pid: Int32 { child.pid }

    var pipes: [ChildPipe] { errors.map { [output, $0] } ?? [output] }
}

/// A notify socket with its path.
final class HeldNotices {
    let path: String
    let socket: NoticeSocket

    init(path: String) throws(SystemError) {
        self.path = path
        socket = try NoticeSocket(path: path)
    }
}

/// A descriptor that several hold, or none; closed when the last one lets go.
final class HeldDescriptor {
    let descriptor: Descriptor

    init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }
}
