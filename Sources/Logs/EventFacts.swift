import Basics

/// What an event can tell in words. The raw value is its name on disk and in JSON.
public enum EventText: String, CaseIterable, Sendable {
    /// Why it happened.
    case reason
    /// The verb of lbctl that did it, as `drain`.
    case by
    /// The signal, as `SIGKILL`.
    case signal
    /// What comes next, as `restarting at once`.
    case next
    /// What becomes of requests meanwhile.
    case meanwhile
    /// What is balanced: `request` or `connection`.
    case unit
    /// The client's address.
    case client
    /// The service's name.
    case service
    /// The version of lbctl.
    case version
    /// What is listened on.
    case addresses
    /// What is to be typed.
    case advice
    /// The whole sentence of a remark.
    case text
}

/// What an event can tell in numbers. The raw value is its name on disk and in JSON, and ends in
/// its unit: `_ns` nanoseconds, `_bytes` bytes; others are counts, codes and pids.
public enum EventNumber: String, CaseIterable, Sendable {
    case supervisorPid = "supervisor_pid"
    case fromPid = "from_pid"
    case signalNumber = "signal_number"
    case exitCode = "exit_code"
    /// From the fork to the end, or to being ready.
    case ran = "ran_ns"
    case after = "after_ns"
    /// A time that something may take.
    case limit = "limit_ns"
    /// For how long.
    case lasting = "lasting_ns"
    case within = "within_ns"
    case cpu = "cpu_ns"
    case peak = "peak_bytes"
    /// From the fork to the end of the last of what the leader had started.
    case rest = "rest_ns"
    /// From the signal or the death until no balancer chose it any more.
    case outOfRotation = "out_of_rotation_ns"
    case inFlight = "in_flight"
    case retried
    case failed
    case failedElsewhere = "failed_elsewhere"
    /// What a dead balancer had open.
    case requestsOpen = "requests_open"
    case connectionsOpen = "connections_open"
    case connectionsUnread = "connections_unread"
    /// When it is started again; 0 at once.
    case restartIn = "restart_in_ns"
    /// What it has in hand.
    case inHand = "in_hand"
    case weight
    case was
    /// How many there are, where a list may not name all.
    case count
    case refusals
    case lost
}

/// What an event can say is so.
public enum EventFlag: String, CaseIterable, Sendable {
    /// It stays drained.
    case staysDrained = "stays_drained"
    /// It is the job that runs first.
    case isJob = "job"
    /// The others wait for its end.
    case isAwaited = "awaited"
    case dumpedCore = "dumped_core"
    /// The end was asked for.
    case planned
    /// What its leader had left was killed.
    case restKilled = "rest_killed"
    case crashedTooOften = "crashed_too_often"
    /// A ban was lifted, and is not over by itself.
    case lifted
}

/// What an event can list.
public enum EventList: String, CaseIterable, Sendable {
    /// `pid 7 (sleep 60)`.
    case processes
    /// `backend.4 added`.
    case changes
    /// `backend.1 is draining`.
    case backends
    /// What has not ended, in words.
    case awaiting
    /// What is known of an end besides.
    case remarks
}

/// One thing that is known of an event.
public enum EventFact: Equatable, Sendable {
    case text(EventText, String)
    case number(EventNumber, UInt64)
    case flag(EventFlag)
    case list(EventList, [String])

    /// Its name on disk and in JSON.
    public var key: String {
        switch self {
        case .text(let key, _): key.rawValue
        case .number(let key, _): key.rawValue
        case .flag(let key): key.rawValue
        case .list(let key, _): key.rawValue
        }
    }
}
