import Basics
import Control
import Planning

/// An order that is being carried out for the one who gave it.
final class StandingOrder {
    /// The connection that waits.
    let asker: Slab<ControlConnection>.Key
    /// Whether it changes what the service consists of; of these there is one at a time.
    let isChange: Bool
    /// Those whose turn has not come.
    var waiting: [Step]
    var errands: [Errand] = []
    /// What went wrong, in sentences.
    var failures: [String] = []
    /// What was asked for and can't be, in sentences; the rest is done all the same.
    var remarks: [String] = []
    /// What is to be done when all of this has gone well.
    var sequel: Sequel?

    /// The rest of a change that begins with a release.
    struct Sequel {
        let wanted: Topology
        /// What is gone by again where the release fails.
        let earlier: Recipe
        /// The releases, of which all has been said by then.
        let releases: [SupervisedChild]
    }

    init(asker: Slab<ControlConnection>.Key, steps: [Step], isChange: Bool = false) {
        self.asker = asker
        self.isChange = isChange
        waiting = steps
    }

    var isOver: Bool { waiting.isEmpty && errands.isEmpty && sequel == nil }

    var isReadyForSequel: Bool { waiting.isEmpty && errands.isEmpty && sequel != nil }
}

/// One thing to be done to one child, when its turn has come.
struct Step {
    let child: SupervisedChild
    let verb: ServiceVerb
    /// Whether what is started must be ready before it counts as done.
    var waits = false
    /// Not before every other one that rolls is done.
    var isRolling = false
    /// What the child is to have from now on.
    var weight: UInt32?
    /// What it is as a part of a change of the whole service.
    var change: ServiceChange?
}

/// A step that has begun.
struct Errand {
    let child: SupervisedChild
    let verb: ServiceVerb
    let waits: Bool
    /// The process that the child had then.
    let generation: UInt64
    let begunAt: Instant
    /// The roster that says what has changed; nothing where none does.
    let version: UInt64?
    var isRolling = false
    /// What it has in hand: requests or connections.
    var unit = "request"
    var change: ServiceChange?
    /// For a weight, what it was.
    var earlierWeight: UInt32?
    /// The longest that it waits.
    var limit = Instant.never
    /// Where another balancer takes over from the child.
    var replacement: Replacement?

    /// What has become of it.
    enum Outcome: Equatable {
        case underWay
        case done(String)
        case failed(String)
    }

    /// `adopted` is the roster that all balancers go by, nothing without a balancer; `left` says
    /// how many requests the child has in hand.
    func outcome(now: Instant, adopted: UInt64?, left: UInt64 = 0) -> Outcome {
        if let replacement { return replacement.outcome(now: now) }
        switch verb {
        case .stop: return stopped(now)
        case .start, .restart: return started(now)
        case .pause where child.standing.isWithdrawn: return .done("paused; it was drained already")
        case .pause: return told(now, adopted, "paused; out of rotation")
        case .resume where child.standing.isWithdrawn: return .done("goes on; it stays drained")
        case .resume: return told(now, adopted, "goes on; back in rotation")
        case .drain: return drained(now, left)
        case .undrain: return told(now, adopted, "undrained; back in rotation")
        case .weight: return told(now, adopted, weightWords)
        }
    }

    /// How long a balancer may take to say that it goes by a roster.
    private static let patience = Nanoseconds.seconds(1)

    /// When it is to be looked at though nothing happens.
    var nextLook: Instant {
        switch verb {
        case .pause, .resume, .undrain, .weight: begunAt + Self.patience
        case .stop, .start, .restart, .drain: limit
        }
    }

