import Basics
import Choosing
import Control
import Kernel
import Scoreboard

/// What is done about backends that are there and do not answer; when, `HangDetector` says.
extension Worker {
    /// When a backend has been silent for longer than is usual for it, and is to be looked at.
    mutating func suspicionDue(upstream: UpstreamConnection.Slot) -> Instant {
        let (slot, generation) = (upstreams[upstream].slot, upstreams[upstream].generation)
        let since = max(upstreams[upstream].activeAt, upstreams[upstream].suspectedAt)
        return hangs.due(slot, silentSince: since, now: now) {
            plan.scoreboard.totals(slot: slot, generation: generation).latency
        }
    }

    /// The control thread is asked to look at the backend of this connection.
    mutating func suspect(upstream: UpstreamConnection.Slot) {
        upstreams[upstream].suspectedAt = now
        plan.suspects.raise(upstreams[upstream].slot)
    }

    /// Takes what may be done twice away from backends that have been stopped or found to hang, and
    /// gives it to others; the rest waits on, for it may yet be answered.
    mutating func rescue() {
        var hanging: [Exchange.Slot] = []
        exchanges.forEachSlot { hanging.append($0) }
        for exchange in hanging where isStuck(exchange) && hasAlternative(exchange) {
            let client = exchanges[exchange].client
            exchanges[exchange].attempts.progress.endedAt = now
            exchanges[exchange].attempts.wasTakenAway()
            let slot = exchanges[exchange].attempts.process.slot
            letUpstreamGo(exchange)
            rewind(exchange, from: slot)
            deliver(exchange)
            serve(client)
        }
    }

    private func isStuck(_ exchange: Exchange.Slot) -> Bool {
        let message = exchanges[exchange].message
        guard exchanges[exchange].phase == .delivering,
            exchanges[exchange].attempts.isStuck(message, retries: plan.options.retries)
        else { return false }
        let process = exchanges[exchange].attempts.process
        let (slot, generation) = (process.slot, process.generation)
        if plan.scoreboard.checks(slot: slot).isDown(generation) { return true }
        guard let index = roster.index(ofSlot: slot) else { return false }
        return roster.members[index].generation == generation
            && roster.members[index].fact == .paused
    }

    private func hasAlternative(_ exchange: Exchange.Slot) -> Bool {
        roster.rotation.contains { index in
            let member = roster.members[index]
            return !exchanges[exchange].attempts.includes(member.process)
                && !plan.scoreboard.checks(slot: member.slot).isDown(member.generation)
        }
    }
}
