import Basics

/// When something is said of a process that takes long to become ready: first where it listens
/// instead, if it does, and later that it is late.
struct StartWatch: Equatable {
    /// What has come due.
    enum Due: Equatable { case firstLook, slow }

    let due: Due
    let next: Instant
    private let startedAt: Instant

    /// A process was started.
    init(now: Instant) { self.init(.firstLook, at: now + Limits.firstStartWatch, startedAt: now) }

    private init(_ due: Due, at next: Instant, startedAt: Instant) {
        self.due = due
        self.next = next
        self.startedAt = startedAt
    }

    /// What is to be looked for behind that; nil where that was the last.
    var following: StartWatch? {
        switch due {
        case .firstLook: StartWatch(.slow, at: startedAt + Limits.slowStart, startedAt: startedAt)
        case .slow: nil
        }
    }
}
