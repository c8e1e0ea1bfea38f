import Basics
import Choosing
import Control

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
        if fate == .isOver { lane.failed(slot: process.slot) }
    }

    /// A request is given up while it waits for a backend. It has failed those that had it.
    mutating func noteGivenUp(_ exchange: Exchange.Slot) {
        if exchanges[exchange].attempts.count == 0 { return }
        lane.failed(slot: exchanges[exchange].attempts.process.slot)
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