    private func stopped(_ now: Instant) -> Outcome {
        if child.generation != generation {
            return .failed("was started again by somebody else")
        }
        switch child.lifecycle {
        case .starting, .ready, .paused, .draining, .stopping, .stoppingRest:
            // Somebody may have begun it anew while it was draining.
            if child.drain == nil && child.lifecycle.state == .ready {
                return .failed("was started again by somebody else")
            }
            return .underWay
        case .backoff: return .failed("is started again by somebody else")
        case .stopped, .failed:
            let word = change == .removed ? "removed" : "stopped"
            return .done("\(word) after \(Figures.text(now.since(begunAt)))")
        }
    }

    private func started(_ now: Instant) -> Outcome {
        if child.generation == generation {
            switch child.lifecycle {
            case .starting, .ready, .paused, .draining, .backoff: return .underWay
            case .stopping(_, _, .start), .stoppingRest(_, _, .start): return .underWay
            case .stopping(_, _, .asRuled), .stoppingRest(_, _, .asRuled):
                return .failed("is not ready: \(child.record.ending)")
            case .stopping, .stoppingRest: return .failed("is stopped by somebody else")
            // Where there is no such program it never had a process.
            case .failed where !child.record.ending.isEmpty && change == .added:
                return .failed("is not ready: \(child.record.ending)")
            case .stopped, .failed: return .failed("was stopped by somebody else")
            }
        }
        let span = Figures.text(now.since(begunAt))
        if child.plan.isRelease { return ranRelease(span) }
        // The same figure as in the event, and so from the start and not from the order on.
        let took = child.record.readyAfter.map { Figures.text($0) } ?? span
        var word = verb == .restart ? "restarted" : "started"
        if change == .added { word = "added" }
        switch child.lifecycle {
        case .starting: return waits ? .underWay : .done("\(word) after \(span)")
        case .ready:
            if child.plan.isRelease { return .done("\(word) after \(took)") }
            let stays = child.standing.isWithdrawn ? "; it stays drained" : ""
            return .done("\(word), ready after \(took)\(stays)")
        case .stopping(_, _, .asRuled), .stoppingRest(_, _, .asRuled):
            return .failed("is not ready: \(child.record.ending)")
        case .paused, .draining, .stopping, .stoppingRest:
            return .failed(child.lifecycle.state.phrase)
        case .stopped:
            // A program may do its work and end.
            if child.plan.role == .other { return .done("\(word); \(child.record.ending)") }
            return .failed("is not ready: \(child.record.ending)")
        case .backoff, .failed: return .failed("is not ready: \(child.record.ending)")
        }
    }

    /// A release is done when it has ended well, and is never ready.
    private func ranRelease(_ span: String) -> Outcome {
        if child.life.hasFinished { return .done("done after \(span)") }
        switch child.lifecycle.state {
        case .starting, .ready, .paused, .draining, .stopping:
            return waits ? .underWay : .done("started after \(span)")
        case .stopped, .backoff, .failed, .done: return .failed("failed: \(child.record.ending)")
        }
    }

    private func drained(_ now: Instant, _ left: UInt64) -> Outcome {
        if !child.standing.isWithdrawn { return .failed("was brought back by somebody else") }
        if child.generation != generation || !child.lifecycle.hasProcess {
            return .done("its process has ended; it stays drained when it is back")
        }
        let span = Figures.text(now.since(begunAt))
        if child.drain == nil {
            return .done("drained after \(span); nothing new goes to it until 'undrain'")
        }
        if now < limit { return .underWay }
        return .failed(
            "still has \(Figures.count(left, unit)) after \(span); nothing new goes to it")
    }

    private var weightWords: String {
        let rest = child.standing.weight == 0 ? ", nothing new goes to it" : ""
        return "weight \(child.standing.weight) (was \(earlierWeight ?? 1))\(rest); in force"
    }

    private func told(_ now: Instant, _ adopted: UInt64?, _ words: String) -> Outcome {
        guard let version, let adopted else {
            return .done(String(words.prefix { $0 != ";" }))
        }
        if adopted < version && now < begunAt + Self.patience { return .underWay }
        return .done("\(words) after \(Figures.text(now.since(begunAt)))")
    }
}
