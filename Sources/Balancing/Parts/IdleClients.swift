import Basics

/// Clients that could make room for others.
struct IdleClients {
    /// Those found resting, as many as are worth keeping, when all are looked at.
    struct Search {
        /// None that has rested since then or later is worth adding.
        private(set) var latest = Instant.never
        fileprivate var found: [(key: ClientConnection.Key, since: Instant)] = []

        mutating func add(_ client: ClientConnection.Key, restingSince since: Instant) {
            found.append((client, since))
            if found.count < 2 * Limits.idleClientsKept { return }
            found.sort { $0.since < $1.since }
            found.removeLast(found.count - Limits.idleClientsKept)
            latest = found[found.count - 1].since
        }
    }

    /// Which had not said anything when they came, in the order of coming; some have since.
    private var silent: [ClientConnection.Key] = []
    /// Of these, how many have been passed over.
    private var passed = 0
    /// Which were resting when they were last looked for, the longest last. Whichever has come to
    /// rest since has done so for less time than all of them.
    private var resting: [(key: ClientConnection.Key, since: Instant)] = []
    private var lookedAt = Instant(nanoseconds: 0)

    /// A client has come, and has not said anything yet. `most` is how many may be here at a time.
    mutating func came(
        _ client: ClientConnection.Key, most: Int, isSilent: (ClientConnection.Key) -> Bool
    ) {
        if silent.count >= 2 * most + 64 {
            silent = silent[passed...].filter(isSilent)
            passed = 0
        }
        silent.append(client)
    }

    /// The first that came and has still not said anything. Those that have are passed over for
    /// good.
    mutating func firstSilent(
        _ isSilent: (ClientConnection.Key) -> Bool
    ) -> ClientConnection.Key? {
        while passed < silent.count {
            if isSilent(silent[passed]) { return silent[passed] }
            passed += 1
        }
        silent.removeAll(keepingCapacity: true)
        passed = 0
        return nil
    }

    /// The one that has rested for longest and still does.
    mutating func longestResting(
        _ isResting: (ClientConnection.Key, Instant) -> Bool
    ) -> ClientConnection.Key? {
        while let last = resting.last {
            if isResting(last.key, last.since) { return last.key }
            resting.removeLast()
        }
        return nil
    }

    /// Whether all are to be looked at again. That takes a while, where they are many.
    func isSearchDue(among count: Int, now: Instant) -> Bool {
        let spacing = count <= 64 ? 0 : UInt64(count)
        return now >= lookedAt + min(Nanoseconds.microseconds(spacing), Limits.acceptPause)
    }

    /// All have been looked at.
    mutating func searched(_ search: consuming Search, now: Instant) {
        lookedAt = now
        resting = search.found.sorted { $0.since > $1.since }
    }
}
