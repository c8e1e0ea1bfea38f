import Basics

/// The queues of requests that wait: each for something else, each with rules of its own.
struct WaitingRequests {
    /// Until a backend can be chosen, or the supervisor has said how one ended.
    var forBackend = Self.forBackend
    /// Until a backend has less in flight than it may.
    var forRoom = Self.forRoom
    /// Until it is said how a process ended that the answer is about.
    var forNews = Self.forNews

    static var forBackend: RequestQueue {
        RequestQueue(capacity: Limits.queue, newsDelay: Limits.newsDelay)
    }
    static var forRoom: RoomQueue { RoomQueue(capacity: Limits.queue, look: Limits.roomLook) }
    static var forNews: AwaitedAnswers { AwaitedAnswers(patience: Limits.newsDelay) }

    /// Whether nothing waits at all, as nearly always.
    @inline(__always)
    var isEmpty: Bool { forBackend.isEmpty && forRoom.isEmpty && forNews.isEmpty }

    /// When one of them is to be looked at though nothing happens.
    var due: Instant? {
        let all = [forBackend.due, forRoom.due, forNews.due]
        return all.lazy.compactMap { $0 }.min()
    }
}
