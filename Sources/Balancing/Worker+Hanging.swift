import Basics
import Choosing
import Control
import Kernel
import Scoreboard

/// Backends that are there and do not answer. A slow report or a long poll must not condemn anyone:
/// silence starts a check at once, and only that check's failure takes a backend out.
extension Worker {
    /// When a backend has been silent for longer than is usual for it, and is to be looked at.
    mutating func suspicionDue(upstream number: UInt32) -> Instant {
        let slot = Int(upstreams[number].slot)
        if patience[slot].isOld(now) {
            let totals = plan.scoreboard.totals(
                slot: slot, generation: upstreams[number].generation)
            patience[slot].learn(totals.latency, now: now)
        }
        let since = max(upstreams[number].activeAt, upstreams[number].suspectedAt)
        return since + patience[slot].limit
    }

    /// The control thread is asked to look at the backend of this connection.
    mutating func suspect(upstream number: UInt32) {
        upstreams[number].suspectedAt = now
        plan.suspects.raise(upstreams[number].slot)
    }

    /// Takes what may be done twice away from backends that have been stopped or found to hang, and
    /// gives it to others; the rest waits on, for it may yet be answered.
    mutating func rescue() {
        rescuesDue = false
        var hanging: [UInt32] = []
        exchanges.forEachSlot { hanging.append($0) }
        for number in hanging where isStuck(number) && hasAlternative(number) {
            let client = exchanges[number].client
            exchanges[number].attempts.wasTakenAway()
            let slot = exchanges[number].attempts.process.slot
            letUpstreamGo(number)
            rewind(number, from: slot)
            deliver(number)
            serve(client)
        }
    }

    private func isStuck(_ number: UInt32) -> Bool {
        let message = exchanges[number].message
        guard exchanges[number].phase == .delivering,
            exchanges[number].attempts.isStuck(message, retries: plan.options.retries)
        else { return false }
        let process = exchanges[number].attempts.process
        let (slot, generation) = (process.slot, process.generation)
        if plan.scoreboard.checks(slot: Int(slot)).isDown(generation) { return true }
        guard let index = roster.index(ofSlot: slot) else { return false }
        return roster.members[index].generation == generation
            && roster.members[index].fact == .paused
    }

    private func hasAlternative(_ number: UInt32) -> Bool {
        roster.rotation.contains { index in
            let member = roster.members[index]
            return !exchanges[number].attempts.includes(member.process)
                && !plan.scoreboard.checks(slot: Int(member.slot)).isDown(member.generation)
        }
    }
}
