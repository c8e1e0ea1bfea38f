import Basics
import Choosing
import Control
import HTTP1
import Kernel
import ProxyProtocol
import Scoreboard
import Synchronization

/// What every worker thread is told at its start, and what they share.
final class WorkerPlan: Sendable {
    let options: BalancerOptions
    let listeners: [ListeningSocket]
    let board: RosterBoard
    let scoreboard: Scoreboard
    let leaving: Leaving
    let bounds: Bounds
    let connectionLimit: ConnectionLimit
    let admission: Admission.Terms
    let heads: HeadRewriter.Terms
    /// The number of the first worker in the scoreboard.
    let firstWorker: Int
    /// Wakes each worker, by its index.
    let wakers: [WakerBox]
    let accessLog: AccessLogOutput
    /// Whether there is a supervisor, which says how processes end.
    let isSupervised: Bool
    let suspects: Suspects
    /// Backends where a request lies unread, for which the connection of a check may be given up.
    let unread: Suspects
    /// How many retries one worker may make; `nil`: any number.
    let retryTerms: RetryBudget.Terms?

    init(
        options: BalancerOptions, listeners: [ListeningSocket], board: RosterBoard,
        scoreboard: Scoreboard, firstWorker: Int = 0, workers: Int, accessLog: AccessLogOutput,
        isSupervised: Bool
    ) throws(SystemError) {
        self.options = options
        self.listeners = listeners
        self.board = board
        self.scoreboard = scoreboard
        self.accessLog = accessLog
        self.isSupervised = isSupervised
        leaving = try Leaving(workers: workers)
        suspects = try Suspects()
        unread = try Suspects()
        self.firstWorker = firstWorker
        bounds = Bounds(options, workers: workers)
        connectionLimit = ConnectionLimit(workers: workers)
        retryTerms = options.retryBudget.map { said in
            RetryBudget.Terms(percent: said.percent, floor: said.floor)
        }
        admission = Admission.Terms(options, scoreboard)
        heads = HeadRewriter.Terms(options, at: listeners.first?.address)
        var wakers: [WakerBox] = []
        for _ in 0..<workers { wakers.append(WakerBox(try Waker())) }
        self.wakers = wakers
    }

    /// Client connections that this worker may have.
    func connections(ofWorker index: Int) -> Int {
        let workers = wakers.count
        let all = bounds.connections
        return all / workers + (index < all % workers ? 1 : 0)
    }

    func wakeAll() {
        for box in wakers { box.waker.wake() }
    }
}

extension WorkerPlan {
    /// How many there may be, and how long they may take: what follows from options and limits.
    struct Bounds {
        /// Client connections that all workers together may have.
        let connections: Int
        /// Exchanges that one worker may have under way, so that they fit into the memory allowed.
        let exchangesAWorker: Int
        /// How long a backend may be silent to a client that sends no more, for a request and for
        /// a stream.
        let halfClosed: Nanoseconds
        let halfStream: Nanoseconds
        let pace: PaceRule
        /// How soon it is looked again at a client that is waited for, or may be before long.
        let clientCheck: Nanoseconds

        init(_ options: BalancerOptions, workers: Int) {
            // Each client may need a connection to a backend too.
            let free = Int(clamping: ThisProcess.descriptorLimit) - Limits.descriptorReserve
            let possible = max(16, free / 2)
            let wanted = min(options.maxConnections ?? possible, possible)
            connections = min(max(workers, wanted), workers << 20)
            let each =
                options.mode == .tcp ? Limits.memoryPerStream : Limits.memoryPerExchange
            let fitting = Int(clamping: options.maxMemory / each)
            exchangesAWorker = min(
                (connections + workers - 1) / workers, max(16, fitting / workers))
            halfClosed = options.timeoutHalfClosed ?? Limits.halfClosed
            halfStream = options.timeoutHalfClosed ?? Limits.halfStream
            pace = PaceRule(
                rate: options.minRate,
                stretch: max(options.timeoutClient, Limits.shortestStretch))
            clientCheck = min(options.timeoutClient, Limits.shortestStretch)
        }
    }
}

