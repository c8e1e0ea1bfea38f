import Basics

/// Whether new clients are taken in, and how the balancer leaves.
struct Acceptance {
    private enum State: Equatable {
        case on
        /// Out of descriptors or slots: to be tried again then, or when a connection closes.
        case paused(until: Instant)
        case ended
    }

    private var state = State.on
    /// Which clients could make room for others.
    var idleClients = IdleClients()
    /// How the balancer leaves.
    private(set) var manner = Leaving.Manner.staying

    var isOn: Bool { state == .on }
    var isPaused: Bool { due != nil }
    var isLeaving: Bool { manner != .staying }

    /// When accepting is to be tried again; `nil` where that is not put off.
    var due: Instant? {
        guard case .paused(let until) = state else { return nil }
        return until
    }

    /// There is nothing left to take in another client with: that is put off.
    mutating func ranOut(until: Instant) {
        if state != .ended { state = .paused(until: until) }
    }

    /// Clients are taken in again.
    mutating func resumed() {
        if state != .ended { state = .on }
    }

    /// The balancer was told how to leave: no client is accepted any more.
    mutating func left(_ how: Leaving.Manner) {
        state = .ended
        manner = how
    }
}
