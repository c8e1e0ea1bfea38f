import Basics
import Control
import Kernel

/// What is to be said of a process that has ended, kept until the balancers have said that none of
/// them chooses it any more.
final class Obituary {
    /// The longest that a restart at once waits for the balancers to notice the death.
    static let restartHold = Nanoseconds.milliseconds(2)
    /// The longest that the sentence waits for them.
    static let patience = Nanoseconds.seconds(1)
    /// The longest that it waits for what became of the requests.
    static let accountPatience = Nanoseconds.milliseconds(100)

    let child: SupervisedChild
    let pid: Int32
    let generation: UInt64
    /// Who it was and how it ended.
    let head: String
    /// What becomes of the child.
    let next: String
    /// The roster that no longer offers it; nothing where no balancer knew of it.
    let version: UInt64?
    /// Where the clock began: the signal, if lbctl sent it, or else when the death was seen.
    let clockStart: Instant
    let openedAt: Instant
    let order: KillOrder?
    /// The balancers that could choose it then, and still may; and those of them that are to give
    /// an account. One that has died does neither.
    private var choosers: [BalancerLink]
    private var accountants: [BalancerLink]
    /// What is counted: requests, or connections.
    let unit: String
    private var account: FailoverAccount?
    /// How long it took until nobody chose it any more; nothing while that is not known.
    var outOfRotation: Nanoseconds?

    init(
        child: SupervisedChild, process: ChildProcess, head: String, next: String,
        version: UInt64?, order: KillOrder?, choosers: [BalancerLink], unit: String, now: Instant
    ) {
        self.unit = unit
        self.choosers = choosers
        accountants = choosers
        self.child = child
        self.head = head
        self.next = next
        self.version = version
        self.order = order
        pid = process.pid
        generation = child.generation
        clockStart = order?.sentAt ?? now
        openedAt = now
    }

    /// Each balancer tells of the requests that were its own.
    func add(_ more: FailoverAccount, from link: BalancerLink) {
        accountants.removeAll { $0 === link }
        if account == nil { account = more } else { account?.add(more) }
    }

    /// More has turned out before it is said.
    func correct(by since: FailoverAccount) {
        if account == nil { account = since } else { account?.correct(by: since) }
    }

    /// Notes which of the balancers, of whom these are `present`, may still choose it. Where there
    /// is none nobody does.
    func look(at present: [BalancerLink], _ now: Instant) {
        guard let version, outOfRotation == nil || !accountants.isEmpty else { return }
        accountants.removeAll { link in !present.contains { $0 === link } }
        choosers.removeAll { link in
            link.adopted >= version || !present.contains { $0 === link }
        }
        if choosers.isEmpty && outOfRotation == nil { outOfRotation = now.since(clockStart) }
    }

    /// Whether all has been said that is to be waited for.
    func isComplete(_ now: Instant) -> Bool {
        if version == nil || now >= nextLook { return true }
        return outOfRotation != nil && accountants.isEmpty
    }

    func holdsRestart(_ now: Instant) -> Bool { now.since(openedAt) < Self.restartHold }

    /// When to look at it again though nothing happens.
    var nextLook: Instant {
        openedAt + (outOfRotation == nil ? Self.patience : Self.accountPatience)
    }

    /// The sentence of the log.
    func sentence() -> String {
        var parts = [head]
        if let outOfRotation {
            parts.append("out of rotation after \(Figures.text(outOfRotation))")
        }
        if let account, account.inFlight > 0 { parts.append(Self.words(account, unit)) }
        parts.append(next)
        return parts.joined(separator: "; ")
    }

    /// `2 requests were in flight: 2 tried elsewhere, 0 failed`.
    static func words(_ account: FailoverAccount, _ unit: String) -> String {
        let verb = account.inFlight == 1 ? "was" : "were"
        let state = unit == "request" ? "in flight" : "open"
        return "\(Figures.count(UInt64(account.inFlight), unit)) \(verb) \(state): "
            + "\(account.retried) tried elsewhere, \(account.failed) failed"
    }

    /// What has turned out since the sentence:
    /// `beyond what was said, 20 requests were in flight: 0 tried elsewhere, 20 failed`. One that
    /// had been told of and has failed since is counted among the failed ones alone.
    static func wordsSince(_ account: FailoverAccount, _ unit: String) -> String {
        let words = "beyond what was said, " + Self.words(account, unit)
        let failedElsewhere = account.failedElsewhere
        switch failedElsewhere {
        case 0: return words
        case account.failed: return words + " after being tried elsewhere"
        default: return words + ", \(failedElsewhere) of them after being tried elsewhere"
        }
    }
}
