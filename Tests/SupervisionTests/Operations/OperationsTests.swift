import Basics
import Control
import Planning
import Testing

@testable import Supervision

@Suite("What has been asked of the children")
struct OperationsTests {
    private static let now = OperationStage.now
    private static let later = now + .seconds(3)
    private static let asker = ControlConnection.Key(slot: .init(1), generation: 1)
    private static let other = ControlConnection.Key(slot: .init(2), generation: 1)

    private var operations = Operations(advice: "see ps")
    private var stage = OperationStage(.backend, 0, 1, 2)

    private mutating func ask(
        _ steps: OperationStep..., by asker: ControlConnection.Key = asker
    ) { operations.requested(steps, by: asker) }

    /// All that is to be done until nothing is, in words. What is done to children is done at once
    /// as the supervisor would, as far as it matters here.
    private mutating func run(
        _ perform: (inout OperationStage, Operations.Act) -> Void = { _, _ in }
    ) -> [String] {
        var told: [String] = []
        for _ in 0..<100 {
            let acts = operations.tick(stage.facts)
            if acts.isEmpty { return told }
            for act in acts {
                perform(&stage, act)
                told.append(words(act))
            }
        }
        Issue.record("it does not end")
        return told
    }

    private func words(_ act: Operations.Act) -> String {
        switch act {
        case .change(let child, let act):
            switch act {
            case .end(.start): "renew \(child.index)"
            case .end: "end \(child.index)"
            default: "\(act) \(child.index)"
            }
        case .replace(let act): "\(act)"
        case .report(_, let report):
            "\(report.name) \(report.isDone ? "done" : "failed"): \(report.outcome)"
        case .answer(let asker, .done): "answer \(asker.slot.number): done"
        case .answer(let asker, .refused(let refusal)):
            "answer \(asker.slot.number): \(refusal.why)"
                + (refusal.advice.isEmpty ? "" : " (\(refusal.advice))")
        case .answer: "answer"
        case .tell(let event): event.sentence
        case .goOn: "go on"
        case .revert: "revert"
        }
    }

    @Test mutating func `nothing to do is done`() {
        #expect(operations.isEmpty)
        ask()
        #expect(!operations.isEmpty)
        #expect(run() == ["answer 1: done"])
        #expect(operations.isEmpty && run() == [])
    }

