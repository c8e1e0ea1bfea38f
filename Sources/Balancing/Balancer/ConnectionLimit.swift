import Basics
import Synchronization

/// What the workers must know of each other when there are as many clients as there may be: whether
/// one of them has room yet, and which has the client that has been idle longest.
///
/// Only a worker that is full asks. A new client is let in by a worker that has room; where none
/// has, the workers tell how soon a client of theirs would have to go, and the one with the first
/// lets it go. What was told holds for a while, so that very many new clients do not keep all of
/// them busy.
final class ConnectionLimit: Sendable {
    /// What there is too little of.
    enum Lack { case places, descriptors }

    /// What a worker is asked to do.
    enum Request {
        case nothing
        /// To accept new clients: there is room, or it is known which worker makes some.
        case accept
        /// To let the next client go, and to accept a new one.
        case letGo
    }

    /// Which worker is to let a client go.
    enum Decision: Equatable {
        case oneself
        case other(Int)
        /// These are to be woken, and tell of theirs first; none where they have been already.
        case unknown([Int])
    }

    /// A shortage is over when there has been none for so long.
    private static let quiet = Nanoseconds.seconds(10)
    /// How long holds what a worker has told, and how long it is waited for that.
    private static let patience = Limits.acceptPause

    private struct State {
        /// Which workers have no room.
        var isFull: [Bool]
        /// Of each worker, how soon its next client would have to go; `.max` for not at all.
        var ranks: [UInt64]
        /// When it told so.
        var toldAt: [Instant]
        var requests: [Request]
        /// The worker that waits for the others to tell, since when, and those that have not.
        var asker: Int?
        var askedAt = Instant(nanoseconds: 0)
        var untold: Set<Int> = []
        /// When there was too little last.
        var lackedAt: Instant?
    }

    private let workers: Int
    /// How many workers have no room.
    private let full = Atomic(0)
    /// Whether a good part of the places has been free since it was said that none is.
    private let wasRelieved = Atomic(false)
    private let state: Mutex<State>

    init(workers: Int) {
        self.workers = workers
        state = Mutex(
            State(
                isFull: .init(repeating: false, count: workers),
                ranks: .init(repeating: .max, count: workers),
                toldAt: .init(repeating: Instant(nanoseconds: 0), count: workers),
                requests: .init(repeating: .nothing, count: workers)))
    }

    /// Whether no worker has room.
    var isFull: Bool { full.load(ordering: .acquiring) == workers }

    /// A worker has no room any more.
    func filled(_ worker: Int) {
        state.withLock { $0.isFull[worker] = true }
        full.add(1, ordering: .acquiringAndReleasing)
    }

    /// One that had none has some again.
    func hasRoomAgain(_ worker: Int) {
        state.withLock { $0.isFull[worker] = false }
        full.subtract(1, ordering: .acquiringAndReleasing)
    }

    /// Another worker that has room, and is asked to accept new clients; it has to be woken. `nil`
    /// where none has.
    func roomy(besides worker: Int) -> Int? {
        state.withLock { state in
            let found = state.isFull.indices.first { $0 != worker && !state.isFull[$0] }
            if let found { state.requests[found] = .accept }
            return found
        }
    }

    /// A tenth of a worker's places is free.
    func isRelieved() {
        if !wasRelieved.load(ordering: .relaxed) { wasRelieved.store(true, ordering: .relaxed) }
    }

    /// Whether it is to be said that there is too little: once as long as that lasts.
    func isNews(_ lack: Lack, now: Instant) -> Bool {
        let last = state.withLock { state in
            let last = state.lackedAt
            state.lackedAt = now
            return last
        }
        let isRelieved = wasRelieved.exchange(false, ordering: .relaxed)
        guard let last else { return true }
        return now.since(last) >= Self.quiet && (lack == .descriptors || isRelieved)
    }

    /// Tells how soon a worker's next client would have to go. The worker that waited for this
    /// alone is returned, and has to be woken.
    func tell(_ rank: UInt64, of worker: Int, now: Instant) -> Int? {
        state.withLock { state in
            state.ranks[worker] = rank
            state.toldAt[worker] = now
            state.untold.remove(worker)
            guard let asker = state.asker, state.untold.isEmpty else { return nil }
            state.asker = nil
            state.requests[asker] = .accept
            return asker
        }
    }

    /// Which worker's client is to go for a new one, where this worker's own next one has this
    /// rank; another worker is asked to then, and has to be woken.
    func decide(_ rank: UInt64, of worker: Int, now: Instant) -> Decision {
        state.withLock { state in
            let others = (0..<workers).filter { $0 != worker }
            let old = others.filter { now.since(state.toldAt[$0]) > Self.patience }
            if state.asker != nil && now.since(state.askedAt) < Self.patience {
                return .unknown([])
            }
            // A worker that was asked and did not tell in time has other things to do.
            if !old.isEmpty && state.asker != worker {
                (state.asker, state.askedAt, state.untold) = (worker, now, Set(old))
                return .unknown(old)
            }
            state.asker = nil
            guard let first = others.min(by: { state.ranks[$0] < state.ranks[$1] }),
                state.ranks[first] < rank
            else { return .oneself }
            // Not once more before it has told anew.
            state.ranks[first] = .max
            state.requests[first] = .letGo
            return .other(first)
        }
    }

    /// What a worker has been asked to do, once; and whether it is to tell of its next client.
    func takeRequest(_ worker: Int) -> (request: Request, tells: Bool) {
        state.withLock { state in
            let request = state.requests[worker]
            state.requests[worker] = .nothing
            return (request, state.untold.contains(worker))
        }
    }
}
