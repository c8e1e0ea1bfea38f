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
        noteReturns(from: roster, to: latest)
        roster = latest
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

    /// Whom a request goes to, leaving out those that it has been tried on; nobody when nobody is
    /// ready.
    ///
    /// A look at the version first: from the moment a roster is put up, nobody chooses by another.
    mutating func choose(for exchange: Exchange.Slot) -> Int? {
        if plan.board.version.load(ordering: .acquiring) != roster.version { adoptRoster() }
        if keepsPlaces, let index = ownPlace(exchange) { return index }
        if plan.algorithm == .roundRobin {
            return takeTurn(besides: exchanges[exchange].attempts.tried)
        }
        return chooseByLoad(exchange)
    }

    /// Whose turn it is.
    private mutating func takeTurn(besides tried: AttemptLog?) -> Int? {
        let count = roster.rotation.count
        if count == 0 { return nil }
        let turn = plan.scoreboard.takeTurn()
        if let index = firstAdmitted(turn, besides: tried, suspects: false) { return index }
        // All are suspect or tried: rather any that has not been tried than none.
        if let index = firstAdmitted(turn, besides: tried, suspects: true) { return index }
        return roster.rotation[Int(turn % UInt64(count))]
    }

    private mutating func firstAdmitted(
        _ turn: UInt64, besides tried: AttemptLog?, suspects: Bool
    ) -> Int? {
        let count = roster.rotation.count
        var position = placeOfTurn(turn)
        for step in 0...count {
            let index = roster.rotation[position]
            let next = position + 1 == count ? 0 : position + 1
            position = step == 0 ? Rotation.standIn(turn: turn, of: count) : next
            let slot = roster.members[index].slot
            if let tried, tried.includes(roster.members[index].process) { continue }
            if suspects { return index }
            let generation = roster.members[index].generation
            if plan.scoreboard.checks(slot: slot).isDown(generation) { continue }
            let failures = plan.scoreboard.verdict(slot: slot)
                .failures(of: generation)
            if failures < Suspicion.threshold { return index }
            if Suspicion.admits(failures: failures, lastTrial: lastTrial[slot.index], now: now) {
                lastTrial[slot.index] = now
                return index
            }
        }
        return nil
    }
}
