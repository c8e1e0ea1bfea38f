import Basics
import Synchronization

/// What the workers must know of each other when there are as many clients as there may be: whether
/// one of them has room yet, and which has the client that has been idle longest.
///
/// Only a worker that is full asks, once a connection at the most.
final class Crowd: Sendable {
    /// What there is too little of.
    enum Lack { case places, descriptors }

    /// A shortage is over when there has been none for so long.
    private static let quiet = Nanoseconds.seconds(10)

    private struct State {
        /// Which workers have no room.
        var isFull: [Bool]
        /// Of each worker, how soon its next client would have to go; `.max` for not at all.
        var ranks: [UInt64]
        /// Which workers are to look after a newcomer, and to let a client go for it.
        var asked: [Bool]
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
                asked: .init(repeating: false, count: workers)))
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

    /// Another worker that has room, and is told to look for newcomers; it has to be woken. Nothing
    /// where none has.
    func roomy(besides worker: Int) -> Int? {
        state.withLock { state in
            let found = state.isFull.indices.first { $0 != worker && !state.isFull[$0] }
            if let found { state.asked[found] = true }
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

    /// How soon a worker's next client would have to go.
    func tell(_ rank: UInt64, of worker: Int) { state.withLock { $0.ranks[worker] = rank } }

    /// The worker whose client is to go before one of this rank, where that is another one than
    /// `worker`: it is asked then, and has to be woken.
    func ask(before rank: UInt64, besides worker: Int) -> Int? {
        state.withLock { state in
            let others = state.ranks.indices.filter { $0 != worker }
            let first = others.min { state.ranks[$0] < state.ranks[$1] }
            guard let first, state.ranks[first] < rank else { return nil }
            // Not once more before it has told anew.
            state.ranks[first] = .max
            state.asked[first] = true
            return first
        }
    }

    /// Whether a worker has been asked to look after a newcomer; it is told so once.
    func isAsked(_ worker: Int) -> Bool {
        state.withLock { state in
            let isAsked = state.asked[worker]
            state.asked[worker] = false
            return isAsked
        }
    }
}
