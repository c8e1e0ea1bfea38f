import Basics
import Choosing
import Control
import HTTP1
import Kernel
import ProxyProtocol
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
struct Worker: ~Copyable {
    let plan: WorkerPlan
    /// Which worker of the balancer it is, from 0.
    let index: Int
    let lane: Lane
    let poller: Poller

    var clients: Slab<ClientConnection>
    var upstreams: Slab<UpstreamConnection>
    var exchanges: Slab<Exchange>
    var pool: UpstreamPool
    /// Clients first, upstreams behind them.
    var wheel: TimerWheel
    var buffers = Buffers()

    var roster: Roster
    /// When a backend that is under suspicion was last tried, by slot.
    var lastTrial: [Instant]
    var accounts: FailoverAccounts<Exchange>
    /// How long each backend, by slot, may be silent before it is looked at.
    var patience: [Patience]
    /// Whether somebody may have been found to hang, so that requests are to be taken from it.
    var rescuesDue = false
    var requestHead = RequestHead()
    var responseHead = ResponseHead()
    var forwarded = ForwardedFields()
    /// What proxies have told of clients, by slot, where it is to be told to backends.
    var introductions: [ClientConnection.Slot: ProxyHeader] = [:]
    /// Where PROXY headers are looked at.
    var introduction = ByteQueue(capacity: Limits.proxyHeader)
    var scratch = ByteQueue(capacity: Limits.messageBuffer)
    var identity: RequestIdentity
    var dateLine: DateLine
    var accessLogger: AccessLogger
    /// The clock, read once a turn.
    var now: Instant
    /// How many retries there may still be.
    var budget = RetryBudget()
    /// Counted on for each random number.
    var chance: UInt64
    /// Whether the poller may know of more than it could tell at once.
    var hasMoreEvents = false
    /// Clients that used up what they may move in a turn.
    var unfinished: [ClientConnection.Key] = []
    /// Answers about a process that has died, in the order of their time.
    var awaited: [Awaited] = []
    var waiting = RequestQueue(capacity: Limits.queue, newsDelay: Limits.newsDelay)
    /// Clients whose request waits for an earlier one to be over: there is no room for it.
    var postponed: [ClientConnection.Key] = []
    /// Who could make room for others.
    var idlers = Idlers()
    /// With how many clients there is a good deal of room again.
    let relievedAt: Int
    /// Never looked at. With it the Worker has to stay where it lies: without it a method that only
    /// reads is passed a copy of all of it, 1.5 KB, by one that writes (Swift 6.3).
    private let pin = Atomic<UInt8>(0)
    /// Responses under way whose heads are larger than most.
    var largeHeads = 0
    var accepting = Accepting.on
    var leaving = Leaving.Manner.staying

    enum Accepting: Equatable {
        case on
        /// Out of descriptors or slots: to be tried again then, or when a connection closes.
        case paused(until: Instant)
        case ended
    }

    init(_ plan: WorkerPlan, index: Int, lane: Lane) throws(SystemError) {
        let start = Clock.now()
        let capacity = plan.connections(ofWorker: index)
        let upstreamCapacity = capacity + 64
        self.plan = plan
        self.index = index
        self.lane = lane
        poller = try Poller()
        relievedAt = capacity - max(1, capacity / 10)
        clients = Slab(capacity: capacity)
        upstreams = Slab(capacity: upstreamCapacity)
        exchanges = Slab(capacity: plan.exchangesAWorker)
        var terms = UpstreamPool.Terms()
        terms.most = plan.options.upstreamIdle
        pool = UpstreamPool(backends: plan.scoreboard.backendCapacity, terms)
        wheel = TimerWheel(capacity: capacity + upstreamCapacity, now: start)
        roster = plan.board.roster
        lastTrial = .init(
            repeating: Instant(nanoseconds: 0), count: plan.scoreboard.backendCapacity)
        accounts = FailoverAccounts(
            backends: plan.scoreboard.backendCapacity, window: Limits.deathWindow,
            patience: Limits.newsDelay)
        patience = .init(repeating: Patience(), count: plan.scoreboard.backendCapacity)
        chance = Randomness.word()
        identity = RequestIdentity(now: start)
        dateLine = DateLine(
            wallOffset: Clock.wallTime().nanoseconds &- start.nanoseconds)
        accessLogger = AccessLogger(
            isOn: plan.accessLog.isOn, delay: Limits.logDelay,
            BatchWriter(plan.scoreboard.batches(of: lane), isMarked: plan.isSupervised))
        now = start
        forwarded.writesForwarded = plan.options.forwarded
        forwarded.pseudonym = plan.pseudonym
        forwarded.fallbackHost = plan.fallbackHost
        unfinished.reserveCapacity(64)
    }

    /// Runs until the balancer leaves and the last exchange is over.
    mutating func run() throws(SystemError) {
        try begin()
        while true {
            let count = poller.wait(timeout: timeout())
            turn(count, at: Clock.now())
            if leaving == .staying { continue }
            if clients.count == 0 { break }
            if now >= plan.leaving.until {
                giveUpTheRest()
                break
            }
        }
        closeAccounts()
        flushLog(force: true)
        // It chooses nobody any more: nobody need wait until it knows of a later roster.
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
        hasMoreEvents = count == poller.capacity
        // Backends first: one that has let go of an idle connection must not be given a request on
        // it in the same turn.
        for index in 0..<count where isOfBackend(index) { dispatch(poller.event(index)) }
        for index in 0..<count where !isOfBackend(index) { dispatch(poller.event(index)) }
        if !awaited.isEmpty { settleAwaited() }
        if !waiting.isEmpty { settleQueue() }
        if rescuesDue { rescue() }
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
        if !unfinished.isEmpty || (!postponed.isEmpty && !exchanges.isFull) {
            return Nanoseconds(0)
        }
        var least = wheel.untilNext(now: now)
        if let due = waiting.due { least = min(least ?? .init(.max), due.since(now)) }
        if let due = accounts.due { least = min(least ?? .init(.max), due.since(now)) }
        if let next = awaited.first {
            least = min(least ?? .init(.max), next.until.since(now))
        }
        if let due = accessLogger.due { least = min(least ?? .init(.max), due.since(now)) }
        if case .paused(let until) = accepting {
            least = min(least ?? .init(.max), until.since(now))
        }
        if leaving != .staying {
            least = min(least ?? .init(.max), plan.leaving.until.since(now))
        }
        return least
    }

    private mutating func finishUnfinished() {
        if !postponed.isEmpty && !exchanges.isFull { recall() }
        if unfinished.isEmpty { return }
        // Those that are added meanwhile are for the next turn.
        for index in 0..<unfinished.count {
            let key = unfinished[index]
            if clients.isCurrent(key) { serve(key.slot) }
            unfinished[index] = .none
        }
        unfinished.removeAll { $0 == .none }
    }

    /// There is room again for some of those that were put off, the first first.
    private mutating func recall() {
        let count = min(postponed.count, exchanges.capacity - exchanges.count)
        for key in postponed[..<count] where clients.isCurrent(key) {
            clients[key.slot].phase = .idle
            unfinished.append(key)
        }
        postponed.removeFirst(count)
    }

    /// Somebody changed the roster or asked the balancer to leave.
    private mutating func woken() {
        plan.wakers[index].waker.clear()
        adoptRoster()
        rescuesDue = true
        takeCrowdRequest()
        let manner = plan.leaving.current
        if manner != leaving { beginLeaving(manner) }
    }
}
