import Basics
import Choosing
import Control
import Kernel
import Scoreboard
import Synchronization

/// The kinds of things that a worker's poller tells of.
enum TokenKind {
    static let waker: UInt8 = 1
    static let listener: UInt8 = 2
    static let client: UInt8 = 3
    static let upstream: UInt8 = 4
}

/// One thread of the data plane: its clients, its connections to the backends, and the exchanges
/// between them. It shares the roster, which is replaced whole, and the scoreboard.
///
/// It is hands: what is to be done its parts say, each of which owns its state. The heads are
/// pinned, so all of it stays where it lies, and no method is passed a copy of it.
struct Worker: ~Copyable {
    let plan: WorkerPlan
    let counters: WorkerCounters
    let poller: Poller

    var clients: Slab<ClientConnection>
    var upstreams: Slab<UpstreamConnection>
    var exchanges: Slab<Exchange>
    var pool: UpstreamPool
    /// Clients first, upstreams behind them.
    var wheel: TimerWheel
    var buffers = Buffers()

    var picker: Picker
    var accounts: FailoverAccounts<Exchange>
    var hangs: HangDetector
    var admission: Admission
    var heads: HeadRewriter
    var accessLogger: AccessLogger
    /// The clock, read once a turn.
    var now: Instant
    /// How many retries there may still be.
    var budget = RetryBudget()
    var queues = WaitingRequests()
    var turns = TurnQueue()
    var acceptance = Acceptance()

    /// Which worker of the balancer it is, from 0.
    var index: Int { counters.index - plan.firstWorker }

    /// The backends, as they are known now.
    var roster: Roster {
        @inline(__always) get { picker.roster }
    }

    init(_ plan: WorkerPlan, counters: WorkerCounters) throws(SystemError) {
        let start = Clock.now()
        let capacity = plan.connections(ofWorker: counters.index - plan.firstWorker)
        let upstreamCapacity = capacity + 64
        self.plan = plan
        self.counters = counters
        poller = try Poller()
        clients = Slab(capacity: capacity)
        upstreams = Slab(capacity: upstreamCapacity)
        exchanges = Slab(capacity: plan.bounds.exchangesAWorker)
        var terms = UpstreamPool.Terms()
        terms.most = plan.options.upstreamIdle
        pool = UpstreamPool(backends: plan.scoreboard.backendCapacity, terms)
        wheel = TimerWheel(capacity: capacity + upstreamCapacity, now: start)
        picker = Picker(
            Picker.Terms(plan.options), roster: plan.board.roster, scoreboard: plan.scoreboard,
            seed: Randomness.word())
        accounts = FailoverAccounts(
            backends: plan.scoreboard.backendCapacity, window: Limits.deathWindow,
            patience: Limits.newsDelay)
        hangs = HangDetector(backends: plan.scoreboard.backendCapacity)
        admission = Admission(plan.admission)
        let wallOffset = Clock.wallTime().nanoseconds &- start.nanoseconds
        heads = HeadRewriter(plan.heads, wallOffset: wallOffset)
        accessLogger = AccessLogger(
            plan.options.accessLog, tellsStory: plan.isSupervised, delay: Limits.logDelay,
            wallOffset: wallOffset,
            BatchWriter(plan.scoreboard.batches(of: counters), isMarked: plan.isSupervised))
        now = start
    }

    /// Runs until the balancer leaves and the last exchange is over.
    mutating func run() throws(SystemError) {
        try begin()
        while true {
            let count = poller.wait(timeout: timeout())
            turn(count, at: Clock.now())
            if !acceptance.isLeaving { continue }
            if clients.count == 0 { break }
            if now >= plan.leaving.until {
                giveUpTheRest()
                break
            }
        }
        closeAccounts()
        flushLog(force: true)
        // It chooses no backend any more: there is no need to wait until it knows of a later
        // roster.
        plan.board.adopted(.max, by: index)
        plan.leaving.workerFinished()
    }

    mutating func begin() throws(SystemError) {
        try poller.add(
            plan.wakers[index].waker.reference, for: .readable, token: Token(kind: TokenKind.waker)
        )
        try watchListeners()
        adoptRoster()
    }

    /// Does what the `count` events of the last wait ask for, and what is due by now.
    mutating func turn(_ count: Int, at now: Instant) {
        self.now = now
        turns.began(mayHaveMore: count == poller.capacity)
        // Backends first: one that has let go of an idle connection must not be given a request on
        // it in the same turn.
        for index in 0..<count where isOfBackend(index) { dispatch(poller.event(index)) }
        for index in 0..<count where !isOfBackend(index) { dispatch(poller.event(index)) }
        if !queues.isEmpty { settle() }
        if hangs.takeRaised() { rescue() }
        if !accounts.isEmpty { settleAccounts() }
        finishUnfinished()
        expireTimers()
        flushLog()
    }

    private func isOfBackend(_ index: Int) -> Bool {
        poller.event(index).token.kind == TokenKind.upstream
    }

    private mutating func dispatch(_ event: Event) {
        switch event.token.kind {
        case TokenKind.client:
            let key = event.token.key(in: clients)
            if clients.isCurrent(key) { clientReady(key.slot, event.readiness) }
        case TokenKind.upstream:
            let key = event.token.key(in: upstreams)
            if upstreams.isCurrent(key) { upstreamReady(key.slot, event.readiness) }
        case TokenKind.listener: accept(from: Int(event.token.slot))
        case TokenKind.waker: woken()
        default: invariant(false, "an event of an unknown kind")
        }
    }

    /// How long to wait at the most: until the next timer, line or pause is due.
    private func timeout() -> Nanoseconds? {
        if turns.hasUnfinished || (turns.hasPostponed && !exchanges.isFull) {
            return Nanoseconds(0)
        }
        var least = wheel.untilNext(now: now)
        if !queues.isEmpty, let due = queues.due {
            least = min(least ?? .init(.max), due.since(now))
        }
        if let due = accounts.due { least = min(least ?? .init(.max), due.since(now)) }
        if let due = accessLogger.due { least = min(least ?? .init(.max), due.since(now)) }
        if let due = acceptance.due { least = min(least ?? .init(.max), due.since(now)) }
        if acceptance.isLeaving {
            least = min(least ?? .init(.max), plan.leaving.until.since(now))
        }
        return least
    }

    private mutating func finishUnfinished() {
        if turns.hasPostponed && !exchanges.isFull { recall() }
        if !turns.hasUnfinished { return }
        while let key = turns.next() {
            if clients.isCurrent(key) { serve(key.slot) }
        }
    }

    /// There is room again for some of those that were put off, the first first.
    private mutating func recall() {
        for key in turns.recall(
            exchanges.capacity - exchanges.count, isThere: { clients.isCurrent($0) })
        {
            clients[key.slot].phase = .idle
            turns.usedUp(key)
        }
    }

    /// The roster was changed, or the balancer was asked to leave.
    private mutating func woken() {
        plan.wakers[index].waker.clear()
        adoptRoster()
        hangs.raised()
        queues.forRoom.roomFreed()
        takeLimitRequest()
        let manner = plan.leaving.current
        if manner != acceptance.manner { beginLeaving(manner) }
    }
}
