import Basics
import Control

/// A balancer that takes over from another: both are there until the old one is done.
final class Replacement {
    enum State: Equatable {
        /// There is no room for one more yet.
        case waiting
        case starting
        /// The new one accepts, and the old one, which had this pid, answers what it has.
        case done(oldPid: Int32)
        case failed(String)
    }

    var old: SupervisedChild
    let successor: SupervisedChild
    let begunAt: Instant
    var state = State.waiting

    init(of old: SupervisedChild, by successor: SupervisedChild, now: Instant) {
        self.old = old
        self.successor = successor
        begunAt = now
    }

    /// The one that serves at present.
    var present: SupervisedChild {
        if case .done = state { successor } else { old }
    }

    func outcome(now: Instant) -> Errand.Outcome {
        switch state {
        case .waiting, .starting: .underWay
        case .done(let pid):
            .done(
                "replaced after \(Figures.text(now.since(begunAt))); pid \(pid) answers what it has"
            )
        case .failed(let why): .failed(why)
        }
    }
}
