import Basics
import Control
import Kernel
import Scoreboard
import Testing

@testable import Planning
@testable import Supervision

@Suite("The table of children")
struct ProcessTableTests {
    private func plan(_ name: String, _ role: ChildPlan.Role = .backend) -> ChildPlan {
        let type = String(name.prefix { $0 != "." })
        return ChildPlan(
            name: name, type: type, role: role, port: 0, words: ["x"], rule: .always,
            restartDelay: nil)
    }

    private func add(
        _ name: String, _ role: ChildPlan.Role = .backend, to table: inout ProcessTable
    ) -> SupervisedChild {
        let child = table.enrol(plan(name, role)) { _ in BackendTotals() }
        table.append(child)
        return child
    }

    @Test
    func `gives no child another's seat or place, whatever comes and goes`() {
        var table = ProcessTable(backends: 5)
        var living: [SupervisedChild] = []
        var seats: Set<Int> = []
        var word: UInt64 = 88_172_645_463_325_252
        for round in 0..<2000 {
            word ^= word << 13
            word ^= word >> 7
            word ^= word << 17
            let isFull = table.freeSlots == 0
            if living.isEmpty || (!isFull && word % 3 > 0) {
                let isBackend = word % 4 > 0
                let child = add("w.\(round)", isBackend ? .backend : .other, to: &table)
                #expect(seats.insert(child.index).inserted)
                living.append(child)
            } else {
                let gone = living.remove(at: Int(word / 3 % UInt64(living.count)))
                gone.record = ProcessRecord(generation: UInt64(round))
                table.forget([gone]) { _ in BackendTotals() }
                #expect(table[gone.number] == nil)
            }
            #expect(table.children.map(\.index) == living.map(\.index))
            let backends = living.filter(\.isBalanced)
            #expect(table.freeSlots == table.slotCapacity - backends.count)
            for child in backends {
                #expect(table.backend(at: child.standing.slot) === child)
                #expect(table[child.number] === child)
            }
            if living.count > 20 {
                table.forget([living.removeFirst()]) { _ in BackendTotals() }
            }
        }
    }

    @Test
    func `goes on counting where the last one at a place has ended`() {
        var table = ProcessTable(backends: 1)
        let first = add("w.1", to: &table)
        first.record = ProcessRecord(generation: 7)
        table.forget([first]) { _ in BackendTotals() }
        var earlier = BackendTotals()
        earlier.requests = 3
        let next = table.enrol(plan("w.2")) { _ in earlier }
        #expect(next.generation == 7 && next.standing.earlier.requests == 3)
        #expect(next.standing.slot == first.standing.slot && next.index == first.index + 1)
    }

    @Test
    func `keeps the order in which people see them`() {
        var table = ProcessTable(backends: 8)
        let balancer = add("balancer", .balancer, to: &table)
        let web = add("web.1", to: &table)
        _ = add("job", .other, to: &table)
        let more = table.enrol(plan("web.2")) { _ in BackendTotals() }
        table.insert(more)
        #expect(table.children.map(\.name) == ["balancer", "web.1", "web.2", "job"])
        // One that is on its way out is no sign where a new one belongs.
        more.membership.removed()
        let third = table.enrol(plan("web.3")) { _ in BackendTotals() }
        table.insert(third)
        #expect(table.children.map(\.name) == ["balancer", "web.1", "web.3", "web.2", "job"])
        #expect(table.members.map(\.name) == ["balancer", "web.1", "web.3", "job"])
        let heir = add("balancer", .balancer, to: &table)
        heir.becameSuccessor(of: balancer)
        #expect(table.children.last === heir && table.balancers.count == 2)
        heir.membership.tookOver()
        balancer.membership.removed(for: heir)
        table.handedOver(from: balancer, to: heir)
        #expect(table.children.map(\.name).prefix(3) == ["balancer", "balancer.old", "web.1"])
        table.forget([balancer]) { _ in BackendTotals() }
        #expect(balancer.membership.heir == nil && table.children.first === heir)
        #expect(table[web.number] === web)
    }

    @Test
    func `finds what words mean, and by its name alone what is on its way out`() throws {
        var table = ProcessTable(backends: 8)
        let parting = add("web.1", to: &table)
        let web = add("web.2", to: &table)
        _ = add("job", .other, to: &table)
        parting.membership.removed()
        #expect(try table.select(["web"]).map(\.name) == ["web.2"])
        #expect(try table.select(["all"]).map(\.name) == ["web.2", "job"])
        #expect(try table.select(["web.1", "web"]).map(\.name) == ["web.1", "web.2"])
        #expect(throws: Refusal.self) { try table.select(["web", "nowhere"]) }
        #expect(table.child(pid: ThisProcess.pid) == nil)
        #expect(table.process(of: web.token(.childEnded)) == nil)
        #expect(table.process(of: Token(kind: 4, slot: 99, generation: 0)) == nil)
    }

    @Test
    func `tells the balancers of the backends, and whether there is a choice`() {
        var table = ProcessTable(backends: 8)
        _ = add("balancer", .balancer, to: &table)
        let children = [add("web.1", to: &table), add("web.2", to: &table)]
        #expect(table.hasBalancer && !table.hasChoice)
        #expect(table.roster.map(\.name) == ["web.1", "web.2"])
        #expect(table.roster.map(\.slot) == children.map(\.standing.slot))
        let now = Instant(nanoseconds: 1)
        for child in children {
            child.life = ChildLife(.ready(since: now), child.life.restarting)
        }
        #expect(table.hasChoice && table.choice.allSatisfy(\.isUp))
        children[0].standing.weighed(0)
        children[1].standing.withdrawn()
        #expect(!table.hasChoice)
        #expect(table.roster.map(\.weight) == [0, 1])
        #expect(table.roster.map(\.fact) == [.ready, .draining])
        for child in children { _ = child.standing.judged(isUp: false) }
        #expect(table.choice.map(\.name) == ["web.1", "web.2"])
        #expect(table.choice.allSatisfy { !$0.isUp })
        #expect(table.choice.map(\.fact) == [.ready, .draining])
        children[0].membership.removed()
        #expect(table.choice.map(\.name) == ["web.2"])
    }
}
