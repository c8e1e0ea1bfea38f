extension Lifecycle {
    /// Once it has ended it is not to be started again, though that was asked for before.
    public mutating func restartWithdrawn() -> Action {
        switch self {
        case .draining(let until, let since, .start):
            self = .draining(until: until, readySince: since, sequel: .rest)
        case .stopping(let tellAllAt, let killAt, .start):
            self = .stopping(tellAllAt: tellAllAt, killAt: killAt, sequel: .rest)
        case .stoppingRest(let tellAllAt, let killAt, .start):
            self = .stoppingRest(tellAllAt: tellAllAt, killAt: killAt, sequel: .rest)
        case .draining, .stopping, .stoppingRest, .starting, .ready, .paused, .backoff, .stopped,
            .failed:
            break
        }
        return .nothing
    }

    /// It is to end at once and to rest: it is given no time.
    public mutating func killRequested() -> Action {
        switch self {
        case .starting, .ready, .paused, .draining:
            self = .stopping(tellAllAt: .never, killAt: .never, sequel: .rest)
            return .kill
        case .stopping(_, let before, _):
            self = .stopping(tellAllAt: .never, killAt: .never, sequel: .rest)
            return before == .never ? .nothing : .kill
        case .stoppingRest(_, let before, _):
            self = .stoppingRest(tellAllAt: .never, killAt: .never, sequel: .rest)
            return before == .never ? .nothing : .kill
        case .backoff:
            self = .stopped
            return .nothing
        case .stopped, .failed:
            return .nothing
        }
    }
}
