import Control
import Planning
import Testing

@testable import Supervision

@Suite("What an order means")
struct ServiceOrderStepsTests {
    private let members = [
        OperationStage.child(.balancer, 0), OperationStage.child(.backend, 1),
        OperationStage.child(.backend, 2), OperationStage.child(.other, 3),
    ]

    private func steps(_ order: ServiceOrder) throws(Refusal) -> [OperationStep] {
        try order.steps(members: members) { targets throws(Refusal) in
            let found = members.filter { child in
                targets.contains { ["all", child.name, child.type].contains($0) }
            }
            if found.isEmpty { throw Refusal(what: "nothing was done", why: "no such child") }
            return found
        }
    }

    private func why(_ order: ServiceOrder) -> Refusal? {
        do throws(Refusal) {
            _ = try steps(order)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: ServiceVerb.allCases)
    func `'all' is all of those for which the verb is made`(verb: ServiceVerb) throws {
        let order = ServiceOrder(verb, targets: ["all"])
        let names =
            switch verb.rule.scope {
            case .all, .echoes: members.map(\.name)
            case .balanced: ["web.1", "web.2"]
            case .balancers: ["balancer.0"]
            }
        #expect(try steps(order).map(\.name) == names)
        #expect(try steps(order).allSatisfy { $0.verb == verb && !$0.waits && !$0.isRolling })
    }

    @Test func `one that rolls waits until it is ready`() throws {
        for (waits, isRolling) in [(false, false), (true, false), (false, true), (true, true)] {
            let order = ServiceOrder(
                .restart, targets: ["web"], isRolling: isRolling, waits: waits)
            #expect(try steps(order).allSatisfy { $0.waits == (waits || isRolling) })
            #expect(try steps(order).allSatisfy { $0.isRolling == isRolling })
        }
    }

    @Test func `what is said last of one counts`() throws {
        let order = ServiceOrder(
            .weight, targets: ["web", "web.1"], settings: [.weight(2), .weight(5)])
        let found = try steps(order)
        #expect(found.map(\.name) == ["web.2", "web.1"])
        #expect(found.map(\.setting) == [.weight(2), .weight(5)])
    }

    @Test(arguments: [ServiceVerb.drain, .undrain, .weight])
    func `what is not balanced is refused by name, and what is is named`(verb: ServiceVerb) {
        #expect(
            why(ServiceOrder(verb, targets: ["web.1", "worker.3"]))
                == Refusal(
                    what: "nothing was done",
                    why: "worker.3 is not one of those that are balanced",
                    advice: "these are web.1, web.2"))
    }

    @Test func `what can't be told to be slow is refused, and passed over where all are meant`()
        throws
    {
        let slow = Setting.latency(.milliseconds(20))
        func steps(_ target: String, able: [String]) throws(Refusal) -> [String] {
            var members = members
            for index in members.indices where !able.contains(members[index].name) {
                let name = members[index].name
                members[index].settings.obstacle = { _ in
                    (words: "\(name) is no lb-echo", advice: "x")
                }
            }
            let order = ServiceOrder(.slow, targets: [target], settings: [slow])
            return try order.steps(members: members) { targets in
                members.filter { targets.contains($0.name) || targets == ["all"] }
            }.map(\.name)
        }
        #expect(try steps("all", able: ["web.2", "worker.3"]) == ["web.2", "worker.3"])
        #expect(try steps("web.2", able: ["web.2"]) == ["web.2"])
        #expect(
            throws: Refusal(what: "nothing was done", why: "web.1 is no lb-echo", advice: "x")
        ) { try steps("web.1", able: ["web.2"]) }
        #expect(throws: Refusal.self) { try steps("all", able: []) }
    }

    @Test func `an algorithm is for lbctl's own balancers, and refused as at their start`() throws {
        let order = ServiceOrder(.algorithm, targets: ["x"], settings: [.algorithm(.hash)])
        #expect(try steps(order).map(\.name) == ["balancer.0"])
        var members = members
        members[0].settings.obstacle = { _ in (words: "no", advice: "because") }
        #expect(throws: Refusal(what: "nothing was done", why: "no", advice: "because")) {
            try order.steps(members: members) { _ in [] }
        }
        #expect(throws: Refusal.self) {
            try order.steps(members: [members[1]]) { _ in [] }
        }
    }

    @Test func `nothing balanced is nothing to do`() {
        let order = ServiceOrder(.drain, targets: ["all"])
        var refusal: Refusal?
        do throws(Refusal) {
            _ = try order.steps(members: []) { _ throws(Refusal) in [members[0]] }
        } catch {
            refusal = error
        }
        #expect(refusal?.why == "there is nothing that is balanced")
        #expect(why(ServiceOrder(.stop, targets: ["x"]))?.why == "no such child")
    }

    @Test func `a release that is done is spared by 'all' alone`() {
        var release = OperationStage.child(.other, 4, .stopped, isRelease: true)
        for verb in ServiceVerb.allCases {
            for (targets, isMeant) in [
                (["all"], false), (["all", "release"], true), (["release.4", "all"], true),
                (["release"], true),
            ] {
                let order = ServiceOrder(verb, targets: targets)
                release.hasFinished = true
                #expect(order.spares(release) == (verb.rule.starts && !isMeant))
                release.hasFinished = false
                #expect(!order.spares(release))
                #expect(!order.spares(members[3]))
            }
        }
    }
}
