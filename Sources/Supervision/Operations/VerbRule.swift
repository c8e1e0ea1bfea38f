import Basics
import Control

/// What a verb does to one child: when it need not or can't, what is done, and when that is over.
///
/// There is one for each verb, in `ServiceVerb.rule`; nothing else in the supervisor asks which
/// verb it is.
struct VerbRule {
    /// Which children may be meant.
    enum Scope {
        case all, balanced
        /// Those that are lb-echo, balanced or not.
        case echoes
        /// lbctl's own balancers, whatever the targets are called.
        case balancers
    }

    /// What a step that has begun waits for.
    enum Awaited {
        /// The child's process: that it ends, is ready, or has finished what it has.
        case process
        /// That all balancers go by the roster.
        case roster
        /// That it says that it has taken what it was told.
        case answer
    }

    /// What is said of a child for which nothing is done but perhaps what holds for its next
    /// process.
    struct Needless: Equatable {
        let words: String
        var act: ChildAct?
    }

    var scope = Scope.all
    var awaits = Awaited.process
    /// Whether it brings processes up: not while a release runs, and not a release that is done.
    var starts = false
    /// Whether it takes work away from a child, so that none may be left that work goes to.
    var withdraws: (ChildFacts) -> Bool = { _ in false }
    /// Where there is nothing to do; nil where there is.
    var needless: (OperationStep, ChildFacts) -> Needless? = { _, _ in nil }
    /// Why it can't be done; nil where it can.
    var obstacle: (ChildFacts) -> String? = { $0.isMember ? nil : "is on its way out" }
    /// Whether it waits for what has begun already as if it had begun it.
    var joins: (OperationStep, ChildFacts) -> Bool = { _, _ in false }
    /// Whether another balancer takes over from the child instead of what `act` says.
    var replaces: (ChildFacts) -> Bool = { _ in false }
    let act: (OperationStep, ChildFacts) -> ChildAct
    let outcome: (RunningStep, ServiceFacts) -> StepOutcome
    /// What is done where it has failed.
    var atFailure: ChildAct?
}

/// What is done to one child.
enum ChildAct: Equatable {
    /// It finishes what it has and ends; then it rests, or is started again.
    case end(then: Lifecycle.Sequel)
    case start
    case pause
    case resume
    /// Nothing new goes to it from now on.
    case withdraw
    case restore
    /// It is not looked at any more until it has finished what it has.
    case stopLooking
    case set(Setting)
    /// What holds from its next process on.
    case keepWithdrawn(Bool)
    /// It stays as it is at its next start.
    case keepPlan
}

extension ServiceVerb {
    var rule: VerbRule {
        switch self {
        case .stop: .stop
        case .start: .start
        case .restart: .restart
        case .pause: .pause
        case .resume: .resume
        case .drain: .drain
        case .undrain: .undrain
        case .weight: .weight
        case .slow, .fail: .fault
        case .algorithm: .algorithm
        }
    }
}

extension VerbRule {
    private static func said(_ words: String) -> Needless { Needless(words: words) }

    fileprivate static var stop: VerbRule {
        VerbRule(
            needless: { step, child in
                switch child.state {
                case .stopped, .failed:
                    said(step.change == .removed ? "removed" : "\(child.state.phrase) already")
                case .starting, .ready, .draining, .stopping, .backoff, .paused, .done: nil
                }
            },
            obstacle: { _ in nil },
            act: { _, _ in .end(then: .rest) },
            outcome: { $0.stopped($1) })
    }

    fileprivate static var start: VerbRule {
        VerbRule(
            starts: true,
            needless: { step, child in
                switch child.state {
                case .ready: said("\(child.state.phrase) already")
                case .starting: step.waits ? nil : said("is starting already")
                case .paused: said("runs already, but is paused: 'resume' lets it go on")
                case .draining, .stopping, .stopped, .backoff, .failed, .done: nil
                }
            },
            joins: { step, child in step.waits && child.state == .starting },
            act: { _, _ in .start },
            outcome: { $0.started($1, "started") })
    }

