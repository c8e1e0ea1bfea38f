import Basics
import Control

/// An order that is being carried out for the one who gave it.
final class StandingOrder {
    let order: ServiceOrder
    /// The connection that waits.
    let asker: SlabKey
    /// Those whose turn has not come.
    var waiting: [SupervisedChild]
    var errands: [Errand] = []
    /// What went wrong, in sentences.
    var failures: [String] = []

    init(_ order: ServiceOrder, asker: SlabKey, targets: [SupervisedChild]) {
        self.order = order
        self.asker = asker
        waiting = targets
    }

    var isOver: Bool { waiting.isEmpty && errands.isEmpty }
}

/// An order for one child, from its beginning.
struct Errand {
    let child: SupervisedChild
    let verb: ServiceVerb
    let waits: Bool
    /// The process that the child had then.
    let generation: UInt64
    let begunAt: Instant
    /// The roster that says what has changed; nothing where none does.
    let version: UInt64?

    /// What has become of it.
    enum Outcome: Equatable {
        case underWay
        case done(String)
        case failed(String)
    }

    /// `adopted` is the roster that all balancers go by, nothing without a balancer.
    func outcome(now: Instant, adopted: UInt64?) -> Outcome {
        switch verb {
        case .stop: return stopped(now)
        case .start, .restart: return started(now)
        case .pause: return told(now, adopted, "paused; out of rotation")
        case .resume: return told(now, adopted, "goes on; back in rotation")
        }
    }

    private func stopped(_ now: Instant) -> Outcome {
        if child.generation != generation {
            return .failed("was started again by somebody else")
        }
        switch child.lifecycle {
        case .starting, .ready, .paused, .draining, .stopping:
            // Somebody may have begun it anew while it was draining.
            if child.drain == nil && child.lifecycle.state == .ready {
                return .failed("was started again by somebody else")
            }
            return .underWay
        case .backoff: return .failed("is started again by somebody else")
        case .stopped, .failed: return .done("stopped after \(Figures.text(now.since(begunAt)))")
        }
    }

    private func started(_ now: Instant) -> Outcome {
        if child.generation == generation {
            switch child.lifecycle {
            case .starting, .ready, .paused, .draining, .backoff: return .underWay
            case .stopping(_, let sequel):
                return sequel == .start ? .underWay : .failed("is stopped by somebody else")
            case .stopped, .failed: return .failed("was stopped by somebody else")
            }
        }
        let span = Figures.text(now.since(begunAt))
        let word = verb == .restart ? "restarted" : "started"
        switch child.lifecycle {
        case .starting: return waits ? .underWay : .done("\(word) after \(span)")
        case .ready: return .done("\(word), ready after \(span)")
        case .paused, .draining, .stopping: return .failed(child.lifecycle.state.phrase)
        case .stopped:
            // A program may do its work and end.
            if child.plan.role == .other { return .done("\(word); \(child.ending)") }
            return .failed("is not ready: \(child.ending)")
        case .backoff, .failed: return .failed("is not ready: \(child.ending)")
        }
    }

    private func told(_ now: Instant, _ adopted: UInt64?, _ words: String) -> Outcome {
        guard let version, let adopted else {
            return .done(String(words.prefix { $0 != ";" }))
        }
        if adopted < version && now.since(begunAt) < .seconds(1) { return .underWay }
        return .done("\(words) after \(Figures.text(now.since(begunAt)))")
    }
}
