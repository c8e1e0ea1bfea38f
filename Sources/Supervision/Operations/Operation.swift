import Basics
import Control
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
    /// What is to be done when all of this has gone well.
    var remainder: ChangeRemainder?

    /// Whether a job is under way that runs alone.
    var isReleaseRunning: Bool { running.contains { $0.present.isRelease } }

    var hasRollingStep: Bool { running.contains { $0.step.isRolling } }

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
