import Basics
import Choosing
import Control

/// What became of the requests that a process had when it died: counted as it happens, and told
/// when the supervisor says that the process is gone. By then the ends of its connections have been
/// heard, for the kernel closes them first.
extension Worker {
    /// Requests that one process of a backend let down.
    struct Losses {
        var generation: UInt64 = 0
        var retried: UInt32 = 0
        var failed: UInt32 = 0
        var last = Instant(nanoseconds: 0)
    }

    /// A request that a backend had was let down, and goes to another one or fails.
    mutating func noteLoss(_ number: UInt32, _ failure: AttemptFailure, isRetried: Bool) {
        switch failure {
        case .brokenSent, .brokenUnsent: break
        case .notConnected, .timedOut, .malformed: return
        }
        let slot = Int(exchanges[number].slot)
        let generation = exchanges[number].generation
        // What broke long before was no death: a backend may close a connection at any time.
        let isAnother = losses[slot].generation != generation
        if isAnother || now.since(losses[slot].last) > Limits.deathWindow {
            losses[slot] = Losses(generation: generation)
        }
        losses[slot].last = now
        if isRetried { losses[slot].retried += 1 } else { losses[slot].failed += 1 }
    }

    /// The accounts of those who were in the last roster and are gone now.
    mutating func accounts(of last: Roster, in latest: Roster) -> [FailoverAccount] {
        var accounts: [FailoverAccount] = []
        for member in last.members
        where !latest.isCurrent(slot: member.slot, generation: member.generation) {
            let loss = losses[Int(member.slot)]
            let isOld = now.since(loss.last) > Limits.deathWindow
            if loss.generation != member.generation || isOld { continue }
            losses[Int(member.slot)] = Losses()
            accounts.append(
                FailoverAccount(
                    slot: member.slot, generation: member.generation,
                    inFlight: loss.retried + loss.failed, retried: loss.retried,
                    failed: loss.failed))
        }
        return accounts
    }
}
