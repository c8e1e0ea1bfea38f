import Basics
import Control

/// What was last told of the service, and which requests wait to hear of it anew.
struct ServiceView {
    private var status: ServiceStatus?
    private var toldAt = Instant.never
    private var isAsked = false
    private var waiting: [Slab<AdminConnection>.Key] = []

    /// What is to be done for a request that needs the state.
    enum Action {
        /// It is known well enough.
        case answer(ServiceStatus)
        /// The supervisor is to be asked; the request waits.
        case ask
        /// It was asked already; the request waits.
        case wait
    }

    /// A request needs the state.
    mutating func wanted(by client: Slab<AdminConnection>.Key, now: Instant) -> Action {
        if let status, toldAt != .never, now.since(toldAt) < AdminLimits.freshness {
            return .answer(status)
        }
        waiting.append(client)
        if isAsked { return .wait }
        isAsked = true
        return .ask
    }

    /// The supervisor has told it; the requests that have waited for that.
    mutating func told(_ status: ServiceStatus, now: Instant) -> [Slab<AdminConnection>.Key] {
        self.status = status
        toldAt = now
        return settle()
    }

    /// It could not be had; the requests that have waited in vain.
    mutating func failed() -> [Slab<AdminConnection>.Key] { settle() }

    /// What is known may be true no more: something was ordered.
    mutating func outdated() { toldAt = .never }

    private mutating func settle() -> [Slab<AdminConnection>.Key] {
        isAsked = false
        defer { waiting = [] }
        return waiting
    }
}
