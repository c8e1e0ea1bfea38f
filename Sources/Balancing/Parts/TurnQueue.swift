import Basics

/// What is left for another turn of the loop: clients that used up what one may move at a time, and
/// clients with a request that waits for another one to be over.
struct TurnQueue {
    /// Used up what they may move in a turn.
    private var unfinished: [ClientConnection.Key] = []
    /// Those of them that are served in this turn, and how far that has come.
    private var served: [ClientConnection.Key] = []
    private var position = 0
    /// Have a request for which there is no room.
    private var postponed: [ClientConnection.Key] = []
    /// Whether the poller may know of more than it could tell at once.
    private(set) var mayHaveMore = false

    init() {
        unfinished.reserveCapacity(64)
        served.reserveCapacity(64)
    }

    /// Whether some are to be served at once.
    var hasUnfinished: Bool { !unfinished.isEmpty }
    /// Whether some wait for room.
    var hasPostponed: Bool { !postponed.isEmpty }

    /// A turn has begun, with as many events as the poller tells at once, or fewer.
    mutating func began(mayHaveMore: Bool) { self.mayHaveMore = mayHaveMore }

    /// A client has used up what it may move in a turn.
    mutating func usedUp(_ client: ClientConnection.Key) { unfinished.append(client) }

    /// There is no room for a client's request.
    mutating func foundNoRoom(_ client: ClientConnection.Key) { postponed.append(client) }

    /// There is room for so many more requests: answers with the clients that waited for it, the
    /// first first, without those that are not there any more.
    mutating func recall(
        _ room: Int, isThere: (ClientConnection.Key) -> Bool
    ) -> [ClientConnection.Key] {
        let called = postponed.prefix(room)
        postponed.removeFirst(called.count)
        return called.filter(isThere)
    }

    /// The next of those that are to be served in this turn; those that use it up meanwhile are for
    /// the next one.
    mutating func next() -> ClientConnection.Key? {
        if position == 0 {
            if unfinished.isEmpty { return nil }
            swap(&unfinished, &served)
        }
        if position == served.count {
            served.removeAll(keepingCapacity: true)
            position = 0
            return nil
        }
        position += 1
        return served[position - 1]
    }
}
