import Basics
import Control
import Testing

@testable import Supervision

@Suite("An echo backend that is told to be slow or to fail")
struct FaultStepTests {
    private let slow = Setting.latency(.milliseconds(20))

    /// What comes of it where the child has become as `change` says, so long after.
    private func outcome(
        _ setting: Setting? = nil, after span: Nanoseconds = .milliseconds(2),
        before faults: EchoFaults = EchoFaults(), _ change: (inout ChildFacts) -> Void
    ) -> StepOutcome {
        var stage = OperationStage(.backend, 0)
        stage.change(0) { $0.settings.faults = faults }
        let child = stage.children[ChildNumber(0)] ?? OperationStage.child()
        var step = RunningStep(
            ServiceVerb.slow.step(0, setting: setting ?? slow), child, isJoining: false,
            limit: .seconds(30), now: OperationStage.now)
        stage.change(0, change)
        stage.now = OperationStage.now + span
        step.looked(stage.facts)
        return step.faulted(stage.facts)
    }

    @Test func `is waited for until it says that it goes by it`() {
        #expect(outcome { $0.settings.faultState = .told } == .underWay)
        #expect(
            outcome { $0.settings.faultState = .taken }
                == .done("answers 20 ms later; in force after 2.00 ms"))
        #expect(
            outcome(after: .seconds(2)) { $0.settings.faultState = .told }
                == .failed("has not taken it after 2.0 s"))
    }

    @Test func `tells what it was before`() {
        let before = EchoFaults(latency: .seconds(1), errorRate: .zero)
        #expect(
            outcome(before: before) { $0.settings.faultState = .taken }
                == .done("answers 20 ms later (was 1.0 s later); in force after 2.00 ms"))
        #expect(
            outcome(.errorRate(.whole), before: before) { $0.settings.faultState = .taken }
                == .done(
                    "fails 100% of its requests (was none of its requests); in force after 2.00 ms")
        )
    }

    @Test func `takes it when it goes on, or with its next start`() {
        let paused = outcome { child in
            child.settings.faultState = .told
            child.lifecycle = .paused(readySince: OperationStage.now)
        }
        #expect(paused == .done("answers 20 ms later when it goes on"))
        let later = StepOutcome.done("answers 20 ms later from its next start on")
        #expect(outcome { $0.generation += 1 } == later)
        #expect(outcome { $0.lifecycle = .backoff(until: OperationStage.now) } == later)
    }

    @Test func `can't be told where it is one of another build`() {
        #expect(
            outcome { $0.settings.faultState = .unheard }
                == .failed("is no lb-echo that was built with this lbctl"))
    }
}
