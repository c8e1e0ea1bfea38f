import Basics
import Control
import Planning
import Testing

@testable import Supervision

@Suite("Balancers that take over from others")
struct ReplacementsTests {
    private static let now = OperationStage.now
    private static let old = ChildNumber(0)
    private static let new = ChildNumber(9)
    private static let newer = ChildNumber(10)

    private var replacements = Replacements()
    private var stage = OperationStage(.balancer, 0)

    private func outcome(_ number: Int = 1) -> StepOutcome {
        replacements.outcome(number, now: Self.now).outcome
    }

    private mutating func request() -> Int {
        guard let child = stage.children[Self.old] else { fatalError("the stage is empty") }
        return replacements.requested(child, now: Self.now)
    }

    /// One whose successor has been made.
    private mutating func enrol(_ successor: ChildNumber = new) {
        let number = request()
        stage.add(OperationStage.child(.balancer, successor.index, .stopped))
        replacements.enrolled(successor, for: number)
    }

    /// One whose successor has been started.
    private mutating func start() {
        enrol()
        _ = replacements.tick(stage.facts)
        stage.become(9, .starting(deadline: Self.now))
    }

    @Test mutating func `the successor is made, started and takes over when it is ready`() {
        _ = request()
        #expect(
            replacements.tick(stage.facts) == [.enrolSuccessor(of: Self.old, replacement: 1)])
        stage.add(OperationStage.child(.balancer, 9, .stopped))
        replacements.enrolled(Self.new, for: 1)
        #expect(replacements.tick(stage.facts) == [.start(Self.new)])
        stage.become(9, .starting(deadline: Self.now))
        #expect(replacements.tick(stage.facts) == [] && outcome() == .underWay)
        stage.become(9, .ready(since: Self.now))
        #expect(replacements.tick(stage.facts) == [.handOver(from: Self.old, to: Self.new)])
        #expect(replacements.outcome(1, now: Self.now).serving == Self.new)
        #expect(outcome() == .done("replaced after 0.00 ms; pid 100 answers what it has"))
        #expect(replacements.tick(stage.facts) == [] && !replacements.isEmpty)
        replacements.forgetThoseOver()
        #expect(replacements.isEmpty)
    }

    @Test mutating func `two requests for the same are served by one`() {
        #expect(request() == 1 && request() == 1)
        // One that is to be another is another replacement.
        stage.change(0) { $0.hasNextPlan = true }
        #expect(request() == 2)
    }

    @Test(arguments: OperationStage.lifecycles)
    mutating func `it is abandoned where the old one is ended`(lifecycle: Lifecycle) {
        start()
        stage.become(0, lifecycle)
        let isOver = [.stopping, .stopped].contains(lifecycle.state)
        #expect(replacements.tick(stage.facts) == (isOver ? [.abandon(Self.new)] : []))
        #expect(outcome() == (isOver ? .failed("was stopped by another request") : .underWay))
    }

    @Test mutating func `it is abandoned where the old one is gone`() {
        start()
        stage.children[Self.old] = nil
        #expect(replacements.tick(stage.facts) == [.abandon(Self.new)])
        #expect(outcome() == .failed("was stopped by another request"))
    }

    @Test mutating func `none takes over from a balancer that is gone`() {
        _ = request()
        stage.children[Self.old] = nil
        #expect(replacements.tick(stage.facts) == [])
        #expect(outcome() == .failed("was stopped by another request"))
    }

    @Test(arguments: OperationStage.lifecycles)
    mutating func `it is abandoned where the successor is not ready`(lifecycle: Lifecycle) {
        start()
        stage.become(9, lifecycle)
        let acts = replacements.tick(stage.facts)
        switch lifecycle.state {
        case .starting: #expect(acts == [])
        case .ready: #expect(acts == [.handOver(from: Self.old, to: Self.new)])
        case .draining, .stopping, .stopped, .backoff, .failed, .paused, .done:
            #expect(acts == [.abandon(Self.new)])
            #expect(
                outcome() == .failed("goes on: its successor is not ready: exited with 1"))
            #expect(replacements.outcome(1, now: Self.now).serving == Self.old)
        }
    }

    @Test mutating func `a second one waits, and then replaces the first one's successor`() {
        start()
        stage.change(0) { $0.hasNextPlan = true }
        enrol(Self.newer)
        #expect(replacements.tick(stage.facts) == [])
        stage.become(9, .ready(since: Self.now))
        #expect(replacements.tick(stage.facts) == [.handOver(from: Self.old, to: Self.new)])
        stage.change(0) { $0.successor = Self.new }
        #expect(replacements.tick(stage.facts) == [.start(Self.newer)])
        #expect(replacements.outcome(2, now: Self.now).serving == Self.new)
    }

    @Test mutating func `without room the oldest that is leaving has to make some`() {
        enrol()
        stage.mostLeavingBalancers = 2
        for number in [4, 3] {
            stage.add(
                OperationStage.child(
                    .balancer, number,
                    .draining(until: Self.now, readySince: Self.now, sequel: .rest)))
            stage.change(number) { $0.isMember = false }
        }
        #expect(replacements.tick(stage.facts) == [.hasten(ChildNumber(3))])
        stage.become(3, .stopping(tellAllAt: Self.now, killAt: Self.now, sequel: .rest))
        #expect(replacements.tick(stage.facts) == [] && outcome() == .underWay)
        stage.children[ChildNumber(3)] = nil
        #expect(replacements.tick(stage.facts) == [.start(Self.new)])
    }

    @Test mutating func `none is left when the service ends`() {
        start()
        replacements.cancelled()
        #expect(replacements.isEmpty)
        #expect(outcome() == .failed("was stopped by another request"))
    }
}
