import Basics
import Control
import Logs
import Planning

/// What has been asked of some of the children and is under way: orders and changes of the whole
/// service, with their steps.
///
/// `tick` says what is to be done next, by the facts of that moment. It touches no child and no
/// connection.
struct Operations {
    typealias Asker = ControlConnection.Key

    /// What is to be done.
    enum Act: Equatable {
        case change(ChildNumber, ChildAct)
        case replace(Replacements.Act)
        /// Tell what has become of one child.
        case report(Asker, TargetReport)
        case answer(Asker, ControlReply)
        case tell(ServiceEvent)
        /// Take the remainder of a change, work it out, and tell it by `extended` or `failed`.
        case goOn(operation: Int)
        /// The service is made of what it was made of before.
        case revert(to: Recipe)
    }

    private var operations: [Operation] = []
    private var operationsSoFar = 0
    private var replacements = Replacements()
    /// What is advised where not all was done.
    private let advice: String

    init(advice: String) { self.advice = advice }

    /// Whether nothing is under way.
    var isEmpty: Bool { operations.isEmpty && replacements.isEmpty }

    /// Whether a change of the whole service is under way; of these there is one at a time.
    var isChanging: Bool { operations.contains { $0.isChange } }

    /// Whether a change waits for its release.
    var isReleasing: Bool { operations.contains { $0.remainder != nil } }

    /// When to call `tick` though nothing happens.
    func nextLook(after now: Instant) -> Instant {
        var first = Instant.never
        for operation in operations {
            for step in operation.running where step.nextLook > now {
                first = min(first, step.nextLook)
            }
        }
        return first
    }

    /// Something is to be done.
    mutating func requested(
        _ steps: [OperationStep], by asker: Asker, isChange: Bool = false, remarks: [String] = [],
        remainder: ChangeRemainder? = nil
    ) {
        operationsSoFar += 1
        operations.append(
            Operation(
                number: operationsSoFar, asker: asker, isChange: isChange, waiting: steps,
                remarks: remarks, remainder: remainder))
    }

    /// The change that was requested last has done this already, without a step. `verb` is what
    /// asked for it.
    mutating func changed(_ changes: [String], by verb: String) {
        guard let last = operations.indices.last else { return }
        operations[last].verb = verb
        operations[last].changes += changes
    }

    /// The rest of a change, which is about to be worked out, and the request that waits for it.
    mutating func takeRemainder(of number: Int) -> (ChangeRemainder, Asker)? {
        guard let index = operations.firstIndex(where: { $0.number == number }),
            let remainder = operations[index].remainder
        else { return nil }
        operations[index].remainder = nil
        return (remainder, operations[index].asker)
    }

    /// The rest of a change has been worked out.
    mutating func extended(
        _ number: Int, by steps: [OperationStep], remarks: [String], changes: [String] = []
    ) {
        guard let index = operations.firstIndex(where: { $0.number == number }) else { return }
        operations[index].waiting = steps
        operations[index].remarks = remarks
        operations[index].changes += changes
    }

    /// The rest of a change can't be made.
    mutating func failed(_ number: Int, _ why: String) {
        guard let index = operations.firstIndex(where: { $0.number == number }) else { return }
        operations[index].failures.append(why)
    }

    /// The child is there that is to take over.
    mutating func enrolled(_ successor: ChildNumber, for replacement: Int) {
        replacements.enrolled(successor, for: replacement)
    }

    /// The service ends. Returns the requests of which nothing more will come.
    mutating func cancelled() -> [Asker] {
        let askers = operations.map(\.asker)
        operations = []
        replacements.cancelled()
        return askers
    }

    /// Goes on with everything, as far as it can be at present. What is returned is to be done
    /// before this is asked again, and it is to be asked until nothing is returned.
    mutating func tick(_ facts: ServiceFacts) -> [Act] {
        let first = replacements.tick(facts)
        if !first.isEmpty { return first.map { .replace($0) } }
        for index in operations.indices {
            var acts = settle(index, facts)
            acts += begin(index, facts)
            if let last = conclude(index) { acts += last }
            // What one has finished may be what another waits for.
            if !acts.isEmpty { return acts }
        }
        // Some of what has begun may be replacements.
        let last = replacements.tick(facts)
        if last.isEmpty { replacements.forgetThoseOver() }
        return last.map { .replace($0) }
    }

    /// What is done at the end of an operation; nil where that has not come.
    private mutating func conclude(_ index: Int) -> [Act]? {
        if !operations[index].waiting.isEmpty || !operations[index].running.isEmpty { return nil }
        var acts: [Act] = []
        if let remainder = operations[index].remainder {
            if operations[index].failures.isEmpty {
                return [.goOn(operation: operations[index].number)]
            }
            operations[index].failures.append("nothing else was changed")
            acts.append(.revert(to: remainder.earlier))
        }
        let operation = operations.remove(at: index)
        if let event = operation.event { acts.append(.tell(event)) }
        return acts + [.answer(operation.asker, operation.answer(advice: advice))]
    }
}

// Steps that are under way.
extension Operations {
    private mutating func settle(_ index: Int, _ facts: ServiceFacts) -> [Act] {
        var acts: [Act] = []
        let running = operations[index].running
        operations[index].running = []
        for var step in running {
            step.looked(facts)
            let rule = step.step.verb.rule
            switch outcome(of: step, facts) {
            case .underWay: operations[index].running.append(step)
            case .done(let words):
                acts.append(report(words + lonely(step, facts), true, step, index, facts))
            case .failed(let words):
                if let act = rule.atFailure { acts.append(.change(step.child, act)) }
                acts.append(report(words, false, step, index, facts))
            }
        }
        return acts
    }

