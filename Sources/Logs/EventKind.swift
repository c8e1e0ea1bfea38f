/// What has happened, in a word that programs can rely on; each means one thing.
public enum EventKind: String, CaseIterable, Sendable {
    // Of the service.
    case started, stopping, waiting, stopped
    case supervisorDied = "supervisor_died"
    case serviceDown = "service_down"
    case serviceUp = "service_up"
    case allChecksFailed = "all_checks_failed"
    case configChanged = "config_changed"
    case releaseDone = "release_done"
    case refusing
    case listenFailed = "listen_failed"
    // Of one process.
    case ready, unready
    case startTimeout = "start_timeout"
    case failed, blocked, signalled, exited, killed, revised
    case stopTimeout = "stop_timeout"
    case leftBehind = "left_behind"
    case paused, resumed, kept
    // Of the choice.
    case draining, drained
    case drainTimeout = "drain_timeout"
    case undrained, weighed, down, up
    case balancerReplaced = "balancer_replaced"
    case hastened
    // Of clients.
    case banned, unbanned
    // Of the history, and what is only a remark.
    case unwritable, writable, notice
}

/// How an event is to be taken, which decides its colour.
public enum EventTone: CaseIterable, Sendable {
    /// Something is lost or does not work: red.
    case bad
    /// Something works, or works again: green.
    case good
    /// Something is on its way, or is out for a while: yellow.
    case warning
    /// It is only told: no colour.
    case plain
}

extension EventKind {
    /// How an event of this kind is to be taken: colours and messages go by it.
    public var tone: EventTone {
        switch self {
        case .supervisorDied, .serviceDown, .allChecksFailed, .refusing, .listenFailed,
            .startTimeout, .failed, .blocked, .killed, .revised, .down, .unwritable:
            .bad
        case .started, .serviceUp, .ready, .up, .undrained, .resumed, .kept, .writable: .good
        case .waiting, .unready, .signalled, .exited, .stopTimeout, .leftBehind, .paused,
            .draining, .drained, .drainTimeout, .banned:
            .warning
        case .stopping, .stopped, .configChanged, .releaseDone, .weighed, .balancerReplaced,
            .hastened, .unbanned, .notice:
            .plain
        }
    }

    /// What it means, in a few words: for help and documentation.
    public var meaning: String {
        switch self {
        case .started: "the service begins to run"
        case .stopping: "it begins to end"
        case .waiting: "it ends, and these have not ended"
        case .stopped: "it has ended"
        case .supervisorDied: "its supervisor has died, and all is stopped"
        case .serviceDown: "no backend can be chosen"
        case .serviceUp: "one can be chosen again"
        case .allChecksFailed: "every backend's checks fail: all are tried"
        case .configChanged: "a reload, scale or the like has been applied"
        case .releaseDone: "the job that runs first is done"
        case .refusing: "no balancer runs: connections are refused"
        case .listenFailed: "the listening sockets can't be had again"
        case .ready: "it serves, or is started where that is all"
        case .unready: "it is late, or has another port"
        case .startTimeout: "it was not ready in time, and is ended"
        case .failed: "it is left alone until 'lbctl start'"
        case .blocked: "it can't be started now, and is tried again"
        case .signalled: "'lbctl kill' has sent it a signal"
        case .exited: "it has ended, with an exit code"
        case .killed: "a signal has ended it"
        case .revised: "what became of its requests was not all"
        case .stopTimeout: "it did not end in time, and is killed"
        case .leftBehind: "processes that it left were killed"
        case .paused: "it stands still"
        case .resumed: "it goes on"
        case .kept: "it was to end, and is kept"
        case .draining: "nothing new goes to it"
        case .drained: "it has finished what it had"
        case .drainTimeout: "it has not in time, and is ended"
        case .undrained: "new requests go to it again"
        case .weighed: "it has another weight"
        case .down: "a balancer takes it for down"
        case .up: "it answers the balancer again"
        case .balancerReplaced: "a balancer has taken over from another"
        case .hastened: "an old balancer has to make room"
        case .banned: "a client is shut out"
        case .unbanned: "a client may come in again"
        case .unwritable: "the history can't be written"
        case .writable: "it is written again"
        case .notice: "a remark"
        }
    }
}

extension ServiceEvent {
    /// How it is to be taken: as its kind, but for an end that was asked for, which is only told.
    public var tone: EventTone {
        switch kind {
        case .killed, .exited: self[.planned] ? .plain : kind.tone
        default: kind.tone
        }
    }
}
