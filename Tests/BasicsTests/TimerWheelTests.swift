import Basics
import TestSupport
import Testing

@Suite struct TimerWheelTests {
    static let bucket: UInt64 = 1 << 27
    static let turn = bucket * 512

    private func drain(_ wheel: inout TimerWheel, _ now: Instant) -> [UInt32] {
        var slots: [UInt32] = []
        while let slot = wheel.nextDue(now: now) { slots.append(slot) }
        return slots
    }

    @Test func `a slot comes after its deadline and at most a bucket late`() {
        for offset in [0, 1, 1_000_000, Self.bucket - 1, Self.bucket, 5 * Self.bucket + 7] {
            let start = Instant(nanoseconds: 1_000_000_007)
            var wheel = TimerWheel(capacity: 1, now: start)
            let deadline = start + Nanoseconds(offset)
            wheel.file(0, at: deadline)
            #expect(drain(&wheel, deadline) == [])
            #expect(drain(&wheel, deadline + Nanoseconds(Self.bucket)) == [0])
            #expect(wheel.count == 0)
        }
    }

    @Test func `what is unfiled never comes, and what is filed anew comes once`() {
        var wheel = TimerWheel(capacity: 3, now: Instant(nanoseconds: 0))
        for slot in 0..<3 as Range<UInt32> { wheel.file(slot, at: Instant(nanoseconds: 1)) }
        wheel.unfile(1)
        wheel.unfile(1)
        wheel.file(2, at: Instant(nanoseconds: 10 * Self.bucket))
        #expect(wheel.count == 2 && !wheel.isFiled(1) && wheel.isFiled(2))
        #expect(drain(&wheel, Instant(nanoseconds: 3 * Self.bucket)) == [0])
        #expect(drain(&wheel, Instant(nanoseconds: 20 * Self.bucket)) == [2])
    }

    @Test func `a deadline beyond a turn of the ring comes early, to be filed again`() {
        var wheel = TimerWheel(capacity: 1, now: Instant(nanoseconds: 0))
        let deadline = Instant(nanoseconds: 2 * Self.turn)
        wheel.file(0, at: deadline)
        var now = Instant(nanoseconds: 0)
        var comings = 0
        while now <= deadline {
            now = now + Nanoseconds(Self.bucket)
            if drain(&wheel, now) == [0] {
                comings += 1
                if now <= deadline { wheel.file(0, at: deadline) }
            }
        }
        #expect(comings == 3)
        #expect(now.since(deadline) <= Nanoseconds(Self.bucket))
    }

    @Test func `a deadline that never comes is asked for once a turn`() {
        var wheel = TimerWheel(capacity: 1, now: Instant(nanoseconds: 5))
        wheel.file(0, at: .never)
        #expect(drain(&wheel, Instant(nanoseconds: Self.turn - 2 * Self.bucket)) == [])
        #expect(drain(&wheel, Instant(nanoseconds: Self.turn)) == [0])
    }

    @Test func `a wheel that was not turned for long still gives all, once`() {
        var wheel = TimerWheel(capacity: 100, now: Instant(nanoseconds: 0))
        for slot in 0..<100 as Range<UInt32> {
            wheel.file(slot, at: Instant(nanoseconds: UInt64(slot) * 3 * Self.bucket))
        }
        #expect(drain(&wheel, Instant(nanoseconds: 50 * Self.turn)).sorted() == Array(0..<100))
    }

    @Test func `the time until the next is never too long, nor nothing before it`() throws {
        var wheel = TimerWheel(capacity: 2, now: Instant(nanoseconds: 0))
        #expect(wheel.untilNext(now: Instant(nanoseconds: 0)) == nil)
        wheel.file(0, at: Instant(nanoseconds: 7 * Self.bucket + 3))
        wheel.file(1, at: Instant(nanoseconds: 400 * Self.bucket))
        let now = Instant(nanoseconds: 2 * Self.bucket + 11)
        let told = wheel.untilNext(now: now)
        let span = try #require(told)
        #expect(drain(&wheel, now + Nanoseconds(span.count - 1)) == [])
        #expect(drain(&wheel, now + span) == [0])
        #expect(wheel.untilNext(now: Instant(nanoseconds: 500 * Self.bucket)) == Nanoseconds(0))
    }

    @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
    func `it does what a list of deadlines would do, over many turns`(seed: UInt64) {
        var dice = Dice(seed)
        let slots: UInt32 = 40
        var now = Instant(nanoseconds: UInt64.random(in: 0..<Self.turn * 3, using: &dice))
        var wheel = TimerWheel(capacity: Int(slots), now: now)
        var model: [UInt32: Instant] = [:]
        for _ in 0..<3000 {
            let slot = UInt32.random(in: 0..<slots, using: &dice)
            if Int.random(in: 0..<4, using: &dice) == 0 {
                wheel.unfile(slot)
                model[slot] = nil
            } else {
                let ahead = UInt64.random(in: 0..<Self.turn - 2 * Self.bucket, using: &dice)
                wheel.file(slot, at: now + Nanoseconds(ahead))
                model[slot] = now + Nanoseconds(ahead)
            }
            now = now + Nanoseconds(UInt64.random(in: 0..<4 * Self.bucket, using: &dice))
            for slot in drain(&wheel, now) {
                #expect(model[slot].map { $0 < now } ?? false)
                model[slot] = nil
            }
            #expect(wheel.count == model.count)
            // None is later than a bucket.
            let latest = model.values.min().map { $0 + Nanoseconds(Self.bucket) } ?? .never
            #expect(latest > now)
        }
    }
}
