import Basics
import Choosing
import Control
import Testing

@testable import Balancing

@Suite struct ConsideredTests {
    private func facts(
        _ considered: Considered, chosen: Int = 0
    ) -> ChoiceFacts {
        var considered = considered
        var facts = ChoiceFacts.any
        considered.complete(&facts, chosen: chosen, PickerStage.roster([.ready, .ready, .ready]))
        return facts
    }

    @Test func `of a choice without anything in the way nothing is said`() {
        #expect(facts(Considered()) == .any)
    }

    @Test func `each that was passed over counts once for each obstacle`() {
        var considered = Considered()
        for _ in 0..<3 {
            considered.passedOver(1, .down)
            considered.passedOver(2, .down)
            considered.passedOver(2, .tried)
            considered.passedOver(0, .full)
            considered.passedOver(1, .suspect)
        }
        let passed = facts(considered).passedOver
        #expect((passed.tried, passed.down, passed.suspect, passed.full) == (1, 2, 1, 1))
        considered.begin()
        #expect(facts(considered) == .any)
    }

    @Test func `the two cheapest are compared, whichever way they were found`() {
        let prices: [UInt64] = [4, 2, 3]
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            var considered = Considered()
            for index in order + order {
                considered.priced(index, Cost(amount: prices[index], weight: 1))
            }
            let load = facts(considered, chosen: 1).load
            #expect(load == .init(chosen: 200, rival: 300, rivalSlot: 2), "\(order)")
        }
        var alone = Considered()
        alone.priced(1, Cost(amount: 0, weight: 1))
        #expect(facts(alone, chosen: 1).load == .init(chosen: 0, rival: 0, rivalSlot: nil))
    }

    @Test func `a price is told for a weight of one, in its unit`() {
        for (isOfTime, isWarming, amount, weight, number) in [
            (false, false, 2, 3, 66), (false, true, 2, 3072, 66), (true, false, 2_100_000, 1, 2100),
            (true, true, 2_100_000, 1024, 2100), (false, false, .max, 1, .max),
            (true, false, .max, 1, .max), (false, false, 1, 0, 100),
        ] as [(Bool, Bool, UInt64, UInt32, UInt32)] {
            let unit = Considered.Unit(isOfTime: isOfTime, isWarming: isWarming)
            #expect(unit.number(Cost(amount: amount, weight: weight)) == number)
        }
    }

    @Test func `a picker tells why, and what was in the way`() throws {
        let stage = try PickerStage(terms(.leastConnections))
        stage.busy(0)
        stage.busy(0)
        stage.busy(1)
        guard case .backend(let pick) = stage.pick() else { return }
        #expect(pick.index == 2 && pick.why.reason == .load && pick.why.ready == 3)
        #expect(pick.why.load == .init(chosen: 0, rival: 100, rivalSlot: 1))
        #expect(pick.why.passedOver == .init(tried: 0, down: 0, suspect: 0, full: 0))
        stage.down(2)
        guard case .backend(let next) = stage.pick(tried: [1]) else { return }
        #expect(next.index == 0 && next.why.load?.rivalSlot == nil)
        #expect(next.why.passedOver.down == 1 && next.why.passedOver.tried == 1)
        let drawn = try PickerStage(terms(.random))
        guard case .backend(let one) = drawn.pick() else { return }
        #expect(one.why.reason == .draw && one.why.load?.chosen == 0)
        #expect(one.why.load?.rivalSlot != nil)
        let timed = try PickerStage(terms(.leastResponseTime))
        guard case .backend(let soonest) = timed.pick() else { return }
        #expect(soonest.why.reason == .time)
        let turns = try PickerStage(terms(.roundRobin), facts: [.ready, .draining, .ready])
        guard case .backend(let turn) = turns.pick() else { return }
        #expect(turn.why == ChoiceFacts(reason: .turn, ready: 2, members: 3))
    }
}
