import Basics
import Testing

@testable import Choosing

@Suite struct RetryBudgetTests {
    private let start = Instant(nanoseconds: 90_000_000_000)
    private let terms = RetryBudget.Terms()

    /// How many retries are granted over a time when every request wants one.
    private func granted(rate: UInt64, seconds: UInt64) -> Int {
        var budget = RetryBudget()
        var granted = 0
        for number in 0..<rate * seconds {
            let now = start + Nanoseconds(number * 1_000_000_000 / rate)
            budget.requested(terms, now: now)
            if budget.grant(terms, now: now) { granted += 1 }
        }
        return granted
    }

    @Test func `under fifty requests a second there are ten retries a second`() {
        // And the ten seconds' floor that a new budget begins with.
        #expect((398...402).contains(granted(rate: 20, seconds: 30)))
        #expect((395...420).contains(granted(rate: 45, seconds: 30)))
        #expect(granted(rate: 5, seconds: 30) == 150)
    }

    @Test func `above that there are a fifth of the requests`() {
        for rate in [100, 1000, 20_000] as [UInt64] {
            let due = Int(rate) * 20 / 5
            let granted = granted(rate: rate, seconds: 20)
            #expect((due - 1...due + due / 50 + 102).contains(granted), "\(rate): \(granted)")
        }
    }

    @Test func `what a good time has saved is gone after a while, and is never much`() {
        var budget = RetryBudget()
        var now = start
        for _ in 0..<100_000 {
            now = now + .milliseconds(1)
            budget.requested(terms, now: now)
        }
        // A thousand a second: ten seconds' fifth, and the floor.
        var saved = budget
        let most = (0..<10_000).count { _ in saved.grant(terms, now: now) }
        #expect((1900...2010).contains(most), "\(most)")
        let later = now + .seconds(11)
        let afterwards = (0..<10_000).count { _ in budget.grant(terms, now: later) }
        #expect(afterwards == 100)
    }

    @Test func `a new one grants ten seconds' floor at once, and its words are all it is`() {
        var budget = RetryBudget()
        let atOnce = (0..<1000).count { _ in budget.grant(terms, now: start) }
        #expect(atOnce == 100)
        let early = budget.grant(terms, now: start + .milliseconds(99))
        let due = budget.grant(terms, now: start + .milliseconds(100))
        #expect(!early && due)
        #expect(RetryBudget(word0: budget.word0, word1: budget.word1) == budget)
    }

    @Test func `no floor and no share is no retry`() {
        var budget = RetryBudget()
        let none = RetryBudget.Terms(percent: 0, floor: 0)
        budget.requested(none, now: start)
        let granted = budget.grant(none, now: start)
        #expect(!granted)
    }
}
