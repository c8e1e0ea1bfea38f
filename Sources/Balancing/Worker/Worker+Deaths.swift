import Basics
import Choosing
import Control
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
        // A process that hears that it was adopted can read what was logged before.
        flushLog(force: true)
        plan.board.adopted(latest.version, by: index)
    }
}

/// What becomes of the requests that a process had when it died: what the workers tell
/// `FailoverAccounts` of it, and what that tells the supervisor.
extension Worker {
    /// A request that a backend had, or was to have, goes to another one or has failed.
    mutating func noteLoss(
        _ exchange: Exchange.Slot, _ failure: AttemptFailure, hasDied: Bool, _ fate: RequestFate
    ) {
        let process = exchanges[exchange].attempts.process
        exchanges[exchange].claim = accounts.lost(
            exchanges.key(exchange), exchanges[exchange].claim, by: process, failure,
            hasDied: hasDied, fate, now: now, in: exchanges)
    }

    /// A request is given up while it waits for a backend. It has failed those that had it.
    mutating func noteGivenUp(_ exchange: Exchange.Slot, _ cause: Cause) {
        if exchanges[exchange].attempts.count == 0 { return }
        // It is counted there as one that was to go to another.
        counters.failed(
            slot: exchanges[exchange].attempts.process.slot, cause: cause.rawValue,
            isCounted: true)
        guard let claim = exchanges[exchange].claim else { return }
        accounts.failed(claim)
        exchanges[exchange].claim = nil
    }

    /// Those that were in the last roster and are gone now: soon there is an account of each.
    mutating func noteDeaths(from last: Roster, to latest: Roster) {
        for member in last.members
        where member.fact != .gone
            && !latest.isCurrent(slot: member.slot, generation: member.generation)
        {
            accounts.left(member.process, now: now, in: exchanges)
        }
    }

    /// Tells what is known by now.
    mutating func settleAccounts() {
        for report in accounts.settle(now: now, in: exchanges) {
            plan.board.report(report, by: index)
        }
    }

    /// The worker has finished: nothing more will be known.
    mutating func closeAccounts() {
        for report in accounts.close() { plan.board.report(report, by: index) }
    }
}

/// Whether processes have died, and whether they may have died of what they were asked.
extension Worker {
    /// Heeds what has been told of how processes ended that had a request.
    mutating func learnEndings(_ exchange: Exchange.Slot) {
        if exchanges[exchange].attempts.blame.possible == 0 { return }
        let roster = roster
        exchanges[exchange].attempts.learnEndings { process in
            Ending(roster.ending(slot: process.slot, generation: process.generation))
        }
    }

    /// Whether a process of a backend has ended or is about to. The kernel knows before the roster:
    /// what such a process had open is closed already, or is being closed.
    func hasDied(_ process: BackendProcess) -> Bool {
        guard plan.isSupervised, let index = roster.index(ofSlot: process.slot) else {
            return false
        }
        let member = roster.members[index]
        if member.process != process { return true }
        return member.fact == .gone || (member.pid > 0 && Processes.isDying(member.pid))
    }

    /// Whether all processes that the roster has for alive are dying.
    var areAllDying: Bool {
        roster.rotation.allSatisfy { index in
            hasDied(roster.members[index].process)
        }
    }
}
