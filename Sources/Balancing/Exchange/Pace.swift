import Basics

/// The least that a body must move: so many bytes within each stretch of waiting for the client.
///
/// The stretch is long and begins anew with what has been moved, so that a reader that pauses or a
/// line a second is in time, and a client that holds a connection with a trickle is not, however
/// much has been moved before.
struct PaceRule {
    /// How long a client may be waited for, in all, while it moves `bytes`.
    let stretch: Nanoseconds
    /// 0 where any pace will do.
    let bytes: UInt64

    /// `rate` is in bytes a second; 0: anything.
    init(rate: UInt64, stretch: Nanoseconds) {
        self.stretch = stretch
        let wanted = Double(rate) * stretch.seconds
        bytes = rate == 0 ? 0 : max(1, UInt64(min(wanted, 1e18)))
    }
}

/// How long a client has been waited for within one body: what a least rate is measured by.
///
/// Only the time counts in which it was the client's turn; what the backend takes is not its fault.
struct Pace {
    private var waited = Nanoseconds(0)
    private var since = Instant.never
    /// Bytes that had been moved when this stretch began.
    private var base: UInt64 = 0

    /// It is the client's turn from now on.
    mutating func waits(from now: Instant) {
        if since == .never { since = now }
    }

    /// The client has done something; so many bytes have been moved in all.
    @inline(__always)
    mutating func moved(at now: Instant, to total: UInt64, by rule: PaceRule) {
        if since == .never { return }
        waited = waited + now.since(since)
        since = .never
        settle(total, by: rule)
    }

    /// It has been seen to move, and is waited for still.
    mutating func progressed(at now: Instant, to total: UInt64, by rule: PaceRule) {
        if since == .never { return }
        moved(at: now, to: total, by: rule)
        since = now
    }

    /// What was asked for has been moved, be it late: another stretch begins.
    private mutating func settle(_ total: UInt64, by rule: PaceRule) {
        if total < base &+ rule.bytes { return }
        base = total
        waited = Nanoseconds(0)
    }

    /// When its time is up.
    func deadline(by rule: PaceRule) -> Instant {
        if since == .never || rule.bytes == 0 { return .never }
        let allowed = rule.stretch.count
        return since + Nanoseconds(allowed - min(allowed, waited.count))
    }
}
