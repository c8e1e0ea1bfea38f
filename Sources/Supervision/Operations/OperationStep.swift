import Basics
import Control
import Planning

/// One thing to be done to one child, when its turn has come.
struct OperationStep: Equatable {
    let child: ChildNumber
    /// What the child is called, in case that it is gone when its turn comes.
    let name: String
    let verb: ServiceVerb
    /// Whether what is started must be ready before it counts as done.
    var waits = false
    /// Not before every other one that rolls is done.
    var isRolling = false
    /// What the child is to have from now on.
    var setting: Setting?
    /// What it is as a part of a change of the whole service.
    var change: ServiceChange?
}

/// What has become of a step.
enum StepOutcome: Equatable {
    case underWay
    case done(String)
    case failed(String)
}

/// A step that has begun.
struct RunningStep {
    let step: OperationStep
    /// The child as it was when the step began; another than the step's where that has a successor.
    let before: ChildFacts
    /// The process that it had then; where the step waits for a start that had begun already, the
    /// one before that.
    let generation: UInt64
    let begunAt: Instant
    /// The longest that it waits.
    let limit: Instant
    /// The replacement that does it, where another balancer takes over from the child.
    var replacement: Int?
    /// The roster that tells the balancers; nil while that is not known, and where none does.
    private(set) var version: UInt64?
    /// The child as it was known last.
    private(set) var present: ChildFacts

    init(
        _ step: OperationStep, _ child: ChildFacts, isJoining: Bool, limit: Nanoseconds,
        now: Instant
    ) {
        self.step = step
        before = child
        present = child
        generation = isJoining ? child.generation - 1 : child.generation
        begunAt = now
        self.limit = now + limit
    }

    var child: ChildNumber { before.child }

    /// What has been asked for has been done, as far as that is at once.
    mutating func looked(_ facts: ServiceFacts) {
        let isTold = before.isBalanced || step.verb.rule.scope == .balancers
        if isTold && version == nil { version = facts.rosterVersion }
        present = facts.child(child) ?? present
    }

    /// When it is to be looked at though nothing happens.
    var nextLook: Instant {
        step.verb.rule.awaits == .process ? limit : begunAt + Limits.rosterPatience
    }

    func span(_ facts: ServiceFacts) -> String { Figures.text(facts.now.since(begunAt)) }

    /// Whether the child has had another process since.
    var isRenewed: Bool { present.generation != generation }
}

extension RunningStep {
    /// Of what ends a process for good.
    func stopped(_ facts: ServiceFacts) -> StepOutcome {
        if isRenewed { return .failed("was started again by another request") }
        switch present.lifecycle {
        case .starting, .ready, .paused, .draining, .stopping, .stoppingRest:
            // It may have been begun anew while it was draining.
            if !present.isFinishing && present.state == .ready {
                return .failed("was started again by another request")
            }
            return .underWay
        case .backoff: return .failed("is started again by another request")
        case .stopped, .failed:
            let word = step.change == .removed ? "removed" : "stopped"
            return .done("\(word) after \(span(facts))")
        }
    }

    /// Of what has another process come. `word` is what that is called.
    func started(_ facts: ServiceFacts, _ verbWord: String) -> StepOutcome {
        if !isRenewed { return notYetStarted }
        let span = span(facts)
        if present.isRelease { return ranRelease(span) }
        let word = step.change == .added ? "added" : verbWord
        switch present.lifecycle {
        case .starting: return step.waits ? .underWay : .done("\(word) after \(span)")
        case .ready:
            // The figure of the event, and so from the start and not from the order on.
            let took = present.readyAfter.map { Figures.text($0) } ?? span
            let stays = present.isWithdrawn ? "; it stays drained" : ""
            return .done("\(word), ready after \(took)\(stays)")
        case .stopping(_, _, .asRuled), .stoppingRest(_, _, .asRuled):
            return notReady
        case .paused, .draining, .stopping, .stoppingRest: return .failed(present.state.phrase)
        case .stopped:
            // A program may do its work and end.
            if present.role == .other { return .done("\(word); \(present.ending)") }
            return notReady
        case .backoff, .failed: return notReady
        }
    }

    private var notYetStarted: StepOutcome {
        switch present.lifecycle {
        // It was finishing what it had, and had not been asked to end.
        case .ready where step.verb == .start: return .done("goes on")
        case .starting, .ready, .paused, .draining, .backoff: return .underWay
        case .stopping(_, _, .start), .stoppingRest(_, _, .start): return .underWay
        case .stopping(_, _, .asRuled), .stoppingRest(_, _, .asRuled): return notReady
        case .stopping, .stoppingRest: return .failed("is stopped by another request")
        // Where there is no such program it never had a process.
        case .failed where !present.ending.isEmpty && step.change == .added: return notReady
        case .stopped, .failed: return .failed("was stopped by another request")
        }
    }

    private var notReady: StepOutcome { .failed("is not ready: \(present.ending)") }

    /// A release is done when it has ended well, and is never ready.
    private func ranRelease(_ span: String) -> StepOutcome {
        if present.hasFinished { return .done("done after \(span)") }
        switch present.state {
        case .starting, .ready, .paused, .draining, .stopping:
            return step.waits ? .underWay : .done("started after \(span)")
        case .stopped, .backoff, .failed, .done: return .failed("failed: \(present.ending)")
        }
    }

    /// Of what keeps new work from a child.
    func drained(_ facts: ServiceFacts) -> StepOutcome {
        if !present.isWithdrawn { return .failed("was brought back by another request") }
        if isRenewed || !present.lifecycle.hasProcess {
            return .done("its process has ended; it stays drained when it is back")
        }
        let span = span(facts)
        if !present.isFinishing {
            return .done("drained after \(span); nothing new goes to it until 'undrain'")
        }
        if facts.now < limit { return .underWay }
        let left = Figures.count(facts.inHand(child), facts.unit.noun)
        return .failed("still has \(left) after \(span); nothing new goes to it")
    }

    /// Of what is done once the balancers know of it. What stands behind a semicolon is true of a
    /// child that they choose alone.
    func told(_ facts: ServiceFacts, _ words: String) -> StepOutcome {
        guard let version, let adopted = facts.adopted else {
            return .done(String(words.prefix { $0 != ";" }))
        }
        if adopted < version && facts.now < begunAt + Limits.rosterPatience { return .underWay }
        return .done("\(words) after \(span(facts))")
    }
}