extension Admission.Terms {
    init(_ options: BalancerOptions, _ scoreboard: Scoreboard) {
        proxies = TrustedProxies(named: options.trustProxy)
        acceptsHeaders = options.acceptProxy
        keepsHeaders = options.sendProxy != nil
        // Made in any case: what an earlier balancer banned is no longer in force without it.
        let made = ClientRules(options, scoreboard)
        rules = options.rateLimit == nil ? nil : made
        connectionCounts = options.maxConnectionsPerClient.map { ClientConnectionCounts(most: $0) }
    }
}

extension HeadRewriter.Terms {
    /// `address`: where the first listening socket is.
    init(_ options: BalancerOptions, at address: Address?) {
        requestLimits.maxBytes = options.maxHead
        requestLimits.maxTarget = min(requestLimits.maxTarget, options.maxHead)
        requestLimits.maxFields = options.maxFields
        responseLimits = requestLimits
        responseLimits.maxBytes = Limits.responseHead
        proxies = TrustedProxies(named: options.trustProxy)
        // Another one for each process, so that a balancer behind another is not taken for a loop.
        let word = String(Randomness.word() & 0xFFF_FFFF, radix: 32)
        pseudonym = InlineText("lbctl-\(word)".utf8.span)
        fallbackHost = InlineText((address.map { "\($0)" } ?? "").utf8.span)
        writesForwarded = options.forwarded
        tracesAll = options.trace
        keepsVisitor = options.accessLog == .json || options.accessLog == .combined
        proxyVersion = options.sendProxy == .v1 ? .text : .binary
        // By the port, for a browser sends one host's cookies to all of its ports.
        cookieName = InlineText("lbctl-\(address?.port ?? 0)".utf8.span)
    }
}

/// What the options mean for a worker. They are read where they lie, in one load each; copies of
/// them beside save nothing (callgrind: 9,340 to 9,430 instructions a request with and without).
extension WorkerPlan {
    /// Whether a backend may have only so much in flight.
    var limitsInFlight: Bool { options.maxInFlight != nil }
    var isStream: Bool { options.mode == .tcp }
    var maxBody: UInt64? { options.maxBody }
    var keepsByCookie: Bool { options.sticky == .cookie }
    var keepsByAddress: Bool { options.sticky != nil && options.sticky != .cookie }
    var introduces: Bool { options.sendProxy != nil }
}

/// A waker that an array can hold.
final class WakerBox: Sendable {
    let waker: Waker

    init(_ waker: consuming Waker) { self.waker = waker }
}

/// How the balancer leaves: what it was told, and how many workers have finished.
final class Leaving: Sendable {
    enum Manner: UInt64 {
        case staying = 0
        /// The service ends: idle connections are closed now.
        case stopping = 1
        /// Another balancer takes over: idle connections have until the deadline.
        case handingOver = 2
    }

    private let manner = Atomic<UInt64>(0)
    private let deadline = Atomic<UInt64>(.max)
    private let remaining: Atomic<Int>
    /// Workers that still accept connections.
    private let accepting: Atomic<Int>
    /// Woken when the last worker has finished.
    private let finished: Waker

    init(workers: Int) throws(SystemError) {
        remaining = Atomic(workers)
        accepting = Atomic(workers)
        finished = try Waker()
    }

    /// Begins to go; what is not finished at the deadline is cut off.
    func begin(_ how: Manner, until: Instant) {
        deadline.store(until.nanoseconds, ordering: .relaxed)
        manner.store(how.rawValue, ordering: .releasing)
    }

    /// What is not finished by then is cut off, where that is sooner than was said before.
    func hasten(until: Instant) {
        deadline.min(until.nanoseconds, ordering: .relaxed)
    }

    var current: Manner {
        Manner(rawValue: manner.load(ordering: .acquiring)) ?? .staying
    }
    var until: Instant { Instant(nanoseconds: deadline.load(ordering: .relaxed)) }
    var finishedReference: DescriptorReference { finished.reference }

    /// A worker accepts no more clients; true for the last one.
    func acceptingEnded() -> Bool {
        accepting.wrappingSubtract(1, ordering: .acquiringAndReleasing).newValue == 0
    }

    func workerFinished() {
        if remaining.wrappingSubtract(1, ordering: .acquiringAndReleasing).newValue == 0 {
            finished.wake()
        }
    }
}
