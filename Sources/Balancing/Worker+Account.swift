import Basics
import Choosing
import Control

/// What became of the requests that a process had when it died: counted as it happens, and told
/// when the supervisor has said that the process is gone and the last of its connections has been
/// heard to end.
extension Worker {
    /// Requests that one process of a backend let down.
    struct Losses {
        var generation: UInt64 = 0
        var retried: UInt32 = 0
        var failed: UInt32 = 0
        var last = Instant(nanoseconds: 0)
    }

    /// A process that the supervisor has said to be gone.
    struct Gone {
        let slot: UInt32
        let generation: UInt64
        /// When the account is given though some of its requests are not settled.
        let until: Instant
    }

    /// A request that a backend had was let down, and goes to another one or fails.
    mutating func noteLoss(_ number: UInt32, _ failure: AttemptFailure, isRetried: Bool) {
        switch failure {
        case .brokenSent, .brokenUnsent: break
        case .notConnected, .timedOut, .malformed: return
        }
        let slot = Int(exchanges[number].attempts.process.slot)
        let generation = exchanges[number].attempts.process.generation
        // What broke long before was no death: a backend may close a connection at any time.
        let isAnother = losses[slot].generation != generation
        if isAnother || now.since(losses[slot].last) > Limits.deathWindow {
            losses[slot] = Losses(generation: generation)
        }
        losses[slot].last = now
        // One that runs into the same death again, as a connection that was still taken in, is one.
        let process = exchanges[number].attempts.process
        let isSame = exchanges[number].lastLoss == process
        exchanges[number].lastLoss = process
        if isSame && losses[slot].retried > 0 { losses[slot].retried -= 1 }
        if isRetried { losses[slot].retried += 1 } else { losses[slot].failed += 1 }
    }

    /// Those who were in the last roster and are gone now: soon there is an account of each.
    mutating func noteGone(from last: Roster, to latest: Roster) {
        for member in last.members
        where member.fact != .gone
            && !latest.isCurrent(slot: member.slot, generation: member.generation)
        {
            gone.append(
                Gone(
                    slot: member.slot, generation: member.generation,
                    until: now + Limits.newsDelay))
        }
    }

    /// Gives the accounts of those that have no request in flight any more.
    mutating func settleGone() {
        let entries = gone
        gone = entries.filter { !isSettled($0) }
        for entry in entries where isSettled(entry) {
            var loss = losses[Int(entry.slot)]
            let isOld = now.since(loss.last) > Limits.deathWindow
            if loss.generation != entry.generation || isOld { loss = Losses() }
            plan.board.report(
                FailoverAccount(
                    slot: entry.slot, generation: entry.generation,
                    inFlight: loss.retried + loss.failed, retried: loss.retried,
                    failed: loss.failed))
        }
    }

    private func isSettled(_ entry: Gone) -> Bool {
        now >= entry.until
            || lane.inFlight(slot: entry.slot, generation: entry.generation) == 0
    }
}