    fileprivate static var restart: VerbRule {
        VerbRule(
            starts: true,
            replaces: { $0.role == .balancer && $0.serves },
            act: { _, _ in .end(then: .start) },
            outcome: { $0.started($1, "restarted") })
    }

    fileprivate static var pause: VerbRule {
        VerbRule(
            awaits: .roster,
            needless: { $1.state == .paused ? said("is paused already") : nil },
            obstacle: { child in
                child.state == .ready ? nil : "\(child.state.phrase): there is nothing to pause"
            },
            act: { _, _ in .pause },
            outcome: { step, facts in
                step.present.isWithdrawn
                    ? .done("paused; it was drained already")
                    : step.told(facts, "paused; out of rotation")
            })
    }

    fileprivate static var resume: VerbRule {
        VerbRule(
            awaits: .roster,
            needless: { $1.state == .ready ? said("is not paused") : nil },
            obstacle: { child in
                child.state == .paused ? nil : "\(child.state.phrase): there is nothing to resume"
            },
            act: { _, _ in .resume },
            outcome: { step, facts in
                step.present.isWithdrawn
                    ? .done("goes on; it stays drained")
                    : step.told(facts, "goes on; back in rotation")
            })
    }

    fileprivate static var drain: VerbRule {
        VerbRule(
            scope: .balanced,
            withdraws: { _ in true },
            needless: { _, child in
                if child.serves { return nil }
                return Needless(
                    words: "\(child.state.phrase); it stays drained when it is ready",
                    act: .keepWithdrawn(true))
            },
            act: { _, _ in .withdraw },
            outcome: { $0.drained($1) },
            atFailure: .stopLooking)
    }

    fileprivate static var undrain: VerbRule {
        VerbRule(
            scope: .balanced,
            awaits: .roster,
            needless: { _, child in
                if !child.isWithdrawn { return said("is not drained") }
                if child.serves { return nil }
                return Needless(
                    words: "\(child.state.phrase); it is chosen again as soon as it is ready",
                    act: .keepWithdrawn(false))
            },
            act: { _, _ in .restore },
            outcome: { $0.told($1, "undrained; back in rotation") })
    }

    fileprivate static var weight: VerbRule {
        VerbRule(
            scope: .balanced,
            awaits: .roster,
            withdraws: { $0.weight == 0 },
            needless: { step, child in
                step.setting == .weight(child.weight)
                    ? said("weight is \(child.weight) already") : nil
            },
            act: { step, child in .set(step.setting ?? .weight(child.weight)) },
            outcome: { step, facts in
                let child = step.present
                let rest = child.weight == 0 ? ", nothing new goes to it" : ""
                return step.told(
                    facts, "weight \(child.weight) (was \(step.before.weight))\(rest); in force")
            })
    }

    /// What makes an lb-echo slow, or has it fail.
    fileprivate static var fault: VerbRule {
        VerbRule(
            scope: .echoes,
            awaits: .answer,
            needless: { step, child in
                guard let setting = step.setting else { return nil }
                if child.settings.faults.has(setting) { return said("\(setting.words) already") }
                if child.lifecycle.hasProcess { return nil }
                return Needless(
                    words: "\(child.state.phrase); \(setting.words) from its next start on",
                    act: .set(setting))
            },
            act: { step, child in .set(step.setting ?? .latency(Nanoseconds(0))) },
            outcome: { $0.faulted($1) })
    }

    fileprivate static var algorithm: VerbRule {
        VerbRule(
            scope: .balancers,
            awaits: .roster,
            needless: { step, child in
                guard let algorithm = child.settings.algorithm,
                    step.setting == .algorithm(algorithm)
                else { return nil }
                return said("\(algorithm.rawValue) already")
            },
            act: { step, child in
                .set(step.setting ?? .algorithm(child.settings.algorithm ?? .roundRobin))
            },
            outcome: { step, facts in
                let earlier = step.before.settings.algorithm.map { " (was \($0.rawValue))" } ?? ""
                let words = step.step.setting?.words ?? ""
                return step.told(facts, "\(words)\(earlier); in force")
            })
    }
}
