import Basics
import Glibc
import TestSupport
import Testing

@testable import Choosing

@Suite struct PeakEWMATests {
    private let start = Instant(nanoseconds: 50_000_000_000)

    @Test func `it jumps up at once and comes down slowly`() {
        var ewma = PeakEWMA()
        ewma.observe(.milliseconds(10), now: start)
        ewma.observe(.milliseconds(100), now: start + .seconds(1))
        #expect(ewma.average(now: start + .seconds(1)) == 100e6)
        ewma.observe(.milliseconds(10), now: start + .seconds(2))
        let expected = 10e6 * (1 - exp(-0.1)) + 100e6 * exp(-0.1)
        #expect(abs(ewma.average(now: start + .seconds(2)) - expected) < 100)
    }

    @Test func `one that was late by chance is forgotten after a hundred responses`() {
        var ewma = PeakEWMA()
        var now = start
        for count in 0..<200 {
            ewma.observe(count == 50 ? .milliseconds(100) : .milliseconds(2), now: now)
            now = now + .microseconds(200)
            if count == 50 { #expect(ewma.average(now: now) > 99e6) }
        }
        #expect(ewma.average(now: now) < 4e6)
    }

    @Test func `what is read decays to a third in ten seconds, without an observation`() {
        var ewma = PeakEWMA()
        ewma.observe(.seconds(1), now: start)
        for tenth in 0..<2000 as Range<UInt64> {
            let later = start + .milliseconds(tenth * 100)
            let expected = 1e9 * exp(-Double(tenth) / 100)
            #expect(abs(ewma.average(now: later) - expected) <= expected * 1e-6)
        }
        #expect(ewma.average(now: .never) == 0)
    }

    @Test func `an unknown member gets one request and no second before the first is answered`() {
        var known = PeakEWMA()
        known.observe(.seconds(5), now: start)
        let unknown = PeakEWMA()
        let busy = known.cost(pending: 1000, now: start, weight: 1)
        #expect(unknown.cost(pending: 0, now: start, weight: 1) < busy)
        #expect(unknown.cost(pending: 1, now: start, weight: 1) > busy)
    }

    @Test func `more pending, slower, older or lighter never costs less`() {
        var dice = Dice(4)
        for _ in 0..<2000 {
            var ewma = PeakEWMA()
            let first = dice.next() >> 30
            ewma.observe(Nanoseconds(first), now: start)
            let pending = UInt32.random(in: 0..<1000, using: &dice)
            let weight = UInt32.random(in: 1..<100, using: &dice)
            let cost = ewma.cost(pending: pending, now: start, weight: weight)
            #expect(ewma.cost(pending: pending + 1, now: start, weight: weight) >= cost)
            #expect(ewma.cost(pending: pending, now: start, weight: weight + 1) <= cost)
            #expect(
                ewma.cost(pending: pending, now: start + .seconds(1), weight: weight) <= cost)
            #expect(
                ewma.cost(pending: pending, oldest: .seconds(40), now: start, weight: weight)
                    >= cost)
            var slower = ewma
            slower.observe(Nanoseconds(first + dice.next() >> 30), now: start)
            #expect(slower.cost(pending: pending, now: start, weight: weight) >= cost)
        }
    }

    @Test func `words of any kind are a state that does not trap`() {
        var dice = Dice(5)
        for _ in 0..<20_000 {
            var ewma = PeakEWMA(word0: dice.next(), word1: dice.next() >> 20)
            _ = ewma.cost(pending: .max, now: start, weight: 1)
            ewma.observe(Nanoseconds(dice.next()), now: start)
            _ = ewma.cost(pending: 3, now: start, weight: 1)
            #expect(PeakEWMA(word0: ewma.words.0, word1: ewma.words.1) == ewma)
        }
    }

    /// Ten servers with queues, one of them ten times as slow; how many of the requests it got.
    private func slowShare(requests: Int, gap: UInt64, seed: UInt64) -> Double {
        var dice = Dice(seed)
        var ewmas = [PeakEWMA](repeating: PeakEWMA(), count: 10)
        var free = [UInt64](repeating: 0, count: 10)
        var flying: [[(sent: UInt64, done: UInt64)]] = .init(repeating: [], count: 10)
        var taken = 0
        var now: UInt64 = 1_000_000_000
        for turn in 0..<requests {
            now += UInt64(-log(Double.random(in: 0.000001..<1, using: &dice)) * Double(gap))
            for index in 0..<10 {
                while let first = flying[index].first, first.done <= now {
                    flying[index].removeFirst()
                    ewmas[index].observe(
                        Nanoseconds(first.done - first.sent), now: Instant(nanoseconds: first.done))
                }
            }
            let at = Instant(nanoseconds: now)
            let picked = Least.pick(of: 10, turn: UInt64(turn), word: dice.next()) {
                ewmas[$0].cost(pending: UInt32(flying[$0].count), now: at, weight: 1)
            }!
            let service: UInt64 = picked == 0 ? 10_000_000 : 1_000_000
            free[picked] = max(free[picked], now) + service
            flying[picked].append((now, free[picked]))
            if picked == 0 { taken += 1 }
        }
        return Double(taken) / Double(requests)
    }

    @Test(arguments: [1_000_000, 300_000, 200_000] as [UInt64])
    func `a backend ten times as slow gets under a tenth of its share`(gap: UInt64) {
        let share = slowShare(requests: 40_000, gap: gap, seed: gap)
        #expect(share < 0.01, "\(share)")
        #expect(share > 0, "it was never tried")
    }
}
