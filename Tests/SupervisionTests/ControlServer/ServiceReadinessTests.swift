import Basics
import Control
import Planning
import Testing

@testable import Supervision

@Suite("Whether the service is ready")
struct ServiceReadinessTests {
    private typealias Child = ServiceReadiness.Child

    private func child(
        _ state: ChildState = .ready, _ role: ChildPlan.Role = .backend, name: String = "web.1"
    ) -> ServiceReadiness.Child { Child(name: name, role: role, state: state) }

    private func answer(
        _ children: [ServiceReadiness.Child], release: Release = .none, isRunning: Bool = true,
        isAdopted: Bool = true
    ) -> ControlReply? {
        ServiceReadiness(
            release: release, isRunning: isRunning, isAdopted: isAdopted, children: children,
            logs: "'lbctl logs'"
        ).answer
    }

    /// What is told where it never will be, or empty.
    private func what(_ reply: ControlReply?) -> String {
        if case .refused(let refusal) = reply { refusal.what } else { "" }
    }

    @Test func `it is when all are, and the balancers know of all`() {
        #expect(answer([child(), child(.ready, .balancer)]) == .done)
        #expect(answer([child()], isAdopted: false) == nil)
        #expect(answer([child(), child(.starting)]) == nil)
        var settling = child(.ready, .other)
        settling.isSettling = true
        #expect(answer([child(), settling]) == nil)
    }

    @Test func `a job that has ended is as good as one that is ready, if it is a job`() {
        for role in [ChildPlan.Role.backend, .balancer, .other] {
            for state in [ChildState.stopped, .done] {
                let reply = answer([child(), child(state, role, name: "x.1")])
                #expect((reply == .done) == (role == .other))
                #expect((what(reply) == "x.1 is not ready") == (role != .other))
            }
        }
    }

    @Test func `one in each state, early, late, tried in vain or far away`() {
        let long = Nanoseconds(Limits.distantStart.count + 1)
        let kinds: [(String, (inout ServiceReadiness.Child) -> Void)] = [
            ("early", { _ in }), ("late", { $0.isLate = true }),
            ("in vain", { $0.isTriedInVain = true }), ("far", { $0.pause = long }),
            ("near", { $0.pause = Limits.distantStart }),
            ("unready", { $0.isUnready = true }),
            ("foreign", { $0.isForeignBalancer = true }),
        ]
        for state in ChildState.allCases {
            for (kind, set) in kinds {
                for role in [ChildPlan.Role.backend, .balancer] {
                    var one = child(state, role)
                    set(&one)
                    let isHopeless =
                        switch state {
                        case .failed, .stopped, .done: true
                        case .starting: ["late", "in vain"].contains(kind)
                        case .backoff:
                            ["late", "in vain", "far", "foreign"].contains(kind)
                                || (kind == "unready" && role == .balancer)
                        case .stopping: kind == "late"
                        case .ready, .paused, .draining: false
                        }
                    let reply = answer([one])
                    #expect((what(reply) == "web.1 is not ready") == isHopeless)
                    #expect((reply == .done) == (state == .ready))
                }
            }
        }
    }

    @Test func `it is told how the first ended, what it said and which share its lot`() {
        var first = child(.failed)
        first.ending = "exited with 1"
        first.lastLines = { ["no such table", "bye"] }
        let others = (2...3).map { child(.failed, name: "web.\($0)") }
        #expect(
            answer([child(name: "web.0"), first] + others)
                == .refused(
                    Refusal(
                        what: "web.1 is not ready",
                        why: "exited with 1\n    no such table\n    bye",
                        advice: "the same goes for web.2, web.3; 'lbctl logs' tells more")))
        #expect(
            answer([child(.stopped)])
                == .refused(
                    Refusal(
                        what: "web.1 is not ready", why: "it was not started",
                        advice: "'lbctl logs' tells more")))
    }

    @Test func `a release is waited for, and what it fails with is told`() {
        let refusal = Refusal(what: "the service is not started", why: "release.1: exited with 1")
        let ending = Refusal(what: "the service is not ready", why: "it is being stopped")
        for isRunning in [true, false] {
            let stops = ControlReply.refused(ending)
            #expect(
                answer([child()], release: .running, isRunning: isRunning)
                    == (isRunning ? nil : stops))
            #expect(
                answer([child()], release: .failed(refusal), isRunning: isRunning)
                    == .refused(refusal))
            for release in [Release.none, .ended] {
                #expect(
                    answer([child()], release: release, isRunning: isRunning)
                        == (isRunning ? .done : stops))
            }
        }
    }
}
