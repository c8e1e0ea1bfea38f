import Basics
import Control
import Planning

@testable import Supervision

/// Facts for tests of what decides by them.
struct OperationStage {
    static let now = Instant(nanoseconds: 1_000_000_000_000)

    var now = OperationStage.now
    var children: [ChildNumber: ChildFacts] = [:]
    var rosterVersion: UInt64 = 7
    var adopted: UInt64? = 7
    var hasChoice = true
    var inHand: UInt64 = 0
    var unit = WorkUnit.request
    var mostLeavingBalancers = 5

    /// One child of each number, ready.
    init(_ role: ChildPlan.Role = .backend, _ numbers: Int...) {
        for number in numbers { add(Self.child(role, number)) }
    }

    static func child(
        _ role: ChildPlan.Role = .backend, _ number: Int = 0,
        _ lifecycle: Lifecycle = .ready(since: now), isRelease: Bool = false
    ) -> ChildFacts {
        let type =
            switch role {
            case .backend: "web"
            case .balancer: "balancer"
            case .other, .admin: isRelease ? ChildPlan.releaseType : "worker"
            }
        var child = ChildFacts(
            child: ChildNumber(number), name: "\(type).\(number)", port: UInt16(3000 + number),
            role: role, type: type, isRelease: isRelease)
        child.lifecycle = lifecycle
        child.generation = 4
        child.pid = lifecycle.hasProcess ? Int32(100 + number) : 0
        child.ending = "exited with 1"
        return child
    }

    mutating func add(_ child: ChildFacts) { children[child.child] = child }

    mutating func change(_ number: Int, _ body: (inout ChildFacts) -> Void) {
        guard var child = children[ChildNumber(number)] else { return }
        body(&child)
        children[ChildNumber(number)] = child
    }

    mutating func become(_ number: Int, _ lifecycle: Lifecycle) {
        change(number) { $0.lifecycle = lifecycle }
    }

    /// A new process is there.
    mutating func renew(_ number: Int, _ lifecycle: Lifecycle) {
        change(number) { child in
            child.generation += 1
            child.lifecycle = lifecycle
        }
    }

    var facts: ServiceFacts {
        let children = children
        let inHand = inHand
        return ServiceFacts(
            now: now, unit: unit, drainLimit: .seconds(30), rosterVersion: rosterVersion,
            adopted: adopted, hasChoice: hasChoice, mostLeavingBalancers: mostLeavingBalancers,
            child: { children[$0] }, inHand: { _ in inHand },
            leavingBalancers: {
                children.values.filter { $0.role == .balancer && !$0.isMember && $0.pid != 0 }
            })
    }

    /// A lifecycle for each state that it can have, with each sequel.
    static let lifecycles: [Lifecycle] =
        [
            .stopped, .starting(deadline: now), .ready(since: now), .paused(readySince: now),
            .backoff(until: now), .failed,
        ]
        + [Lifecycle.Sequel.rest, .start, .asRuled].flatMap { sequel -> [Lifecycle] in
            [
                .draining(until: now, readySince: now, sequel: sequel),
                .stopping(tellAllAt: now, killAt: now, sequel: sequel),
                .stoppingRest(tellAllAt: now, killAt: now, sequel: sequel),
            ]
        }
}

extension ServiceVerb {
    /// The verb for one child of the stage.
    func step(
        _ number: Int = 0, waits: Bool = false, isRolling: Bool = false, setting: Setting? = nil,
        change: ServiceChange? = nil
    ) -> OperationStep {
        OperationStep(
            child: ChildNumber(number), name: "child.\(number)", verb: self, waits: waits,
            isRolling: isRolling, setting: setting, change: change)
    }
}
