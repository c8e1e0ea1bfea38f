import Basics

/// How long a client has been waited for within one body: what a least rate is measured by.
///
/// Only the time counts in which it was the client's turn; what the backend takes is not its fault.
struct Pace {
    private var waited = Nanoseconds(0)
    private var since = Instant.never

    /// It is the client's turn from now on.
    mutating func waits(from now: Instant) {
        if since == .never { since = now }
    }

    /// The client has done something.
    @inline(__always)
    mutating func moved(at now: Instant) {
        if since == .never { return }
        waited = waited + now.since(since)
        since = .never
    }

    /// When its time is up, after it has moved so many bytes, at so many bytes a second.
    func deadline(moved bytes: UInt64, rate: UInt64) -> Instant {
        if since == .never || rate == 0 { return .never }
        let earned = min(Double(bytes) / Double(rate), 1e9)
        let allowed = Limits.slowStart + Nanoseconds(UInt64(earned * 1e9))
        return since + Nanoseconds(allowed.count - min(allowed.count, waited.count))
    }
}
