import Basics

/// Requests that wait for a backend, or for the supervisor to say how one ended: while none can be
/// chosen and one is coming, a client is better off waiting for a moment than being sent away.
///
/// First come, first served. How long a request may wait in all is `patience`.
struct RequestQueue {
    /// What is known of the backends at a moment.
    struct Outlook {
        /// Of the roster.
        var version: UInt64
        /// Whether one can be chosen.
        var hasBackend: Bool
        /// Whether all of those are known to be dying.
        var areAllDying: Bool
        /// From when on one that does not serve now may be expected to.
        var returns: Instant
    }

    /// What is known of a request that waits.
    struct Standing {
        /// Whether the process that failed it is still there, as far as the roster says.
        var isProcessCurrent: Bool
        var blame: Attempts.Blame
    }

    enum Joined: Equatable {
        case waits
        case full
        /// There is nothing to wait for.
        case hopeless
    }

    enum Settlement: Equatable {
        /// It is given to a backend, having waited for so long.
        case deliver(waited: Nanoseconds)
        /// It is told why not.
        case answer(WaitReason)
    }

    private struct Waiting {
        let exchange: Exchange.Key
        var reason: WaitReason
        /// Of the roster that it had when it came.
        let version: UInt64
        let since: Instant
        /// When it has waited for long enough.
        let deadline: Instant
        /// When it is to be looked at though nothing happens.
        var until: Instant
    }

    private let capacity: Int
    /// How long the supervisor's word about a death is waited for.
    private let newsDelay: Nanoseconds
    private var waiting: [Waiting] = []
    /// The roster by which all were last looked at.
    private var version: UInt64 = 0

    init(capacity: Int, newsDelay: Nanoseconds) {
        self.capacity = capacity
        self.newsDelay = newsDelay
    }

    var isEmpty: Bool { waiting.isEmpty }
    var count: Int { waiting.count }
    /// Those that wait, in the order in which they came.
    var keys: [Exchange.Key] { waiting.map(\.exchange) }

    /// When one of them is to be looked at though nothing happens.
    var due: Instant? { waiting.lazy.map(\.until).min() }

    /// Whether a request waits only for the supervisor's word.
    var awaitsNews: Bool { waiting.contains { $0.reason.isShort } }

    /// A request comes to wait.
    mutating func joined(
        _ exchange: Exchange.Key, for reason: WaitReason, patience: Nanoseconds, _ outlook: Outlook,
        now: Instant
    ) -> Joined {
        let word = now + newsDelay
        // The supervisor's word is waited for even by what may not wait for a backend.
        let deadline = reason.isShort ? max(now + patience, word) : now + patience
        if deadline <= now { return .hopeless }
        if reason == .backend && !outlook.hasBackend && outlook.returns > deadline {
            return .hopeless
        }
        if waiting.count >= capacity { return .full }
        let until = isLookedAtSoon(reason, outlook) ? min(word, deadline) : deadline
        waiting.append(
            Waiting(
                exchange: exchange, reason: reason, version: outlook.version, since: now,
                deadline: deadline, until: until))
        return .waits
    }

    /// Whether a request's wait may be over.
    func isDue(_ outlook: Outlook, now: Instant) -> Bool {
        version != outlook.version || waiting.contains { $0.until <= now }
    }

    /// Takes out the requests that need not wait longer. `standing` is `nil` for one that is there
    /// no more.
    mutating func settle(
        _ outlook: Outlook, now: Instant, _ standing: (Exchange.Key) -> Standing?
    ) -> [(exchange: Exchange.Key, Settlement)] {
        version = outlook.version
        var settled: [(exchange: Exchange.Key, Settlement)] = []
        let all = waiting
        waiting.removeAll(keepingCapacity: true)
        for var entry in all {
            guard let standing = standing(entry.exchange) else { continue }
            switch look(&entry, outlook, standing, now: now) {
            case nil: waiting.append(entry)
            case let settlement?: settled.append((entry.exchange, settlement))
            }
        }
        return settled
    }

    /// What becomes of one; `nil` while it waits on.
    private func look(
        _ entry: inout Waiting, _ outlook: Outlook, _ standing: Standing, now: Instant
    ) -> Settlement? {
        switch entry.reason {
        case .backend: break
        case .death where standing.isProcessCurrent:
            return now < entry.until ? nil : .answer(entry.reason)
        case .endings, .news, .death:
            if standing.blame.isDeadly { return .answer(.endings) }
            // Whether it is to blame is about to be said; where it is not, rather not.
            if standing.blame.isOpen { return now < entry.until ? nil : .answer(.endings) }
            if entry.reason == .news && isUnchanged(entry, outlook) && now < entry.until {
                return nil
            }
            // From here on it waits like any other.
            entry.reason = .backend
        }
        // Those that can be chosen may be the ones that failed it: a moment more, then once again.
        if outlook.hasBackend && (!isUnchanged(entry, outlook) || now >= entry.until) {
            return .deliver(waited: now.since(entry.since))
        }
        if outlook.hasBackend { return nil }
        if now >= entry.deadline || outlook.returns > entry.deadline { return .answer(.backend) }
        entry.until = entry.deadline
        return nil
    }

    /// Whether a moment decides. What ended two processes is sure to be told, so it is waited for.
    private func isLookedAtSoon(_ reason: WaitReason, _ outlook: Outlook) -> Bool {
        switch reason {
        case .endings: false
        case .news, .death: true
        case .backend: outlook.hasBackend
        }
    }

    /// Whether those that can be chosen are the ones that failed it.
    private func isUnchanged(_ entry: Waiting, _ outlook: Outlook) -> Bool {
        outlook.areAllDying || outlook.version == entry.version
    }
}
