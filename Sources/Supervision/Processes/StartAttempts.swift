import Basics

/// How a child is getting on with becoming ready, over all its attempts since it last was.
struct StartAttempts: Equatable {
    /// How long it has been tried.
    enum State: Equatable {
        /// It has become ready since, or was never started.
        case none
        /// It was started at that moment, and perhaps again since.
        case trying(since: Instant)
        /// One of the attempts has failed for a reason that may well stay: it took too long, or its
        /// port or something else that it needs was taken.
        case late(since: Instant)
    }

    private(set) var state = State.none
    /// When something is to be said of the present start because it takes long.
    private var watch: StartWatch?
    /// A process that has its port instead of it.
    private(set) var stranger: Int32?
    /// Until when a balancer that is not ours must have run to be taken for ready: it can't be
    /// asked, and one that can't do its work ends at once. Nil where that is over, or no question.
    private(set) var settlesAt: Instant?

    /// It is about to be started.
    mutating func began(now: Instant) {
        stranger = nil
        switch state {
        case .none: state = .trying(since: now)
        case .trying, .late: break
        }
    }

    /// There is a process, which must run for `settling` to be taken for ready, if that is a
    /// question.
    mutating func spawned(settling: Nanoseconds?, now: Instant) {
        watch = StartWatch(now: now)
        settlesAt = settling.map { now + $0 }
    }

    mutating func becameReady() {
        state = .none
        watch = nil
    }

    /// The present attempt has failed for a reason that may well stay.
    mutating func wasLate() {
        switch state {
        case .none: break
        case .trying(let since), .late(let since): state = .late(since: since)
        }
    }

    /// Another process accepts on its port. Returns whether that is news.
    mutating func saw(stranger pid: Int32) -> Bool {
        defer { stranger = pid }
        return stranger != pid
    }

    /// It has ended before it was ready, and it was looked again which other process has its port;
    /// nil where none has.
    mutating func ended(stranger pid: Int32?) {
        stranger = pid
        if pid != nil { wasLate() }
    }

    /// It is looked at since it takes long. Returns for what.
    mutating func looked() -> StartWatch.Due? {
        defer { watch = watch?.following }
        return watch?.due
    }

    /// Time has passed: it may have run for long enough.
    mutating func timePassed(now: Instant) {
        if settlesAt ?? .never < now { settlesAt = nil }
    }

    var isLate: Bool {
        if case .late = state { true } else { false }
    }

    /// Whether it has become ready since, or was never started.
    var isOver: Bool { state == .none }

    /// Whether it has been tried for longer than one start may take.
    func isInVain(limit: Nanoseconds, now: Instant) -> Bool {
        switch state {
        case .none: false
        case .trying(let since), .late(let since): now.since(since) > limit
        }
    }

    /// When the present start is to be looked at; `never` where it is not.
    var nextWatch: Instant { watch?.next ?? .never }

    /// When something is to be done though nothing happens; `never` where nothing is.
    var nextLook: Instant { min(nextWatch, settlesAt ?? .never) }
}
