import Basics
import Control

/// Whether clients can connect: while no balancer takes them in and none is about to, a client that
/// connects is refused, and does not wait in vain.
struct Acceptance {
    enum State: Equatable {
        case listening
        /// A client that connects is refused.
        case suspended
        /// It is neither as it should be: the sockets could not be made to listen, or not to, and
        /// the first is tried again at that moment.
        case failing(until: Instant)
    }

    /// What is to be done with the sockets.
    enum Action: Equatable { case nothing, listen, suspend }

    /// What is so of a balancer.
    struct Balancer {
        var state: ChildState
        /// Whether it has not said that it takes in no more clients.
        var accepts: Bool
        /// From when on a process of it may be expected that does.
        var returns: Instant
    }

    private(set) var state = State.listening

    /// Looks at the balancers, and returns what is to be done.
    mutating func look(_ balancers: some Sequence<Balancer>, now: Instant) -> Action {
        let isWanted = balancers.contains { Self.isComing($0, now: now) }
        switch state {
        case .listening: return isWanted ? .nothing : .suspend
        case .suspended: return isWanted ? .listen : .nothing
        case .failing(let until):
            if !isWanted { state = .suspended }
            return isWanted && until < now ? .listen : .nothing
        }
    }

    /// Whether a balancer takes in clients now, or is about to.
    private static func isComing(_ balancer: Balancer, now: Instant) -> Bool {
        switch balancer.state {
        case .ready, .paused, .starting: true
        // One that is to end takes in the clients that wait first, and says when it has.
        case .draining where balancer.accepts, .stopping where balancer.accepts: true
        // Also when one that ends is to be started again.
        case .draining, .stopping, .backoff, .stopped, .failed, .done:
            balancer.returns <= now + Limits.acceptancePatience
        }
    }

    /// The sockets listen.
    mutating func listened() { state = .listening }

    /// The sockets do not listen any more.
    mutating func suspended() { state = .suspended }

    /// The sockets could not be made to listen. Returns whether that is news.
    mutating func couldNotListen(now: Instant) -> Bool {
        let isNews = state == .suspended
        state = .failing(until: now + Limits.acceptanceRetry)
        return isNews
    }

    /// The sockets could not be made to refuse: clients wait, as for a balancer that is coming.
    mutating func couldNotSuspend() { state = .failing(until: .never) }

    /// When `look` has something to do though nothing happens; `never` where nothing is.
    func nextLook(_ balancers: some Sequence<Balancer>, now: Instant) -> Instant {
        switch state {
        case .listening: return .never
        case .failing(let until): return until
        case .suspended:
            // One that backs off for long is awaited towards the end of that.
            let starts = balancers.lazy.filter { $0.state == .backoff }.map { balancer in
                let until = balancer.returns.nanoseconds
                return Instant(nanoseconds: until - min(until, Limits.acceptancePatience.count))
            }
            return starts.filter { $0 > now }.min() ?? .never
        }
    }
}
