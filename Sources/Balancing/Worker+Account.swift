import Basics
import Choosing
import Control

/// What becomes of the requests that a process had when it died: what the workers tell
/// `FailoverAccounts` of it, and what that tells the supervisor.
extension Worker {
    /// A request that a backend had, or was to have, goes to another one or has failed.
    mutating func noteLoss(
        _ number: UInt32, _ failure: AttemptFailure, hasDied: Bool, _ fate: FailoverAccounts.Fate
    ) {
        let process = exchanges[number].attempts.process
        exchanges[number].claim = accounts.lost(
            exchanges.key(number), exchanges[number].claim, by: process, failure,
            hasDied: hasDied, fate, now: now, in: exchanges)
        if fate == .isOver { lane.failed(slot: process.slot) }
    }

    /// A request is given up while it waits for a backend. It has failed those that had it.
    mutating func noteGivenUp(_ number: UInt32) {
        if exchanges[number].attempts.count == 0 { return }
        lane.failed(slot: exchanges[number].attempts.process.slot)
        guard let claim = exchanges[number].claim else { return }
        accounts.failed(claim)
        exchanges[number].claim = nil
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
            plan.board.report(report, by: number)
        }
    }

    /// The worker has finished: nothing more will be known.
    mutating func closeAccounts() {
        for report in accounts.close() { plan.board.report(report, by: number) }
    }
}
