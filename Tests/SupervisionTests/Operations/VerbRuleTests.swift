import Basics
import Control
import Planning
import Testing

@testable import Supervision

@Suite("What a verb does to one child")
struct VerbRuleTests {
    /// What comes of a verb for a child in a state.
    private enum Result: Equatable {
        /// It is said at once, and this is done.
        case said(String, ChildAct? = nil)
        case impossible(String)
        case done(ChildAct)
        case replaced
    }

    private func result(
        _ verb: ServiceVerb, _ child: ChildFacts, setting: Setting? = nil, waits: Bool = false
    ) -> Result {
        let step = verb.step(waits: waits, setting: setting)
        let rule = verb.rule
        if let needless = rule.needless(step, child) { return .said(needless.words, needless.act) }
        if let obstacle = rule.obstacle(child) { return .impossible(obstacle) }
        return rule.replaces(child) ? .replaced : .done(rule.act(step, child))
    }

    /// An example of what a verb gives a child; a weight where it gives nothing.
    private static func setting(_ verb: ServiceVerb) -> Setting {
        switch verb.setting {
        case .weight, nil: .weight(3)
        case .latency: .latency(.milliseconds(20))
        case .errorRate: .errorRate(.whole)
        case .algorithm: .algorithm(.hash)
        }
    }

    @Test(arguments: OperationStage.lifecycles)
    func `every verb in every state is done, needless or impossible`(lifecycle: Lifecycle) {
        let child = OperationStage.child(.backend, 0, lifecycle)
        let phrase = child.state.phrase
        let serves = [.ready, .paused].contains(child.state)
        for verb in ServiceVerb.allCases {
            let expected: Result
            switch (verb, child.state) {
            case (.stop, .stopped), (.stop, .failed), (.start, .ready), (.pause, .paused):
                expected = .said("\(phrase) already")
            case (.stop, _): expected = .done(.end(then: .rest))
            case (.start, .starting): expected = .said("is starting already")
            case (.start, .paused):
                expected = .said("runs already, but is paused: 'resume' lets it go on")
            case (.start, _): expected = .done(.start)
            case (.restart, _): expected = .done(.end(then: .start))
            case (.pause, .ready): expected = .done(.pause)
            case (.pause, _): expected = .impossible("\(phrase): there is nothing to pause")
            case (.resume, .ready): expected = .said("is not paused")
            case (.resume, .paused): expected = .done(.resume)
            case (.resume, _): expected = .impossible("\(phrase): there is nothing to resume")
            case (.drain, _):
                expected =
                    serves
                    ? .done(.withdraw)
                    : .said("\(phrase); it stays drained when it is ready", .keepWithdrawn(true))
            case (.undrain, _): expected = .said("is not drained")
            case (.weight, _), (.algorithm, _): expected = .done(.set(Self.setting(verb)))
            case (.slow, _), (.fail, _):
                let setting = Self.setting(verb)
                expected =
                    lifecycle.hasProcess
                    ? .done(.set(setting))
                    : .said("\(phrase); \(setting.words) from its next start on", .set(setting))
            }
            #expect(result(verb, child, setting: Self.setting(verb)) == expected)
        }
    }

    @Test(arguments: OperationStage.lifecycles)
    func `one that is drained comes back, or is to when it is ready`(lifecycle: Lifecycle) {
        var child = OperationStage.child(.backend, 0, lifecycle)
        child.isWithdrawn = true
        let later = Result.said(
            "\(child.state.phrase); it is chosen again as soon as it is ready",
            .keepWithdrawn(false))
        let serves = [.ready, .paused].contains(child.state)
        #expect(result(.undrain, child) == (serves ? .done(.restore) : later))
    }

    @Test(arguments: ServiceVerb.allCases)
    func `one that is on its way out is ended or paused alone`(verb: ServiceVerb) {
        var child = OperationStage.child()
        child.isWithdrawn = verb == .undrain
        child.isMember = false
        if verb == .resume { child.lifecycle = .paused(readySince: OperationStage.now) }
        if verb == .start { child.lifecycle = .stopped }
        let goes = [.stop, .pause, .resume].contains(verb)
        #expect((result(verb, child) == .impossible("is on its way out")) == !goes)
    }

    @Test func `a balancer that serves is replaced, and one that does not is started anew`() {
        for lifecycle in OperationStage.lifecycles {
            let child = OperationStage.child(.balancer, 0, lifecycle)
            let serves = [.ready, .paused].contains(child.state)
            #expect((result(.restart, child) == .replaced) == serves)
            #expect(!ServiceVerb.restart.rule.replaces(OperationStage.child(.other, 0, lifecycle)))
        }
    }

    @Test func `a start that waits joins one that is under way`() {
        let child = OperationStage.child(.backend, 0, .starting(deadline: OperationStage.now))
        #expect(result(.start, child, waits: true) == .done(.start))
        for verb in ServiceVerb.allCases {
            #expect(verb.rule.joins(verb.step(waits: true), child) == (verb == .start))
            #expect(!verb.rule.joins(verb.step(waits: false), child))
        }
    }

    @Test func `a weight that it has already is not set again`() {
        let child = OperationStage.child()
        #expect(result(.weight, child, setting: .weight(1)) == .said("weight is 1 already"))
        #expect(result(.weight, child, setting: .weight(0)) == .done(.set(.weight(0))))
    }

    @Test func `what a child has already is not set again`() {
        var child = OperationStage.child()
        child.settings.faults = EchoFaults(latency: Nanoseconds(0), errorRate: .whole)
        #expect(
            result(.slow, child, setting: .latency(Nanoseconds(0)))
                == .said("answers at once already"))
        #expect(
            result(.fail, child, setting: .errorRate(.whole))
                == .said("fails 100% of its requests already"))
        var balancer = OperationStage.child(.balancer)
        balancer.settings.algorithm = .random
        #expect(
            result(.algorithm, balancer, setting: .algorithm(.random)) == .said("random already"))
        #expect(
            result(.algorithm, balancer, setting: .algorithm(.hash))
                == .done(.set(.algorithm(.hash))))
    }

    @Test func `what is gone already counts as removed`() {
        let rule = ServiceVerb.stop.rule
        for lifecycle in [Lifecycle.stopped, .failed] {
            let child = OperationStage.child(.backend, 0, lifecycle)
            #expect(
                rule.needless(ServiceVerb.stop.step(change: .removed), child)?.words == "removed")
        }
    }

    @Test func `verbs of the balanced, and those that bring processes up, are these`() {
        for verb in ServiceVerb.allCases {
            let isOfBalanced = [.drain, .undrain, .weight].contains(verb)
            #expect((verb.rule.scope == .balanced) == isOfBalanced)
            #expect((verb.rule.scope == .echoes) == [.slow, .fail].contains(verb))
            #expect((verb.rule.scope == .balancers) == (verb == .algorithm))
            #expect(verb.rule.starts == [.start, .restart].contains(verb))
            #expect((verb.rule.atFailure != nil) == (verb == .drain))
            #expect(
                (verb.rule.awaits == .process) == [.stop, .start, .restart, .drain].contains(verb))
        }
        var child = OperationStage.child()
        for verb in ServiceVerb.allCases {
            child.weight = 0
            #expect(verb.rule.withdraws(child) == [.drain, .weight].contains(verb))
            child.weight = 1
            #expect(verb.rule.withdraws(child) == (verb == .drain))
        }
    }
}
