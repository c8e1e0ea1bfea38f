import Basics
import Control
import Testing

@testable import Planning
@testable import Supervision

@Suite("What a change of the service does to each child")
struct ChangePlanTests {
    private func plan(
        _ name: String, _ role: ChildPlan.Role = .backend, port: UInt16 = 3000, word: String = "x"
    ) -> ChildPlan {
        let type = String(name.prefix { $0 != "." })
        return ChildPlan(
            name: name, type: type, role: role, port: port, words: [ByteString(word)],
            rule: .always, restartDelay: nil)
    }

    private func present(_ plans: [ChildPlan], stopped: Set<Int> = []) -> [ChangePlan.Present] {
        plans.enumerated().map { index, plan in
            ChangePlan.Present(
                child: ChildNumber(index), plan: plan, isStopped: stopped.contains(index))
        }
    }

    private func items(
        from old: [ChildPlan], to new: [ChildPlan], stopped: Set<Int> = []
    ) -> [ChangePlan.Item] {
        ChangePlan(Difference(from: old, to: new), present(old, stopped: stopped), new).items
    }

    @Test func `what is new starts first, and the last ones go first`() {
        let old = (1...3).map { plan("web.\($0)", port: UInt16(3000 + $0)) }
        let new = [old[0], plan("api.1", port: 3010), plan("api.2", port: 3011)]
        #expect(
            items(from: old, to: new) == [
                .add(new[1]), .add(new[2]), .remove(ChildNumber(2)), .remove(ChildNumber(1)),
                .keep(ChildNumber(0), as: new[0]),
            ])
    }

    @Test func `programs are started anew at once, then backends roll, then balancers`() {
        let old = [
            plan("balancer", .balancer), plan("web.1", port: 3001), plan("web.2", port: 3002),
            plan("worker.1", .other, port: 0),
        ]
        let new = old.map { plan($0.name, $0.role, port: $0.port, word: "y") }
        #expect(
            items(from: old, to: new) == [
                .renew(ChildNumber(3), to: new[3], isRolling: false, .changed),
                .renew(ChildNumber(1), to: new[1], isRolling: true, .changed),
                .renew(ChildNumber(2), to: new[2], isRolling: true, .changed),
                .renew(ChildNumber(0), to: new[0], isRolling: true, .replaced),
            ])
    }

    @Test func `what was stopped stays stopped, unless it is a program of no port`() {
        let old = [
            plan("balancer", .balancer), plan("web.1", port: 3001),
            plan("worker.1", .other, port: 0),
        ]
        let new = old.map { plan($0.name, $0.role, port: $0.port, word: "y") }
        #expect(
            items(from: old, to: new, stopped: [0, 1, 2]) == [
                .adapt(ChildNumber(0), to: new[0]), .adapt(ChildNumber(1), to: new[1]),
                .renew(ChildNumber(2), to: new[2], isRolling: false, .changed),
            ])
    }

    @Test func `a balancer keeps the port that its sockets have`() {
        let old = [plan("balancer", .balancer, port: 8080)]
        for word in ["x", "y"] {
            let new = [plan("balancer", .balancer, port: 9090, word: word)]
            var kept = new[0]
            kept.port = 8080
            let expected: ChangePlan.Item =
                word == "x"
                ? .keep(ChildNumber(0), as: kept)
                : .renew(ChildNumber(0), to: kept, isRolling: true, .replaced)
            #expect(items(from: old, to: new) == [expected])
        }
    }

    @Test func `releases that are new or have changed run before all else`() {
        let type = ChildPlan.releaseType
        let old = [plan("\(type).1", .other, port: 0), plan("web.1")]
        for (word, isRun) in [("x", false), ("y", true)] {
            let new = [plan("\(type).1", .other, port: 0, word: word), plan("web.1", word: "y")]
            let found = ChangePlan.releases(
                Difference(from: old, to: new), present(old), new)
            #expect(
                found
                    == (isRun
                        ? [.renew(ChildNumber(0), to: new[0], isRolling: false, .changed)] : []))
        }
        let added = ChangePlan.releases(
            Difference(from: [old[1]], to: old), present([old[1]]), old)
        #expect(added == [.add(old[0])])
    }

    @Test func `what is kept is told from the rest`() {
        let old = [plan("web.1", port: 3001), plan("web.2", port: 3002)]
        let found = items(from: old, to: [old[0], plan("web.2", port: 3002, word: "y")])
        #expect(found.map(\.isKept) == [false, true])
    }
}