    private func outcome(of step: RunningStep, _ facts: ServiceFacts) -> StepOutcome {
        if let replacement = step.replacement {
            return replacements.outcome(replacement, now: facts.now).outcome
        }
        return step.step.verb.rule.outcome(step, facts)
    }

    /// What is said where the last one has been taken out of the choice.
    private func lonely(_ step: RunningStep, _ facts: ServiceFacts) -> String {
        if facts.hasChoice || !step.step.verb.rule.withdraws(step.present) { return "" }
        return "; no backend can be chosen, \(facts.unit.withoutBackend)"
    }

    private mutating func report(
        _ words: String, _ isDone: Bool, _ step: RunningStep, _ index: Int, _ facts: ServiceFacts
    ) -> Act {
        var child = step.present
        if let number = step.replacement,
            let serving = replacements.outcome(number, now: facts.now).serving
        {
            child = facts.child(serving) ?? child
        }
        return report(
            child, words, isDone, step.step.change, took: facts.now.since(step.begunAt), index)
    }

    private mutating func report(
        _ child: ChildFacts, _ words: String, _ isDone: Bool, _ change: ServiceChange?,
        took: Nanoseconds = Nanoseconds(0), _ index: Int
    ) -> Act {
        if !isDone { operations[index].failures.append("\(child.name) \(words)") }
        if isDone, let change, change != .unchanged {
            operations[index].changes.append("\(child.name) \(change.word)")
        }
        return .report(
            operations[index].asker,
            TargetReport(child, words, isDone: isDone, took: took, change: change))
    }
}

// Steps that begin.
extension Operations {
    /// Begins with those steps that are next.
    private mutating func begin(_ index: Int, _ facts: ServiceFacts) -> [Act] {
        var acts: [Act] = []
        var hasBegun = false
        while let step = operations[index].waiting.first {
            if operations[index].isReleaseRunning { return acts }
            if step.isRolling {
                // Those that roll take turns, so that never more than one backend is missing.
                if operations.contains(where: { $0.hasRollingStep }) { return acts }
                // What has begun may fail at once.
                if hasBegun { return acts }
                if !operations[index].failures.isEmpty {
                    return acts + leaveAlone(index, facts)
                }
            }
            let child = facts.latest(step.child)
            if let child, !isOverAtOnce(step, child) {
                operations[index].waiting.removeFirst()
                acts.append(contentsOf: begin(step, child, index, facts))
                hasBegun = true
                continue
            }
            // What has begun may be over at once, and is told first.
            if hasBegun { return acts }
            operations[index].waiting.removeFirst()
            acts += tellAtOnce(step, child, index)
        }
        return acts
    }

    private func isOverAtOnce(_ step: OperationStep, _ child: ChildFacts) -> Bool {
        let rule = step.verb.rule
        return rule.needless(step, child) != nil || rule.obstacle(child) != nil
    }

    /// What is said of a step for which nothing is done.
    private mutating func tellAtOnce(
        _ step: OperationStep, _ child: ChildFacts?, _ index: Int
    ) -> [Act] {
        guard let child else {
            let gone = ChildFacts(
                child: step.child, name: step.name, port: 0, role: .other, type: "",
                isRelease: false)
            return [report(gone, "is on its way out", false, step.change, index)]
        }
        let rule = step.verb.rule
        guard let needless = rule.needless(step, child) else {
            return [report(child, rule.obstacle(child) ?? "", false, step.change, index)]
        }
        let told = report(child, needless.words, true, step.change, index)
        return (needless.act.map { [.change(child.child, $0)] } ?? []) + [told]
    }

    private mutating func begin(
        _ step: OperationStep, _ child: ChildFacts, _ index: Int, _ facts: ServiceFacts
    ) -> [Act] {
        let rule = step.verb.rule
        var running = RunningStep(
            step, child, isJoining: rule.joins(step, child), limit: facts.drainLimit,
            now: facts.now)
        defer { operations[index].running.append(running) }
        if rule.replaces(child) {
            running.replacement = replacements.requested(child, now: facts.now)
            return []
        }
        return [.change(child.child, rule.act(step, child))]
    }

    private mutating func leaveAlone(_ index: Int, _ facts: ServiceFacts) -> [Act] {
        let steps = operations[index].waiting
        operations[index].waiting = []
        let names = steps.map { facts.child($0.child)?.name ?? $0.name }
        operations[index].failures.append("left alone: \(names.joined(separator: ", "))")
        return steps.map { .change($0.child, .keepPlan) }
    }
}

extension ServiceFacts {
    /// What is known of a child, or of the one that has taken over from it.
    fileprivate func latest(_ number: ChildNumber) -> ChildFacts? {
        var found = child(number)
        while let next = found?.successor { found = child(next) }
        return found
    }
}

extension TargetReport {
    /// What has become of a child.
    init(
        _ child: ChildFacts, _ words: String, isDone: Bool, took: Nanoseconds = Nanoseconds(0),
        change: ServiceChange? = nil
    ) {
        self.init(
            name: child.name, port: child.port, pid: child.pid, isDone: isDone, outcome: words,
            took: took, change: change, weight: child.isBalanced ? child.weight : nil)
        algorithm = child.settings.algorithm
        faults = child.settings.faults
    }
}
