import Basics
import Control
import Kernel
import Testing

@testable import Planning
@testable import Supervision

@Suite("A supervised child")
struct SupervisedChildTests {
    private static let now = Instant(nanoseconds: 1_000_000_000_000)

    private func plan(_ role: ChildPlan.Role = .backend, _ name: String = "web.1") -> ChildPlan {
        ChildPlan(
            name: name, type: "web", role: role, port: 3000, words: ["x"], rule: .always,
            restartDelay: nil)
    }

    @Test
    func `is as its next plan says from its next start on`() {
        let child = SupervisedChild(index: 0, plan: plan())
        var next = plan(.backend, "api.1")
        next.rule = .never
        child.plans.changed(to: next)
        #expect(child.name == "web.1" && child.life.restarting.rule == .always)
        child.began(with: EnvironmentFile(), now: Self.now)
        #expect(child.name == "api.1" && child.life.restarting.rule == .never)
        #expect(child.plans.nameBytes == Array("api.1".utf8) && child.plans.next == nil)
        #expect(child.plans.environment == EnvironmentFile())
        child.plans.changed(to: plan())
        child.plans.changeWithdrawn()
        child.adoptNextPlan()
        #expect(child.name == "api.1")
    }

    @Test
    func `begins each start with a clean record`() {
        let child = SupervisedChild(index: 0, plan: plan(), generation: 6)
        let isNews = [false, false].map { child.standing.judged(isUp: $0) }
        #expect(isNews == [true, false])
        child.record = ProcessRecord(generation: 6, readyAfter: .milliseconds(1), ending: "x")
        child.began(with: EnvironmentFile(), now: Self.now)
        #expect(child.generation == 7 && child.record.readyAfter == nil)
        #expect(child.record.ending == "x")
        #expect(child.standing.isUp)
        #expect(child.attempts.state == .trying(since: Self.now))
    }

    @Test
    func `keeps apart two of a name while one takes over from the other`() {
        let old = SupervisedChild(index: 0, plan: plan(.balancer, "balancer"), generation: 3)
        let new = SupervisedChild(index: 1, plan: plan(.balancer, "balancer"))
        new.becameSuccessor(of: old)
        #expect(new.name == "balancer.new" && new.generation == 3 && !new.membership.isMember)
        new.membership.tookOver()
        old.membership.removed(for: new)
        #expect(new.name == "balancer" && new.membership.isMember)
        #expect(old.name == "balancer.old" && old.membership.heir === new)
        old.membership.forgotten()
        #expect(old.membership.heir == nil)
        let backend = SupervisedChild(index: 2, plan: plan())
        backend.membership.removed()
        #expect(backend.name == "web.1" && backend.membership.isParting)
    }

    @Test
    func `is awaited by no request where nothing new goes to it`() {
        func child(_ event: (SupervisedChild) -> Void) -> SupervisedChild {
            let child = SupervisedChild(index: 0, plan: plan())
            child.life = ChildLife(.backoff(until: Self.now), child.life.restarting)
            event(child)
            return child
        }
        #expect(child { _ in }.returns == Self.now)
        #expect(child { $0.standing.withdrawn() }.returns == .never)
        #expect(child { $0.standing.weighed(0) }.returns == .never)
        #expect(child { $0.membership.removed() }.returns == .never)
        let back = child {
            $0.standing.withdrawn()
            $0.standing.broughtBack()
        }
        #expect(back.returns == Self.now)
    }

    @Test
    func `is told of as draining where it is ready and drained`() {
        for lifecycle in [Lifecycle.ready(since: Self.now), .starting(deadline: Self.now)] {
            let child = SupervisedChild(index: 0, plan: plan())
            child.life = ChildLife(lifecycle, child.life.restarting)
            #expect(child.fact == lifecycle.fact && child.state == lifecycle.state)
            child.standing.withdrawn()
            let isReady = lifecycle.state == .ready
            #expect(child.fact == (isReady ? .draining : lifecycle.fact))
            #expect(child.state == (isReady ? .draining : lifecycle.state))
        }
    }

    @Test
    func `is called by its name, port and pid, as far as it has them`() {
        var plain = plan(.other)
        plain.port = 0
        #expect(SupervisedChild(index: 0, plan: plain).title == "web.1")
        #expect(SupervisedChild(index: 0, plan: plan()).title == "web.1 (port 3000)")
        #expect(
            SupervisedChild(index: 0, plan: plan()).title(pid: 7) == "web.1 (port 3000, pid 7)")
        let mark = LineageMark(owner: ThisProcess.pid, number: 5)
        #expect(SupervisedChild(index: 4, plan: plain).mark == mark)
    }

    @Test
    func `is looked for at its port, and where it was seen until its next start`() {
        let child = SupervisedChild(index: 0, plan: plan())
        let before = child.reachedAt
        #expect(before.hasSuffix(":3000"))
        child.accepted(at: .loopback6(port: 3000))
        #expect(child.reachedAt == "[::1]:3000")
        child.began(with: EnvironmentFile(), now: Self.now)
        #expect(child.reachedAt == before)
        // lb-echo listens where it is told to.
        var echo = plan()
        echo.words = ["lb-echo"]
        #expect(SupervisedChild(index: 0, plan: echo).reachedAt == "127.0.0.1:3000")
    }
}
