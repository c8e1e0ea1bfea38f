import Basics
import Kernel

/// One process of a child and what comes of it, from its start until all of it has ended.
final class ChildProcess {
    let child: Child
    let forkedAt: Instant
    /// How its leader ended; nil while that lives, or is not reaped.
    private(set) var leaderEnd: LeaderEnd?
    /// Those of the rest that have been asked to end, and those of all that have been killed.
    private var asked: Set<Int32> = []
    private(set) var killed: Set<Int32> = []
    /// When it was killed; nil where it was not.
    private(set) var killedAt: Instant?
    /// Whether it is killed without having been asked to end.
    private(set) var hasNoTime = false
    /// What those that came of it and were left to us have used, once they have ended.
    private(set) var restUsage = Usage()
    let output: ChildPipe
    /// Nil where its errors go where its output does.
    let errors: ChildPipe?
    /// The two, where it is known in which turns they are written to.
    let pair: PipePair?
    /// How it tells that it is ready.
    var readiness: ReadinessSource
    /// A balancer's link.
    let link: BalancerLink?
    /// An lb-echo's.
    let echo: EchoLink?

    init(
        child: consuming Child, forkedAt: Instant, streams: StandardStreams,
        readiness: ReadinessSource, link: BalancerLink?, echo: EchoLink? = nil
    ) {
        self.child = child
        self.forkedAt = forkedAt
        output = streams.output
        errors = streams.errors
        pair = streams.pair
        self.readiness = readiness
        self.link = link
        self.echo = echo
    }

    /// The leader's. It may be another process's once the leader has been reaped.
    var pid: Int32 { child.pid }

    var pipes: [ChildPipe] { errors.map { [output, $0] } ?? [output] }

    /// The leader's until it has been reaped.
    var livingPid: Int32? { leaderEnd == nil ? pid : nil }

    /// Takes the leader's ending from the kernel; nil when it has none, or was asked before.
    func reap() -> LeaderEnd? {
        guard leaderEnd == nil, let ending = child.reap() else { return nil }
        leaderEnd = LeaderEnd(ending: ending, ran: Clock.now().since(forkedAt))
        return leaderEnd
    }

    /// One of the rest has ended, and was reaped.
    func add(_ ending: Ending) { restUsage.add(ending) }

    /// One of the rest is to be asked to end. Returns whether it has not been asked before.
    func isToBeAsked(_ pid: Int32) -> Bool { asked.insert(pid).inserted }

    /// One of all is to be killed. Returns whether it has not been killed before.
    func isToBeKilled(_ pid: Int32, now: Instant) -> Bool {
        killedAt = killedAt ?? now
        return killed.insert(pid).inserted
    }

    /// It is killed without having been asked to end.
    func wasGivenNoTime() { hasNoTime = true }

    /// How long it took from its start until now.
    var age: Nanoseconds { Clock.now().since(forkedAt) }

    /// When something is to be done about it though nothing happens; `never` where nothing is.
    var nextLook: Instant { min(readiness.nextLook, outputLook) }

    /// When one of its pipes is to be looked at though nothing happens.
    var outputLook: Instant { min(output.nextLook, errors?.nextLook ?? .never) }
}
