import Basics
import TestSupport
import Testing

@testable import lb_echo

/// Which slot is to be looked at when.
@Suite struct AlarmsTests {
    /// Keys to tell alarms by.
    private func keys(_ count: Int) -> [Slab<Connection>.Key] {
        (0..<count).map { Slab<Connection>.Key(slot: .init(UInt32($0)), generation: 1) }
    }

    @Test func `they come in the order of their times, however they were set`() {
        var dice = Dice(31)
        for _ in 0..<50 {
            let keys = keys(40)
            var alarms = Alarms()
            var times = keys.indices.map { UInt64($0) }
            times.shuffle(using: &dice)
            for (index, time) in times.enumerated() {
                alarms.set(keys[index], at: Instant(nanoseconds: time))
            }
            var found: [Slab<Connection>.Key] = []
            while let key = alarms.nextDue(now: .never) { found.append(key) }
            let wanted = keys.indices.sorted { times[$0] < times[$1] }.map { keys[$0] }
            #expect(found == wanted)
        }
    }

    @Test func `none comes before its time`() {
        let keys = keys(2)
        var alarms = Alarms()
        let start = Instant(nanoseconds: 1000)
        #expect(alarms.untilNext(now: start) == nil)
        #expect(alarms.nextDue(now: .never) == nil)
        alarms.set(keys[0], at: start + Nanoseconds(50))
        alarms.set(keys[1], at: start + Nanoseconds(20))
        #expect(alarms.untilNext(now: start) == Nanoseconds(20))
        #expect(alarms.nextDue(now: start + Nanoseconds(19)) == nil)
        #expect(alarms.nextDue(now: start + Nanoseconds(20)) == keys[1])
        #expect(alarms.nextDue(now: start + Nanoseconds(20)) == nil)
        #expect(alarms.untilNext(now: start + Nanoseconds(20)) == Nanoseconds(30))
        // It is overdue.
        #expect(alarms.untilNext(now: start + Nanoseconds(60)) == Nanoseconds(0))
        #expect(alarms.nextDue(now: start + Nanoseconds(60)) == keys[0])
        #expect(alarms.untilNext(now: start) == nil)
    }
}
