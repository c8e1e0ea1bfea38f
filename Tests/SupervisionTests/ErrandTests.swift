import Basics
import Control
import Testing

@testable import Planning
@testable import Supervision

@Suite("What has become of an order")
struct ErrandTests {
    private static let now = Instant(nanoseconds: 1_000_000_000_000)
    private static let later = now + .seconds(3)

    private func child(_ role: ChildPlan.Role = .backend) -> SupervisedChild {
        let child = SupervisedChild(
            index: 0,
            plan: ChildPlan(
                name: "web.1", type: "web", role: role, port: 3000, words: ["x"], rule: .always,
                restartDelay: nil))
        child.record = ProcessRecord(generation: 4, ending: "exited with 1")
        return child
    }

    private func put(_ child: SupervisedChild, in lifecycle: Lifecycle) {
        child.life = ChildLife(lifecycle, child.life.restarting)
    }

    /// Another process of it was started.
    private func startAnew(_ child: SupervisedChild, readyAfter: Nanoseconds? = nil) {
        child.record = ProcessRecord(
            generation: 5, readyAfter: readyAfter, ending: "exited with 1")
    }

    private func errand(
        _ verb: ServiceVerb, _ child: SupervisedChild, waits: Bool = false, version: UInt64? = nil
    ) -> Errand {
        Errand(
            child: child, verb: verb, waits: waits, generation: child.generation,
            begunAt: Self.now, version: version)
    }

    private func outcome(_ errand: Errand, adopted: UInt64? = nil) -> Errand.Outcome {
        errand.outcome(now: Self.later, adopted: adopted)
    }

    @Test
    func `is a stop once there is no process`() {
        let child = child()
        let errand = errand(.stop, child)
        for sequel in [Lifecycle.Sequel.rest, .start] {
            put(child, in: .stopping(tellAllAt: Self.later, killAt: Self.later, sequel: sequel))
            #expect(outcome(errand) == .underWay)
            // Its leader is gone, and that is not all.
            put(
                child,
                in: .stoppingRest(tellAllAt: Self.later, killAt: Self.later, sequel: sequel))
            #expect(outcome(errand) == .underWay)
        }
        put(child, in: .stopped)
        #expect(outcome(errand) == .done("stopped after 3.0 s"))
    }

    @Test
    func `is no stop where somebody else wants it to run`() {
        let child = child()
        let errand = errand(.stop, child)
        for state in [Lifecycle.ready(since: Self.now), .backoff(until: Self.now)] {
            put(child, in: state)
            guard case .failed = outcome(errand) else {
                Issue.record("\(state) counts as stopped")
                continue
            }
        }
        startAnew(child)
        put(child, in: .stopped)
        #expect(outcome(errand) == .failed("was started again by somebody else"))
    }

    @Test(arguments: [ServiceVerb.start, .restart])
    func `is a start once there is a new process, or once that is ready`(verb: ServiceVerb) {
        let child = child()
        let quick = errand(verb, child)
        let patient = errand(verb, child, waits: true)
        put(child, in: .backoff(until: Self.now))
        #expect(outcome(quick) == .underWay)
        startAnew(child)
        put(child, in: .starting(deadline: Self.later))
        #expect(outcome(quick) == .done("\(verb.word)ed after 3.0 s"))
        #expect(outcome(patient) == .underWay)
        put(child, in: .ready(since: Self.later))
        // As the event says it: from the start of the process.
        startAnew(child, readyAfter: .milliseconds(5))
        #expect(outcome(patient) == .done("\(verb.word)ed, ready after 5.00 ms"))
        startAnew(child)
        for state in [Lifecycle.backoff(until: Self.later), .failed, .stopped] {
            put(child, in: state)
            #expect(outcome(patient) == .failed("is not ready: exited with 1"))
        }
    }

    @Test
    func `is a start of a program that did its work and ended`() {
        let child = child(.other)
        let errand = errand(.start, child, waits: true)
        startAnew(child)
        put(child, in: .stopped)
        #expect(outcome(errand) == .done("started; exited with 1"))
    }

    @Test
    func `is no restart where somebody else stopped it`() {
        let child = child()
        let errand = errand(.restart, child)
        put(child, in: .stopping(tellAllAt: Self.later, killAt: Self.later, sequel: .start))
        #expect(outcome(errand) == .underWay)
        for sequel in [Lifecycle.Sequel.rest, .start] {
            put(
                child,
                in: .stoppingRest(tellAllAt: Self.later, killAt: Self.later, sequel: sequel))
            let isAnew = sequel == .start
            #expect(
                outcome(errand) == (isAnew ? .underWay : .failed("is stopped by somebody else")))
        }
        put(child, in: .stopping(tellAllAt: Self.later, killAt: Self.later, sequel: .rest))
        #expect(outcome(errand) == .failed("is stopped by somebody else"))
        put(child, in: .stopped)
        #expect(outcome(errand) == .failed("was stopped by somebody else"))
    }

    @Test
    func `is a pause once every balancer knows of it`() {
        let child = child()
        let errand = errand(.pause, child, version: 7)
        func soon(_ adopted: UInt64?) -> Errand.Outcome {
            errand.outcome(now: Self.now + .milliseconds(5), adopted: adopted)
        }
        #expect(soon(6) == .underWay)
        #expect(soon(7) == .done("paused; out of rotation after 5.00 ms"))
        #expect(soon(nil) == .done("paused"))
        #expect(self.errand(.resume, child).outcome(now: Self.now, adopted: 9) == .done("goes on"))
    }

    @Test
    func `says at once where there is nothing to do`() {
        for verb in ServiceVerb.allCases {
            for state in ChildState.allCases {
                let words = Supervisor.already(verb, state)
                switch (verb, state) {
                case (.stop, .stopped), (.stop, .failed), (.start, .ready), (.start, .starting),
                    (.start, .paused), (.pause, .paused), (.resume, .ready):
                    #expect(words != nil)
                case (.stop, _), (.start, _), (.restart, _), (.pause, _), (.resume, _),
                    (.drain, _), (.undrain, _), (.weight, _):
                    #expect(words == nil)
                }
            }
        }
    }

    @Test
    func `is looked at more and more seldom while it drains`() {
        var drain = Drain(version: 3, now: Self.now)
        #expect(drain.nextLook == Self.now)
        var last = Nanoseconds(0)
        for _ in 0..<20 {
            drain.looked(now: Self.now)
            let wait = drain.nextLook.since(Self.now)
            #expect(wait >= last && wait <= Drain.longest)
            last = wait
        }
        #expect(last == Drain.longest)
    }
}
