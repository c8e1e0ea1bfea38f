import Basics

extension Lifecycle {
    /// Where the child does not serve: from when on a process may be expected that does, for those
    /// who wait. In the past where one is being started, `never` where somebody has to do it.
    var returns: Instant {
        switch self {
        case .starting: Instant(nanoseconds: 0)
        case .draining(_, _, let sequel), .stopping(_, _, let sequel),
            .stoppingRest(_, _, let sequel):
            sequel == .rest ? .never : Instant(nanoseconds: 0)
        case .backoff(let until): until
        // It may be resumed at any moment, and nobody knows when.
        case .paused: .never
        case .stopped, .failed, .ready: .never
        }
    }
}
