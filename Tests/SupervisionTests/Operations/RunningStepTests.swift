import Basics
import Control
import Planning
import Testing

@testable import Supervision

@Suite("What has become of a step")
struct RunningStepTests {
    private static let now = OperationStage.now
    private static let later = now + .seconds(3)

    private func begun(
        _ verb: ServiceVerb, _ stage: OperationStage, waits: Bool = false, isJoining: Bool = false,
        change: ServiceChange? = nil
    ) -> RunningStep {
        guard let child = stage.children[ChildNumber(0)] else { fatalError("the stage is empty") }
        return RunningStep(
            verb.step(waits: waits, change: change), child, isJoining: isJoining,
            limit: .seconds(30), now: Self.now)
    }

    /// What is made of a step, three seconds on or at another time.
    private func outcome(
        _ step: RunningStep, _ stage: OperationStage, now: Instant = later
    ) -> StepOutcome {
        var step = step
        var stage = stage
        stage.now = now
        step.looked(stage.facts)
        return step.step.verb.rule.outcome(step, stage.facts)
    }

    @Test(arguments: OperationStage.lifecycles)
    func `a stop is done once there is no process, and fails where another is wanted`(
        lifecycle: Lifecycle
    ) {
        var stage = OperationStage(.backend, 0)
        let step = begun(.stop, stage)
        stage.become(0, lifecycle)
        stage.change(0) { $0.isFinishing = true }
        let expected: StepOutcome
        switch lifecycle.state {
        case .stopped, .failed, .done: expected = .done("stopped after 3.0 s")
        case .backoff: expected = .failed("is started again by another request")
        case .starting, .ready, .paused, .draining, .stopping: expected = .underWay
        }
        #expect(outcome(step, stage) == expected)
        stage.change(0) { $0.generation += 1 }
        #expect(outcome(step, stage) == .failed("was started again by another request"))
    }

