import Basics
import Control
import Logs
import Planning

/// What one request has asked of some of the children, as far as it has come.
struct Operation {
    let number: Int
    /// The connection that waits.
    let asker: ControlConnection.Key
    /// Whether it changes what the service consists of; of these there is one at a time.
    let isChange: Bool
    /// The steps that are not begun.
    var waiting: [OperationStep]
    var running: [RunningStep] = []
    /// What went wrong, in sentences.
    var failures: [String] = []
    /// What was asked for and can't be, in sentences; the rest is done all the same.
    var remarks: [String]
    /// What a change of the service has come to so far, as `backend.4 added`.
    var changes: [String] = []
    /// The verb that asked for it, where that is a change.
    var verb = ""
    /// What is to be done when all of this has gone well.
    var remainder: ChangeRemainder?

    /// Whether a job is under way that runs alone.
    var isReleaseRunning: Bool { running.contains { $0.present.isRelease } }

    var hasRollingStep: Bool { running.contains { $0.step.isRolling } }

    /// What is told of a change of the service at its end; nil where nothing has changed.
    var event: ServiceEvent? {
        if changes.isEmpty { return nil }
        return ServiceEvent(.configChanged).with(.by, verb).with(.changes, changes)
            .with(.count, changes.count)
    }

    /// What the request is answered with at the end.
    func answer(advice: String) -> ControlReply {
        let faults = failures + remarks
        if faults.isEmpty { return .done }
        return .refused(
            Refusal(
                what: "not all of it was done", why: faults.joined(separator: "; "),
                advice: failures.isEmpty ? "" : advice))
    }
}

/// The rest of a change that begins with a release.
struct ChangeRemainder {
    let wanted: Topology
    /// What holds again where the release fails.
    let earlier: Recipe
    /// The releases, of which all has been said by then.
    let releases: [ChildNumber]
}
