import Basics

extension Lifecycle {
    /// Where the child does not serve: from when on a process may be expected that does, for
    /// requests that wait. In the past where one is being started, `never` where that has to be
    /// asked for.
    var returns: Instant {
        switch self {
        case .starting: Instant(nanoseconds: 0)
        case .draining(_, _, let sequel), .stopping(_, _, let sequel),
            .stoppingRest(_, _, let sequel):
            sequel == .rest ? .never : Instant(nanoseconds: 0)
        case .backoff(let until): until
        // It may be resumed at any moment, and nothing tells when.
        case .paused: .never
        case .stopped, .failed, .ready: .never
        }
    }
}