    @Test mutating func `steps that wait for nothing begin together and are told as they end`() {
        ask(ServiceVerb.stop.step(0), ServiceVerb.stop.step(1), ServiceVerb.stop.step(2))
        stage.become(1, .stopped)
        let told = run { stage, act in
            guard case .change(let child, _) = act else { return }
            stage.become(
                child.index, .stopping(tellAllAt: Self.later, killAt: Self.later, sequel: .rest))
        }
        #expect(told == ["end 0", "web.1 done: is stopped already", "end 2"])
        #expect(operations.nextLook(after: Self.now) == Self.now + .seconds(30))
        #expect(operations.nextLook(after: Self.now + .seconds(30)) == .never)
        stage.become(0, .stopped)
        stage.now = Self.later
        #expect(run() == ["web.0 done: stopped after 3.0 s"])
        stage.become(2, .backoff(until: Self.later))
        #expect(
            run() == [
                "web.2 failed: is started again by another request",
                "answer 1: web.2 is started again by another request (see ps)",
            ])
    }

    @Test mutating func `what has begun and is over at once is told before what need not be done`()
    {
        stage.adopted = nil
        stage.become(1, .paused(readySince: Self.now))
        ask(ServiceVerb.pause.step(0), ServiceVerb.pause.step(1), ServiceVerb.pause.step(2))
        #expect(
            run() == [
                "pause 0", "web.0 done: paused", "web.1 done: is paused already", "pause 2",
                "web.2 done: paused", "answer 1: done",
            ])
    }

    @Test mutating func `those that roll take turns, over all operations`() {
        ask(
            ServiceVerb.restart.step(0, waits: true, isRolling: true),
            ServiceVerb.restart.step(1, waits: true, isRolling: true))
        ask(ServiceVerb.restart.step(2, waits: true, isRolling: true), by: Self.other)
        #expect(run() == ["renew 0"])
        #expect(run() == [])
        stage.renew(0, .ready(since: Self.now))
        #expect(run() == ["web.0 done: restarted, ready after 0.00 ms", "renew 1"])
        stage.renew(1, .ready(since: Self.now))
        #expect(
            run() == [
                "web.1 done: restarted, ready after 0.00 ms", "answer 1: done", "renew 2",
            ])
        stage.renew(2, .starting(deadline: Self.later))
        #expect(run() == [])
        stage.become(2, .ready(since: Self.now))
        #expect(run() == ["web.2 done: restarted, ready after 0.00 ms", "answer 2: done"])
    }

    @Test mutating func `one that fails leaves those alone that would roll after it`() {
        ask(
            ServiceVerb.restart.step(0, waits: true, isRolling: true),
            ServiceVerb.restart.step(1, waits: true, isRolling: true),
            ServiceVerb.restart.step(2, waits: true, isRolling: true))
        _ = run()
        stage.renew(0, .failed)
        #expect(
            run() == [
                "web.0 failed: is not ready: exited with 1", "keepPlan 1", "keepPlan 2",
                "answer 1: web.0 is not ready: exited with 1; left alone: web.1, web.2 (see ps)",
            ])
    }

    @Test mutating func `what begins and fails at once leaves alone what rolls`() {
        ask(
            ServiceVerb.start.step(0, waits: true, change: .added),
            ServiceVerb.restart.step(1, waits: true, isRolling: true))
        stage.become(0, .stopped)
        let told = run { stage, act in
            if case .change(ChildNumber(0), .start) = act { stage.become(0, .failed) }
        }
        #expect(
            told == [
                "start 0", "web.0 failed: is not ready: exited with 1", "keepPlan 1",
                "answer 1: web.0 is not ready: exited with 1; left alone: web.1 (see ps)",
            ])
    }

    @Test mutating func `a release runs alone`() {
        stage.add(OperationStage.child(.other, 0, .stopped, isRelease: true))
        ask(ServiceVerb.start.step(0, waits: true), ServiceVerb.stop.step(1))
        #expect(run { stage, _ in stage.renew(0, .ready(since: Self.now)) } == ["start 0"])
        stage.become(0, .stopped)
        stage.change(0) { $0.hasFinished = true }
        let told = run { stage, act in
            if case .change(ChildNumber(1), _) = act { stage.become(1, .stopped) }
        }
        #expect(
            told == [
                "release.0 done: done after 0.00 ms", "end 1", "web.1 done: stopped after 0.00 ms",
                "answer 1: done",
            ])
    }

    private static let recipe = Recipe.ofNothing

    private func remainder() throws -> ChangeRemainder {
        ChangeRemainder(
            wanted: try Self.recipe.topology(), earlier: Self.recipe,
            releases: [ChildNumber(0)])
    }

    @Test mutating func `a change goes on when its release has ended well`() throws {
        stage.add(OperationStage.child(.other, 0, .stopped, isRelease: true))
        operations.requested(
            [ServiceVerb.start.step(0, waits: true, change: .added)], by: Self.asker,
            isChange: true, remainder: try remainder())
        operations.changed(["web.2 changed"], by: "reload")
        #expect(operations.isChanging && operations.isReleasing)
        #expect(run { stage, _ in stage.renew(0, .ready(since: Self.now)) } == ["start 0"])
        stage.become(0, .stopped)
        stage.change(0) { $0.hasFinished = true }
        #expect(
            operations.tick(stage.facts).map(words) == [
                "release.0 done: done after 0.00 ms", "go on",
            ])
        let taken = operations.takeRemainder(of: 1)
        #expect(taken?.0.releases == [ChildNumber(0)] && taken?.1 == Self.asker)
        #expect(operations.isChanging && !operations.isReleasing)
        #expect(operations.takeRemainder(of: 1) == nil && operations.takeRemainder(of: 2) == nil)
        operations.extended(
            1, by: [ServiceVerb.stop.step(1, change: .removed)], remarks: ["it stays"],
            changes: ["web.0 weight 2 (was 1)"])
        let told = run { stage, _ in stage.become(1, .stopped) }
        #expect(
            told == [
                "end 1", "web.1 done: removed after 0.00 ms",
                "changed by 'lbctl reload': web.2 changed, release.0 added, "
                    + "web.0 weight 2 (was 1), web.1 removed",
                "answer 1: it stays",
            ])
        #expect(!operations.isChanging)
    }

    @Test mutating func `a change whose rest can't be made says why`() throws {
        operations.requested([], by: Self.asker, isChange: true, remainder: try remainder())
        #expect(operations.tick(stage.facts).map(words) == ["go on"])
        _ = operations.takeRemainder(of: 1)
        operations.failed(1, "nothing was changed: no room")
        #expect(run() == ["answer 1: nothing was changed: no room (see ps)"])
    }

    @Test mutating func `a change whose release fails changes nothing else`() throws {
        stage.add(OperationStage.child(.other, 0, .stopped, isRelease: true))
        operations.requested(
            [ServiceVerb.start.step(0, waits: true, change: .added)], by: Self.asker,
            isChange: true, remainder: try remainder())
        _ = run { stage, _ in stage.renew(0, .ready(since: Self.now)) }
        stage.become(0, .failed)
        #expect(
            run() == [
                "release.0 failed: failed: exited with 1", "revert",
                "answer 1: release.0 failed: exited with 1; nothing else was changed (see ps)",
            ])
    }

    @Test mutating func `a remark is told, and advises nothing`() {
        operations.requested([], by: Self.asker, remarks: ["it listens where it did"])
        #expect(run() == ["answer 1: it listens where it did"])
    }

    @Test mutating func `the last one that is taken out of the choice is told of`() {
        for unit in [WorkUnit.request, .connection] {
            stage.unit = unit
            for hasChoice in [true, false] {
                stage.hasChoice = hasChoice
                stage.change(0) { child in
                    child.weight = 1
                    child.isWithdrawn = false
                }
                let end = hasChoice ? "" : "; no backend can be chosen, \(unit.withoutBackend)"
                ask(ServiceVerb.drain.step(0))
                var told = run { stage, act in
                    if case .change = act { stage.change(0) { $0.isWithdrawn = true } }
                }
                #expect(
                    told.dropFirst().first
                        == "web.0 done: drained after 0.00 ms; nothing new goes to it until "
                        + "'undrain'" + end)
                for weight: UInt32 in [3, 0] {
                    ask(ServiceVerb.weight.step(0, setting: .weight(weight)))
                    told = run { stage, act in
                        if case .change = act { stage.change(0) { $0.weight = weight } }
                    }
                    let isTold = told.dropFirst().first?.hasSuffix("in force after 0.00 ms" + end)
                    #expect(isTold == (weight == 0 || hasChoice))
                }
            }
        }
    }

    @Test mutating func `a drain that takes too long is looked at no more`() {
        ask(ServiceVerb.drain.step(0))
        let act: (inout OperationStage, Operations.Act) -> Void = { stage, _ in
            stage.change(0) { child in
                child.isWithdrawn = true
                child.isFinishing = true
            }
        }
        #expect(run(act) == ["withdraw 0"])
        stage.now = Self.now + .seconds(30)
        stage.inHand = 1
        #expect(
            run() == [
                "stopLooking 0",
                "web.0 failed: still has 1 request after 30.0 s; nothing new goes to it",
                "answer 1: web.0 still has 1 request after 30.0 s; nothing new goes to it (see ps)",
            ])
    }

    @Test mutating func `a roster counts from the step on`() {
        ask(ServiceVerb.undrain.step(0))
        stage.change(0) { $0.isWithdrawn = true }
        let told = run { stage, act in
            guard case .change = act else { return }
            stage.change(0) { $0.isWithdrawn = false }
            stage.rosterVersion = 8
        }
        #expect(told == ["restore 0"])
        stage.rosterVersion = 9
        stage.adopted = 8
        #expect(
            run() == ["web.0 done: undrained; back in rotation after 0.00 ms", "answer 1: done"])
    }

    @Test mutating func `a child that is gone before its turn is on its way out`() {
        stage.children[ChildNumber(1)] = nil
        ask(ServiceVerb.restart.step(1))
        #expect(
            run() == [
                "child.1 failed: is on its way out",
                "answer 1: child.1 is on its way out (see ps)",
            ])
    }

    @Test mutating func `a verb for a balancer that was replaced means the one that is there`() {
        stage.add(OperationStage.child(.balancer, 0, .stopped))
        stage.change(0) { $0.successor = ChildNumber(1) }
        ask(ServiceVerb.stop.step(0))
        #expect(run { stage, _ in stage.become(1, .stopped) }.first == "end 1")
    }

    @Test mutating func `a restart of a balancer is its replacement, and tells of the new one`() {
        stage.add(OperationStage.child(.balancer, 0))
        ask(ServiceVerb.restart.step(0, waits: true, isRolling: true))
        ask(ServiceVerb.restart.step(0), by: Self.other)
        #expect(
            operations.tick(stage.facts)
                == [.replace(.enrolSuccessor(of: ChildNumber(0), replacement: 1))])
        stage.add(OperationStage.child(.balancer, 9, .stopped))
        operations.enrolled(ChildNumber(9), for: 1)
        #expect(operations.tick(stage.facts) == [.replace(.start(ChildNumber(9)))])
        stage.become(9, .ready(since: Self.now))
        let told = run { stage, act in
            if case .replace(.handOver) = act { stage.become(0, .stopped) }
        }
        #expect(
            told.dropFirst() == [
                "balancer.9 done: replaced after 0.00 ms; pid 100 answers what it has",
                "answer 1: done",
                "balancer.9 done: replaced after 0.00 ms; pid 100 answers what it has",
                "answer 2: done",
            ])
        #expect(operations.isEmpty)
    }

    @Test mutating func `where the service ends all that wait are to be told`() {
        stage.add(OperationStage.child(.balancer, 0))
        ask(ServiceVerb.restart.step(0))
        ask(ServiceVerb.stop.step(1), by: Self.other)
        _ = operations.tick(stage.facts)
        #expect(operations.cancelled() == [Self.asker, Self.other])
        #expect(operations.isEmpty && run() == [])
    }
}

extension Recipe {
    /// Of a service with nothing but the built-in Procfile.
    static var ofNothing: Recipe {
        do throws(Refusal) {
            return try Recipe(Topology.Flags(), file: nil)
        } catch {
            fatalError("the built-in Procfile can't be used: \(error)")
        }
    }
}
