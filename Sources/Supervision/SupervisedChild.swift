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
    private(set) var plan: ChildPlan
    /// How it is to be from its next start on, where that has changed.
    var nextPlan: ChildPlan?
    /// What `.env` said when it was started last.
    var environment: EnvironmentFile?
    /// Its place in the roster and the scoreboard, if it is balanced.
    var slot = BackendSlot(0)
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
    /// How long the present process took until it was ready, from its start; nothing before.
    var readyAfter: Nanoseconds?
    /// How the last process ended, or empty.
    var ending = ""
    /// Whether that was by itself, with 0, and it need not run again.
    var hasFinished = false
    /// The same for the balancers, which explain their answers with it.
    var ended: BackendEnding?
    /// What somebody asked for with `kill`, until the process has ended of it.
    var killOrder: KillOrder?
    /// Where it is reached, if it is balanced; nothing while it may be either loopback.
    private(set) var address: Address?
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
    /// Where the present process may say that it is ready, if its program is not ours.
    var notices: HeldNotices?
    /// Until when a balancer that is not ours must have run to be taken for ready: nobody can ask
    /// it, and one that can't do its work ends at once. Nothing where that is over, or no question.
    var settlesAt: Instant?
    /// When something is to be said of its start because it takes long.
    var startWatch: StartWatch?
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
        address = Self.presumedAddress(plan)
        nameBytes = Array(plan.name.utf8)
        restarting = Restarting(rule: plan.rule, delay: plan.restartDelay)
    }

    var isBalanced: Bool { plan.role == .backend }

    /// Where the balancers look for it; they find out which loopback it is where that is not known.
    var reachedAt: String { address.map { "\($0)" } ?? "\(Endpoint.local(port: plan.port))" }

    /// It was seen to accept there.
    func accepts(at address: Address) { self.address = address }

    /// It is about to be started: a program may listen elsewhere than the last time.
    func forgetAddress() { address = Self.presumedAddress(plan) }

    /// Only lb-echo is known to listen where it is told to.
    private static func presumedAddress(_ plan: ChildPlan) -> Address? {
        let isTold = plan.words.contains { $0.hasPrefix("--host") }
        return plan.isEcho && !isTold ? .loopback(port: plan.port) : nil
    }

    /// A balancer that somebody else has made.
    var isForeignBalancer: Bool { plan.role == .other && plan.type == "balancer" }

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
        if hasFinished && lifecycle == .stopped { return .done }
        return isWithdrawn && lifecycle.state == .ready ? .draining : lifecycle.state
    }

    /// It is about to be started: from now on it is as its plan has become.
    func takeNextPlan() {
        guard let next = nextPlan else { return }
        nextPlan = nil
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
        first = min(first, startWatch?.next ?? .never)
        first = min(first, settlesAt ?? .never)
        first = min(first, notices?.readsAt ?? .never)
        first = min(first, drain?.nextLook ?? .never)
        first = min(first, lifecycle.deadline ?? .never)
        first = min(first, process?.output.nextLook ?? .never)
        first = min(first, process?.errors?.nextLook ?? .never)
        return first == .never ? nil : first
    }
}

/// One process of a child and what comes of it, from its start until all of it has ended.
final class ChildProcess {
    let child: Child
    let forkedAt: Instant
    /// How its leader ended; nothing while that lives, or is not reaped.
    private(set) var leaderEnd: LeaderEnd?
    /// Those of the rest that have been asked to end, and those of all that have been killed.
    var asked: Set<Int32> = []
    var killed: Set<Int32> = []
    /// When it was killed; nothing where nobody has done that.
    var killedAt: Instant?
    /// Whether it is killed without having been asked to end.
    var hasNoTime = false
    /// What those that came of it and were left to us have used, once they have ended.
    private(set) var restUsage = Usage()
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
        child: consuming Child, forkedAt: Instant, streams: StandardStreams,
        readiness: HeldDescriptor?, probe: PortProbe?, link: BalancerLink?
    ) {
        self.child = child
        self.forkedAt = forkedAt
        output = streams.output
        errors = streams.errors
        pair = streams.pair
        self.readiness = readiness
        self.probe = probe
        self.link = link
    }

    /// The leader's. It may be another process's once the leader has been reaped.
    var pid: Int32 { child.pid }

    var pipes: [ChildPipe] { errors.map { [output, $0] } ?? [output] }

    /// The leader's until it has been reaped.
    var livingPid: Int32? { leaderEnd == nil ? pid : nil }

    /// Takes the leader's ending from the kernel; nothing when it has none, or was asked before.
    func reap() -> LeaderEnd? {
        guard leaderEnd == nil, let ending = child.reap() else { return nil }
        leaderEnd = LeaderEnd(ending: ending, ran: Clock.now().since(forkedAt))
        return leaderEnd
    }

    /// One of the rest has ended, and was reaped.
    func add(_ ending: Ending) { restUsage.add(ending) }

    /// How long it took from its start until now.
    var age: Nanoseconds { Clock.now().since(forkedAt) }
}

/// A notify socket with its path: one for each process, so that no earlier one can speak for it.
final class HeldNotices {
    /// The most notices that are taken in one turn of the loop.
    static let budget = 32
    /// How long one that has said so much waits for the next turn.
    static let pace = Nanoseconds.milliseconds(2)

    let path: ByteString
    let socket: NoticeSocket
    /// When it is read next; nothing while the poller watches it.
    var readsAt: Instant?
    /// Whether it has been told that somebody else speaks there.
    var hasToldOfStranger = false

    init(path: ByteString) throws(SystemError) {
        self.path = path
        socket = try NoticeSocket(path: path)
    }
}

/// A descriptor that several hold, or none; closed when the last one lets go.
final class HeldDescriptor {
    let descriptor: Descriptor

    init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }
}
