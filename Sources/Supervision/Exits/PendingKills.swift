import Basics
import Control
import Kernel

/// The `kill` requests with an effect that is not known yet: the signals that processes have been
/// sent, and which requests wait to hear what becomes of each.
struct PendingKills {
    /// One child that a request means.
    struct Target {
        let child: ChildNumber
        let report: KillReport
        /// When its process was sent the signal; nil where there is none that could be sent it.
        let sentAt: Instant?
    }

    /// What a request is answered with.
    struct Answer: Equatable {
        let asker: ControlConnection.Key
        let reports: [KillReport]
    }

    private struct Request {
        let number: Int
        let asker: ControlConnection.Key
        let deadline: Instant
        var reports: [KillReport]
        /// The places of those of which it is not known what the signal has done.
        var open: Set<Int> = []
    }

    /// One place in the list of a request.
    fileprivate struct Place {
        let request: Int
        let index: Int
    }

    private struct Sent {
        var signal: SentSignal
        /// All requests for this process that have not been told, the last one last.
        var places: [Place]
        /// Whether the leader has ended, and what came of it ends of the signal too.
        var isLeaderGone = false
    }

    /// A pause that the balancers are still to hear of.
    private struct Withdrawal {
        let version: UInt64
        let since: Instant
        let place: Place
    }

    private var requests: [Request] = []
    private var requestsSoFar = 0
    private var sent: [ChildNumber: Sent] = [:]
    private var withdrawals: [Withdrawal] = []

    var isEmpty: Bool { requests.isEmpty }

    /// When the first request has waited for long enough; nil where none waits.
    var deadline: Instant? { requests.lazy.map(\.deadline).min() }

    /// What the present process of a child was sent and has not ended of.
    func signal(to child: ChildNumber) -> SentSignal? { sent[child]?.signal }

    /// A request has had all of its targets signalled that have a process.
    mutating func signalled(
        _ targets: [Target], _ signal: Signal, restarts: Bool, asker: ControlConnection.Key,
        now: Instant
    ) {
        requestsSoFar += 1
        var request = Request(
            number: requestsSoFar, asker: asker, deadline: now + Limits.killPatience,
            reports: targets.map(\.report))
        for (index, target) in targets.enumerated() {
            guard let sentAt = target.sentAt else { continue }
            request.open.insert(index)
            let earlier = sent[target.child]
            sent[target.child] = Sent(
                signal: SentSignal(
                    signal, sentAt: sentAt, restarts: restarts, after: earlier?.signal),
                places: (earlier?.places ?? []) + [Place(request: request.number, index: index)],
                isLeaderGone: earlier?.isLeaderGone ?? false)
        }
        requests.append(request)
    }

    /// A child's process stands still. `version` is the roster that tells the balancers so; nil
    /// where they need not know. One that does not serve is in the state that it was in before.
    mutating func paused(
        _ child: ChildNumber, version: UInt64?, state: ChildState = .paused
    ) {
        guard let sent = takePause(of: child) else { return }
        guard let version else {
            let words = "stands still while it \(state.phrase); 'kill -s CONT' lets it go on"
            settle(sent.places, next: state == .paused ? Self.pausedWords : words)
            return
        }
        withdrawals += sent.places.map { place in
            Withdrawal(version: version, since: sent.signal.sentAt, place: place)
        }
    }

    /// A child's process goes on.
    mutating func resumed(_ child: ChildNumber) {
        if let sent = takePause(of: child) { settle(sent.places, next: "goes on") }
    }

    private static let pausedWords = "paused"

    private mutating func takePause(of child: ChildNumber) -> Sent? {
        guard sent[child]?.signal.onlyPauses == true else { return nil }
        return sent.removeValue(forKey: child)
    }

    /// A child's leader has ended, and not all that came of it.
    mutating func leaderEnded(_ child: ChildNumber) { sent[child]?.isLeaderGone = true }

    /// A child's process has ended, and all that came of it. Returns what it had been sent; the
    /// requests wait for what is said of the end.
    mutating func ended(_ child: ChildNumber) -> Ended? {
        sent.removeValue(forKey: child).map { Ended(signal: $0.signal, places: $0.places) }
    }

    /// What a process had been sent that has ended, and which requests wait for what is said of it.
    struct Ended {
        let signal: SentSignal
        fileprivate let places: [Place]
    }

    /// The end of a process has been told.
    mutating func told(_ ended: Ended, outOfRotation: Nanoseconds?, next: String) {
        settle(ended.places, outOfRotation: outOfRotation, next: next)
    }

    /// Returns the answers of those requests that wait for nothing more.
    mutating func settle(_ adoption: RosterAdoption, now: Instant) -> [Answer] {
        settleWithdrawals(adoption, now: now)
        expire(now: now)
        var answers: [Answer] = []
        requests.removeAll { request in
            if !request.open.isEmpty { return false }
            answers.append(Answer(asker: request.asker, reports: request.reports))
            return true
        }
        return answers
    }

    private mutating func settleWithdrawals(_ adoption: RosterAdoption, now: Instant) {
        if withdrawals.isEmpty { return }
        let all = withdrawals
        withdrawals = []
        for withdrawal in all {
            if let adopted = adoption.byAll, adopted < withdrawal.version {
                if isOpen(withdrawal.place) { withdrawals.append(withdrawal) }
                continue
            }
            settle(
                [withdrawal.place],
                outOfRotation: adoption.isReported ? now.since(withdrawal.since) : nil,
                next: Self.pausedWords)
        }
    }

    /// Ends the wait of those with a signal that has had no effect in time.
    private mutating func expire(now: Instant) {
        for index in requests.indices where requests[index].deadline < now {
            let number = requests[index].number
            settle(
                requests[index].open.map { Place(request: number, index: $0) },
                next: "still running")
            // What is not meant to end a process must not excuse a later crash.
            sent = sent.filter { _, sent in
                sent.places.last?.request != number || sent.signal.mayEnd || sent.isLeaderGone
            }
        }
    }

    private func isOpen(_ place: Place) -> Bool {
        requests.contains { $0.number == place.request && $0.open.contains(place.index) }
    }

    private mutating func settle(
        _ places: [Place], outOfRotation: Nanoseconds? = nil, next: String
    ) {
        for place in places {
            guard let index = requests.firstIndex(where: { $0.number == place.request }),
                requests[index].open.remove(place.index) != nil
            else { continue }
            requests[index].reports[place.index].outOfRotation = outOfRotation
            requests[index].reports[place.index].next = next
        }
    }
}
