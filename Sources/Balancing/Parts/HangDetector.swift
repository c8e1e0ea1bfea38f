import Basics
import Choosing
import Scoreboard

/// Backends that are there and do not answer. A slow report or a long poll must not condemn a
/// backend: silence starts a check at once, and only that check's failure takes a backend out.
struct HangDetector {
    /// For how long a backend may be silent, judged from how long it usually takes.
    private struct Patience {
        var limit = HangSuspicion.limit(p99: nil, samples: 0)
        /// Until when that holds.
        var until = Instant(nanoseconds: 0)
    }

    /// By slot.
    private var patience: [Patience]
    /// Whether a backend may have been found to hang, so that requests are to be taken from it.
    private var isRaised = false

    init(backends: Int) { patience = .init(repeating: Patience(), count: backends) }

    /// When a backend that something was last heard of, or that was last looked at, is to be looked
    /// at because it has been silent for longer than is usual for it. `usual` tells how long its
    /// responses take.
    mutating func due(
        _ slot: BackendSlot, silentSince: Instant, now: Instant, usual: () -> LatencyHistogram
    ) -> Instant {
        if now >= patience[slot.index].until {
            let latency = usual()
            patience[slot.index] = Patience(
                limit: HangSuspicion.limit(
                    p99: latency.percentile(0.99), samples: latency.counts.reduce(0, +)),
                until: now + Limits.patienceKept)
        }
        return silentSince + patience[slot.index].limit
    }

    /// A backend may have been found to hang, or to have been stopped.
    mutating func raised() { isRaised = true }

    /// Whether requests are to be taken from those that hang; asked once for each time.
    @inline(__always)
    mutating func takeRaised() -> Bool {
        if !isRaised { return false }
        isRaised = false
        return true
    }
}
