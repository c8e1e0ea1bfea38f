import Basics
import Control
import Kernel
import Logs
import Planning

/// The end of a child's process: how it came about, what comes of it, and how it is told.
struct ProcessEnd {
    /// How the leader ended.
    let cause: Ending.Cause
    /// What the child was doing.
    let lifecycle: Lifecycle
    /// What it had been sent by `kill`; nil where nothing.
    let sent: SentSignal?
    /// Whether the service is to go on.
    let isServiceRunning: Bool

    private var isGood: Bool { cause == .exited(code: 0) }

    /// Whether it was to end and to rest, or to be started anew.
    var wasPlanned: Bool { lifecycle.isEndPlanned }

    /// Whether it was neither planned nor brought about by `kill`.
    var isByItself: Bool { sent == nil && !wasPlanned }

    /// Whether it has done its work: it ended by itself, with 0.
    var succeeded: Bool { isByItself && isGood }

    /// Whether it ended before it was ready, and not with 0.
    var isEarly: Bool { lifecycle.state == .starting && !isGood }

    /// Whether the balancers could choose it until then, if it is one of the balanced.
    var wasServing: Bool { [.ready, .paused].contains(lifecycle.state) }

    /// Whether something that came of the leader outlived it.
    var hadRest: Bool {
        if case .stoppingRest = lifecycle { true } else { false }
    }

    /// What the next start goes by. `isBlocked` says that another process has its port.
    func restartCause(isBlocked: Bool) -> Restarting.Cause {
        if !isServiceRunning || wasPlanned { return .killed(restarts: false) }
        if let sent { return .killed(restarts: sent.restarts) }
        return isBlocked ? .blocked : .byItself(succeeded: isGood)
    }

    /// What people are told of it besides. `late` is why it was asked to end, where it was late to
    /// be ready.
    func remarks(of program: ByteString, late: String?) -> [String] {
        var remarks: [String] = []
        if let late, lifecycle.state == .stopping && isByItself { remarks.append(late) }
        if cause == .exited(code: 127) && program == "/bin/sh" {
            remarks.append("the shell found no such program")
        }
        return remarks
    }

    /// Whether a signal ended it, or it ended with an exit code.
    var kind: EventKind {
        switch cause {
        case .exited: .exited
        case .killed: .killed
        }
    }
}
