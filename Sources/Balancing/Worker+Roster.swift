import Basics
import Kernel

extension Worker {
    /// Goes by the roster that is put up now, and lets idle connections to processes that are
    /// gone go. What is in flight with them hears of it from its own connection.
    mutating func adoptRoster() {
        let latest = plan.board.roster
        noteDeaths(from: roster, to: latest)
        picker.adopted(latest, now: now)
        var stale: [UpstreamConnection.Slot] = []
        upstreams.forEachSlot { stale.append($0) }
        for upstream in stale where upstreams[upstream].client == nil {
            if !latest.isCurrent(
                slot: upstreams[upstream].slot, generation: upstreams[upstream].generation)
            {
                pool.remove(upstream, from: &upstreams)
                closeUpstream(upstream)
            }
        }
        // Whoever hears that it was adopted can read what was logged before.
        flushLog(force: true)
        plan.board.adopted(latest.version, by: index)
    }
}
