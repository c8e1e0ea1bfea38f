import Basics
import Control
import Logs
import Planning

/// What is to be said of one process that has ended, kept until the balancers have said that none
/// of them chooses it any more.
struct ExitReport {
    /// An end, as far as it is known when it is seen.
    struct Exit {
        let process: ProcessNumber
        /// How it ended, without what became of its requests and what comes next.
        let event: ServiceEvent
        /// What becomes of the child: `restarting at once`.
        let next: String
        /// After what time it is started again; nil where it is not.
        let restartIn: Nanoseconds?
        /// Whether it crashed too often: that is told in an event of its own.
        var isLeftAlone = false
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

    /// What the log is told.
    var events: [ServiceEvent] {
        var event = exit.event.with(.outOfRotation, outOfRotation)
        if let account { event = Self.told(account, unit, in: event) }
        if !exit.isLeftAlone { event = event.with(.next, exit.next) }
        event = event.with(.restartIn, exit.restartIn)
        guard exit.isLeftAlone, var subject = event.subject else { return [event] }
        subject.pid = nil
        return [event, ServiceEvent(.failed, subject).with(.crashedTooOften, true)]
    }

    /// What is known of its requests.
    private static func told(
        _ account: FailoverAccount, _ unit: WorkUnit, in event: ServiceEvent
    ) -> ServiceEvent {
        event.with(.inFlight, account.inFlight).with(.retried, account.retried)
            .with(.failed, account.failed).with(.unit, unit.noun)
    }

    /// What has turned out since that was told. A request that had been told of and has failed
    /// since is counted among the failed ones alone.
    static func revision(
        of subject: ServiceEvent.Subject, _ account: FailoverAccount, _ unit: WorkUnit
    ) -> ServiceEvent {
        told(account, unit, in: ServiceEvent(.revised, subject))
            .with(.failedElsewhere, account.failedElsewhere)
    }
}
