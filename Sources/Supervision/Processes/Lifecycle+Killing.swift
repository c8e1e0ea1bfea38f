extension Lifecycle {
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
