import Basics
import Control
import Planning

/// What is to be said of one process that has ended, kept until the balancers have said that none
/// of them chooses it any more.
struct ExitReport {
    /// An end, as far as it is known when it is seen.
    struct Exit {
        let process: ProcessNumber
        /// `backend.1 (port 3000, pid 42)`.
        let title: String
        /// How it ended, behind the title: `killed by SIGKILL after 3.2 s`.
        let ending: String
        /// What becomes of the child: `restarting at once`.
        let next: String
        /// Its place in the scoreboard; nil for one that is not balanced.
        let slot: BackendSlot?
        /// The roster that no longer offers it; nil where no balancer chose it.
        let version: UInt64?
    }

    let exit: Exit
    private let unit: WorkUnit
    private let openedAt: Instant
    /// Where the time out of rotation begins: the signal, if lbctl sent it, or else when the death
    /// was seen.
    private let clockStart: Instant
    /// The balancers that could choose it then and still may, and those of them that are to give an
    /// account. One that has died does neither.
    private var choosers: [ProcessNumber]
    private var accountants: [ProcessNumber]
    private var account: FailoverAccount?
    /// How long it took until none chose it any more; nil while that is not known.
    private(set) var outOfRotation: Nanoseconds?

    init(
        _ exit: Exit, signalledAt: Instant?, choosers: [ProcessNumber], unit: WorkUnit, now: Instant
    ) {
        self.exit = exit
        self.unit = unit
        self.choosers = choosers
        accountants = choosers
        clockStart = signalledAt ?? now
        openedAt = now
    }

    /// A balancer has told of the requests that were its own.
    mutating func accounted(_ more: FailoverAccount, by balancer: ProcessNumber) {
        accountants.removeAll { $0 == balancer }
        if account == nil { account = more } else { account?.add(more) }
    }

    /// More has turned out before the sentence was said.
    mutating func corrected(by since: FailoverAccount) {
        if account == nil { account = since } else { account?.correct(by: since) }
    }

    /// Notes which of the balancers may still choose it. Where there is none, none does.
    mutating func adopted(_ adoption: RosterAdoption, now: Instant) {
        guard let version = exit.version, outOfRotation == nil || !accountants.isEmpty else {
            return
        }
        var versions: [ProcessNumber: UInt64] = [:]
        for balancer in adoption.choosing { versions[balancer.process] = balancer.version }
        accountants.removeAll { versions[$0] == nil }
        choosers.removeAll { versions[$0].map { $0 >= version } ?? true }
        if choosers.isEmpty && outOfRotation == nil { outOfRotation = now.since(clockStart) }
    }

    /// Whether all has been said that is to be waited for.
    func isComplete(now: Instant) -> Bool {
        if exit.version == nil || now >= nextLook { return true }
        return outOfRotation != nil && accountants.isEmpty
    }

    /// Whether a restart at once still waits for the balancers.
    func holdsRestart(now: Instant) -> Bool { now.since(openedAt) < Limits.restartHold }

    /// When to look at it again though nothing happens.
    var nextLook: Instant {
        openedAt + (outOfRotation == nil ? Limits.exitPatience : Limits.accountPatience)
    }

    /// The sentence of the log.
    var sentence: String {
        var parts = ["\(exit.title) \(exit.ending)"]
        if let outOfRotation {
            parts.append("out of rotation after \(Figures.text(outOfRotation))")
        }
        if let account, account.inFlight > 0 { parts.append(Self.words(account, unit)) }
        parts.append(exit.next)
        return parts.joined(separator: "; ")
    }

    /// `2 requests were in flight: 2 tried elsewhere, 0 failed`.
    private static func words(_ account: FailoverAccount, _ unit: WorkUnit) -> String {
        let verb = account.inFlight == 1 ? "was" : "were"
        return "\(Figures.count(UInt64(account.inFlight), unit.noun)) \(verb) \(unit.underWay): "
            + "\(account.retried) tried elsewhere, \(account.failed) failed"
    }

    /// What has turned out since the sentence:
    /// `beyond what was said, 20 requests were in flight: 0 tried elsewhere, 20 failed`. One that
    /// had been told of and has failed since is counted among the failed ones alone.
    static func wordsSince(_ account: FailoverAccount, _ unit: WorkUnit) -> String {
        let words = "beyond what was said, " + Self.words(account, unit)
        let failedElsewhere = account.failedElsewhere
        switch failedElsewhere {
        case 0: return words
        case account.failed: return words + " after being tried elsewhere"
        default: return words + ", \(failedElsewhere) of them after being tried elsewhere"
        }
    }
}