    @Test func `a stop fails where the child was brought back while it was draining`() {
        let stage = OperationStage(.backend, 0)
        #expect(
            outcome(begun(.stop, stage), stage) == .failed("was started again by another request"))
        var gone = stage
        gone.become(0, .stopped)
        #expect(
            outcome(begun(.stop, stage, change: .removed), gone) == .done("removed after 3.0 s"))
    }

    @Test(arguments: [ServiceVerb.start, .restart], OperationStage.lifecycles)
    func `a start waits for another process, unless it was stopped meanwhile`(
        verb: ServiceVerb, lifecycle: Lifecycle
    ) {
        var stage = OperationStage(.backend, 0)
        let step = begun(verb, stage)
        stage.become(0, lifecycle)
        let expected: StepOutcome
        switch lifecycle {
        case .ready where verb == .start: expected = .done("goes on")
        case .starting, .ready, .paused, .draining, .backoff: expected = .underWay
        case .stopping(_, _, .start), .stoppingRest(_, _, .start): expected = .underWay
        case .stopping(_, _, .asRuled), .stoppingRest(_, _, .asRuled):
            expected = .failed("is not ready: exited with 1")
        case .stopping, .stoppingRest: expected = .failed("is stopped by another request")
        case .stopped, .failed: expected = .failed("was stopped by another request")
        }
        #expect(outcome(step, stage) == expected)
    }

    @Test(arguments: [ServiceVerb.start, .restart], OperationStage.lifecycles)
    func `a start is done with another process, or once that is ready`(
        verb: ServiceVerb, lifecycle: Lifecycle
    ) {
        var stage = OperationStage(.backend, 0)
        let quick = begun(verb, stage)
        let patient = begun(verb, stage, waits: true)
        stage.renew(0, lifecycle)
        // As the event says it: from the start of the process.
        stage.change(0) { $0.readyAfter = .milliseconds(5) }
        let unready = StepOutcome.failed("is not ready: exited with 1")
        switch lifecycle {
        case .starting:
            #expect(outcome(quick, stage) == .done("\(verb.word)ed after 3.0 s"))
            #expect(outcome(patient, stage) == .underWay)
            return
        case .ready:
            let ready = StepOutcome.done("\(verb.word)ed, ready after 5.00 ms")
            #expect(outcome(quick, stage) == ready && outcome(patient, stage) == ready)
            stage.change(0) { $0.isWithdrawn = true }
            #expect(
                outcome(patient, stage)
                    == .done("\(verb.word)ed, ready after 5.00 ms; it stays drained"))
        case .stopping(_, _, .asRuled), .stoppingRest(_, _, .asRuled), .stopped, .backoff, .failed:
            #expect(outcome(quick, stage) == unready && outcome(patient, stage) == unready)
        case .paused, .draining, .stopping, .stoppingRest:
            #expect(outcome(patient, stage) == .failed(lifecycle.state.phrase))
        }
    }

    @Test func `a program that does its work and ends is started`() {
        var stage = OperationStage(.other, 0)
        let step = begun(.start, stage, waits: true)
        stage.renew(0, .stopped)
        #expect(outcome(step, stage) == .done("started; exited with 1"))
    }

    @Test func `what is new is added, also where it never had a process`() {
        var stage = OperationStage(.backend, 0)
        let step = begun(.start, stage, change: .added)
        var failed = stage
        failed.become(0, .failed)
        #expect(outcome(step, failed) == .failed("is not ready: exited with 1"))
        stage.renew(0, .ready(since: Self.now))
        #expect(outcome(step, stage) == .done("added, ready after 3.0 s"))
    }

    @Test func `a start that joins another waits for the process that is there`() {
        var stage = OperationStage()
        stage.add(OperationStage.child(.backend, 0, .starting(deadline: Self.later)))
        let step = begun(.start, stage, waits: true, isJoining: true)
        #expect(outcome(step, stage) == .underWay)
        stage.become(0, .ready(since: Self.now))
        #expect(outcome(step, stage) == .done("started, ready after 3.0 s"))
    }

    @Test(arguments: OperationStage.lifecycles)
    func `a release is done when it has ended well`(lifecycle: Lifecycle) {
        var stage = OperationStage()
        stage.add(OperationStage.child(.other, 0, .stopped, isRelease: true))
        let step = begun(.start, stage, waits: true)
        stage.renew(0, lifecycle)
        let expected: StepOutcome
        switch lifecycle.state {
        case .starting, .ready, .paused, .draining, .stopping: expected = .underWay
        case .stopped, .backoff, .failed, .done: expected = .failed("failed: exited with 1")
        }
        #expect(outcome(step, stage) == expected)
        stage.change(0) { $0.hasFinished = true }
        #expect(outcome(step, stage) == .done("done after 3.0 s"))
    }

    @Test(
        arguments: [
            (
                ServiceVerb.pause, "paused", "paused; out of rotation",
                "paused; it was drained already"
            ),
            (.resume, "goes on", "goes on; back in rotation", "goes on; it stays drained"),
            (.undrain, "undrained", "undrained; back in rotation", nil),
            (.weight, "weight 1 (was 1)", "weight 1 (was 1); in force", nil),
        ] as [(ServiceVerb, String, String, String?)])
    func `what the balancers are told is done once all go by it, or after a second`(
        verb: ServiceVerb, alone: String, balanced: String, drained: String?
    ) {
        var stage = OperationStage(.backend, 0)
        let step = begun(verb, stage)
        let soon = Self.now + .milliseconds(5)
        stage.adopted = 6
        #expect(outcome(step, stage, now: soon) == .underWay)
        #expect(outcome(step, stage) == .done("\(balanced) after 3.0 s"))
        stage.adopted = 7
        #expect(outcome(step, stage, now: soon) == .done("\(balanced) after 5.00 ms"))
        stage.adopted = nil
        #expect(outcome(step, stage, now: soon) == .done(alone))
        let other = OperationStage(.other, 0)
        #expect(outcome(begun(verb, other), other, now: soon) == .done(alone))
        stage.change(0) { $0.isWithdrawn = true }
        if let drained { #expect(outcome(step, stage, now: soon) == .done(drained)) }
    }

    @Test func `a weight of nothing is told`() {
        var stage = OperationStage(.backend, 0)
        let step = begun(.weight, stage)
        stage.change(0) { $0.weight = 0 }
        #expect(
            outcome(step, stage)
                == .done("weight 0 (was 1), nothing new goes to it; in force after 3.0 s"))
    }

    @Test func `a drain is done when nothing is left, and fails when the time is over`() {
        var stage = OperationStage(.backend, 0)
        let step = begun(.drain, stage)
        #expect(outcome(step, stage) == .failed("was brought back by another request"))
        stage.change(0) { child in
            child.isWithdrawn = true
            child.isFinishing = true
        }
        #expect(outcome(step, stage) == .underWay)
        #expect(step.nextLook == Self.now + .seconds(30))
        stage.inHand = 2
        stage.unit = .connection
        #expect(
            outcome(step, stage, now: step.nextLook)
                == .failed("still has 2 connections after 30.0 s; nothing new goes to it"))
        var drained = stage
        drained.change(0) { $0.isFinishing = false }
        #expect(
            outcome(step, drained)
                == .done("drained after 3.0 s; nothing new goes to it until 'undrain'"))
        let gone = StepOutcome.done("its process has ended; it stays drained when it is back")
        stage.become(0, .backoff(until: Self.later))
        #expect(outcome(step, stage) == gone)
        stage.renew(0, .ready(since: Self.later))
        #expect(outcome(step, stage) == gone)
    }

    @Test func `a child that is forgotten is as it was known last`() {
        var stage = OperationStage(.backend, 0)
        var step = begun(.stop, stage)
        stage.become(0, .stopped)
        step.looked(stage.facts)
        #expect(outcome(step, OperationStage()) == .done("stopped after 3.0 s"))
    }

    @Test func `it is looked at again when its time is over`() {
        let stage = OperationStage(.backend, 0)
        for verb in ServiceVerb.allCases {
            let wait = verb.rule.awaits == .process ? .seconds(30) : Limits.rosterPatience
            #expect(begun(verb, stage).nextLook == Self.now + wait)
        }
    }
}
