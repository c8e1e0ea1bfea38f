import Basics
import Control
import Testing

@testable import Planning
@testable import Supervision

@Suite("A child's life with its restarts")
struct ChildLifeTests {
    private static let now = Instant(nanoseconds: 1_000_000_000_000)
    private static let limit = Nanoseconds.seconds(60)

    private func life(
        _ lifecycle: Lifecycle = .stopped, rule: RestartRule = .always
    ) -> ChildLife {
        ChildLife(lifecycle, Restarting(rule: rule))
    }

    @Test
    func `is done where the last process has done its work and none follows`() {
        for (rule, state) in [(RestartRule.always, ChildState.backoff), (.onFailure, .done)] {
            for succeeded in [true, false] {
                var life = life(.ready(since: Self.now), rule: rule)
                let action = life.exited(
                    .byItself(succeeded: true), succeeded: succeeded, now: Self.now, chance: 0.5)
                #expect(action == .tell)
                let isDone = succeeded && state == .done
                #expect(life.hasFinished == isDone)
                #expect(life.state == (state == .done && !succeeded ? .stopped : state))
                life.began()
                #expect(!life.hasFinished)
            }
        }
    }

    @Test
    func `counts a start as a restart where its end was not planned`() {
        var life = life(.ready(since: Self.now))
        _ = life.exited(.byItself(succeeded: false), succeeded: false, now: Self.now, chance: 0)
        #expect(life.restarting.count == 0)
        life.spawned(limit: Self.limit, now: Self.now)
        #expect(life.restarting.count == 1)
        #expect(life.lifecycle == .starting(deadline: Self.now + Self.limit))
        var successor = self.life()
        successor.inherited(from: life)
        #expect(successor.restarting == life.restarting && successor.lifecycle == .stopped)
    }

    @Test
    func `waits longer each time that something is short, and is never given up for it`() {
        var life = life()
        for row in 1...10 {
            let action = life.wasBlocked(limit: Self.limit, now: Self.now, chance: 0.5)
            #expect(action == .tell)
            let wait = Restarting.backoff(row: row, chance: 0.5)
            #expect(life.lifecycle == .backoff(until: Self.now + wait))
        }
    }

    @Test
    func `forgives earlier crashes where it is started by hand`() {
        var life = life()
        for _ in 0...Restarting.crashesAllowed {
            life.spawned(limit: Self.limit, now: Self.now)
            _ = life.exited(.byItself(succeeded: false), succeeded: false, now: Self.now, chance: 0)
        }
        #expect(life.lifecycle == .failed)
        life.forgave()
        life.spawned(limit: Self.limit, now: Self.now)
        _ = life.exited(.byItself(succeeded: false), succeeded: false, now: Self.now, chance: 0)
        #expect(life.state == .backoff)
    }

    @Test
    func `goes by its plan's rule, and by the next plan's when that has come`() {
        var plan = ChildPlan(
            name: "web.1", type: "web", role: .backend, port: 0, words: ["x"], rule: .never,
            restartDelay: nil)
        var life = ChildLife(plan)
        plan.rule = .always
        plan.restartDelay = .seconds(5)
        for isNew in [false, true] {
            if isNew { life.planChanged(to: plan) }
            life.spawned(limit: Self.limit, now: Self.now)
            _ = life.exited(.killed(restarts: true), succeeded: false, now: Self.now, chance: 0)
            #expect(life.lifecycle == (isNew ? .backoff(until: Self.now + .seconds(5)) : .stopped))
        }
    }
}
