import Basics

/// What is known of a backend over all workers.
///
/// At rest the books balance: `requests` and `spoilt` are the sum of `classes`, `streams`,
/// `retriedFrom`, `unanswered`, `abandoned` and `lost`.
public struct BackendTotals: Equatable, Sendable {
    public var inFlight: UInt64 = 0
    /// Connections to it.
    public var connectionsOpen: UInt64 = 0
    /// How often it was chosen for a request.
    public var requests: UInt64 = 0
    /// Responses by status class, 1xx to 5xx.
    public var classes: [UInt64] = [0, 0, 0, 0, 0]
    /// Requests that it failed and that no other answered, by the number of the cause.
    public var failures = [UInt64](repeating: 0, count: Layout.Counters.causes)
    /// Those of them that it had not answered and that were not to go to another.
    public var unanswered: UInt64 = 0
    public var retriedFrom: UInt64 = 0
    public var retriedTo: UInt64 = 0
    /// Retries that the budget had no room for.
    public var retriesDenied: UInt64 = 0
    public var connects: UInt64 = 0
    public var connectFailures: UInt64 = 0
    /// Requests that were to go to it and for which no connection was looked for.
    public var notTried: UInt64 = 0
    /// Requests that ended, unanswered by it, for a reason that is none of its own: the client left
    /// or sent something malformed.
    public var abandoned: UInt64 = 0
    /// In TCP mode, streams that were passed on to their end.
    public var streams: UInt64 = 0
    /// Responses that are in `classes` and were of no use, before the client had any of them.
    public var spoilt: UInt64 = 0
    /// Requests that it had not answered when their balancer was killed.
    public var lost: UInt64 = 0
    /// Health checks of all its processes.
    public var checks = Checks()
    /// What was sent to it and received from it.
    public var octets = Octets()
    /// From the moment it was chosen to the head of its response; of a stream to its connection.
    public var latency = LatencyHistogram()
    /// From a death, or the signal that asked for it, until no balancer chose the process any more.
    public var withdrawals = LatencyHistogram()

    /// How many health checks passed and failed.
    public struct Checks: Equatable, Sendable {
        public var passed: UInt64 = 0
        public var failed: UInt64 = 0
    }

    /// In octets, of heads and bodies, and of streams.
    public struct Octets: Equatable, Sendable {
        public var sent: UInt64 = 0
        public var received: UInt64 = 0
    }

    public init() {}

    public var failed: UInt64 { failures.reduce(0, &+) }
    /// Requests that went over a connection which had had another: all that needed no new one.
    public var reuses: UInt64 { requests.subtractingClamped(connects.addingClamped(notTried)) }
    /// Connections that idle: those that no request has.
    public var connectionsIdle: UInt64 { connectionsOpen.subtractingClamped(inFlight) }
}

/// What some workers have counted that is no backend's.
///
/// At rest the books balance: `requests` is the sum of `classes`, `streams`, `abandoned` and
/// `lost`.
public struct WorkerTotals: Equatable, Sendable {
    public var connectionsOpen: UInt64 = 0
    public var connectionsAccepted: UInt64 = 0
    /// Requests that have begun and are not over; in TCP mode connections.
    public var exchangesOpen: UInt64 = 0
    /// Those of them that wait for a backend.
    public var queued: UInt64 = 0
    public var requests: UInt64 = 0
    /// Requests that a backend was chosen for.
    public var delivered: UInt64 = 0
    /// Responses that were sent whole, by status class, 1xx to 5xx.
    public var classes: [UInt64] = [0, 0, 0, 0, 0]
    /// Requests that ended without a whole response, since the client left or the backend failed.
    public var abandoned: UInt64 = 0
    /// In TCP mode, connections that were passed on both ways.
    public var streams: UInt64 = 0
    /// Requests that a killed balancer had, and those of them whose response may have been sent.
    public var lost: UInt64 = 0
    public var uncertain: UInt64 = 0
    /// From clients and to them, in octets, of heads and bodies, and of streams.
    public var bytesReceived: UInt64 = 0
    public var bytesSent: UInt64 = 0
    /// Answers of the balancer's own: two for each cause, by its number.
    public var ownAnswers = [UInt64](repeating: 0, count: 2 * Layout.Counters.causes)
    public var limited: UInt64 = 0
    public var shutOut: UInt64 = 0
    public var linesDropped: UInt64 = 0
    /// How long requests waited for a backend that had to.
    public var waited = LatencyHistogram()

    public init() {}

    /// The answers of the balancer's own.
    public var answeredByBalancer: UInt64 { ownAnswers.reduce(0, &+) }
}
