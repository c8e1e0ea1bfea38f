import Basics
import Control
import Kernel
import Logs
import Planning

/// What is said of processes that have ended, and of signals that were sent by `kill`: the sentence
/// of the log comes when the balancers have said that they know of it, with what became of the
/// requests, and the answer of a `kill` comes with the sentence.
///
/// It knows no socket and signals nothing: what happened is told to it together with the time, and
/// it answers what is to be done.
struct ExitReports {
    /// What is to be done.
    enum Action: Equatable {
        case tell(ServiceEvent)
        /// Count how long it took until no balancer chose the backend any more.
        case noteWithdrawal(BackendSlot, Nanoseconds)
        /// Kill what an ended process has left behind. It comes after the sentence, since it takes
        /// a while, and what the balancers say must not wait for it.
        case endEscapees(of: ChildNumber)
        case answer(ControlConnection.Key, [KillReport])
    }

    private struct Entry {
        var report: ExitReport
        let ended: PendingKills.Ended?
    }

    private let unit: WorkUnit
    private var entries: [Entry] = []
    private var kills = PendingKills()
    private var subjects = ProcessSubjects()

    init(unit: WorkUnit) { self.unit = unit }

    /// Whether there is nothing to say and no `kill` to answer.
    var hasNothingOpen: Bool { entries.isEmpty && kills.isEmpty }

    /// Whether every end has been told.
    var isEmpty: Bool { entries.isEmpty }

    /// Whether something is still to be said of an end of the child.
    func isOpen(_ child: ChildNumber) -> Bool {
        entries.contains { $0.report.exit.process.child == child }
    }

    /// Whether a restart at once still waits for the balancers to notice the death.
    func holdsRestart(of child: ChildNumber, now: Instant) -> Bool {
        entries.contains {
            $0.report.exit.process.child == child && $0.report.holdsRestart(now: now)
        }
    }

    /// What the present process of a child was sent by `kill` and has not ended of.
    func signal(to child: ChildNumber) -> SentSignal? { kills.signal(to: child) }

    /// When to call `settle` though nothing happens.
    var nextLook: Instant {
        var first = kills.deadline ?? .never
        for entry in entries { first = min(first, entry.report.nextLook) }
        return first
    }

    /// A `kill` has had all of its targets signalled that have a process; the reports say what is
    /// known so far.
    mutating func signalled(
        _ targets: [PendingKills.Target], _ signal: Signal, restarts: Bool,
        asker: ControlConnection.Key, now: Instant
    ) {
        kills.signalled(targets, signal, restarts: restarts, asker: asker, now: now)
    }

    /// A child's process stands still. `version` is the roster that tells the balancers so; nil
    /// where they need not know.
    mutating func paused(
        _ child: ChildNumber, version: UInt64?, state: ChildState = .paused
    ) {
        kills.paused(child, version: version, state: state)
    }

    /// A child's process goes on.
    mutating func resumed(_ child: ChildNumber) { kills.resumed(child) }

    /// A child's leader has ended, and not all that came of it.
    mutating func leaderEnded(_ child: ChildNumber) { kills.leaderEnded(child) }

    /// A process has ended, and all that came of it.
    mutating func exited(_ exit: ExitReport.Exit, _ adoption: RosterAdoption, now: Instant) {
        if let slot = exit.slot, let subject = exit.event.subject {
            subjects.ended(slot: slot, generation: exit.process.generation, subject)
        }
        let ended = kills.ended(exit.process.child)
        let report = ExitReport(
            exit, signalledAt: ended?.signal.sentAt, choosers: adoption.choosing.map(\.process),
            unit: unit, now: now)
        entries.append(Entry(report: report, ended: ended))
    }

    /// A balancer has told what became of the requests that an ended process had. `name` is what
    /// the backend in that place is called.
    mutating func accounted(
        _ account: FailoverAccount, by balancer: ProcessNumber, name: String?
    ) -> [Action] {
        guard let index = index(of: account) else { return since(account, name) }
        entries[index].report.accounted(account, by: balancer)
        return []
    }

    /// A balancer has told what has turned out since it gave its account.
    mutating func corrected(_ account: FailoverAccount, name: String?) -> [Action] {
        guard let index = index(of: account) else { return since(account, name) }
        entries[index].report.corrected(by: account)
        return []
    }

    private func index(of account: FailoverAccount) -> Int? {
        entries.firstIndex { entry in
            entry.report.exit.slot == account.slot
                && entry.report.exit.process.generation == account.generation
        }
    }

    /// A second event about an end, where clients saw more than the first one told.
    private func since(_ account: FailoverAccount, _ name: String?) -> [Action] {
        if account.inFlight == 0 && account.failed == 0 { return [] }
        let known = subjects.subject(slot: account.slot, generation: account.generation)
        guard let subject = known ?? name.map({ ServiceEvent.Subject($0) }) else { return [] }
        return [.tell(ExitReport.revision(of: subject, account, unit))]
    }

    /// Tells of those ends that every balancer knows of by now, or that have waited long enough,
    /// and answers the requests that wait for nothing more.
    mutating func settle(_ adoption: RosterAdoption, now: Instant) -> [Action] {
        if hasNothingOpen { return [] }
        var actions: [Action] = []
        var open: [Entry] = []
        for var entry in entries {
            entry.report.adopted(adoption, now: now)
            if !entry.report.isComplete(now: now) {
                open.append(entry)
                continue
            }
            let report = entry.report
            actions += report.events.map { .tell($0) }
            if let slot = report.exit.slot, let span = report.outOfRotation {
                actions.append(.noteWithdrawal(slot, span))
            }
            if let ended = entry.ended {
                kills.told(
                    ended, outOfRotation: report.outOfRotation, next: report.exit.next)
            }
            actions.append(.endEscapees(of: report.exit.process.child))
        }
        entries = open
        for answer in kills.settle(adoption, now: now) {
            actions.append(.answer(answer.asker, answer.reports))
        }
        return actions
    }
}
