import Basics
import TestSupport
import Testing

@testable import Choosing

@Suite struct RateLimitTests {
    private let start = Instant(nanoseconds: 9_000_000_000)

    @Test func `the burst comes at once, and then one an interval`() {
        let limit = RateLimit(100, per: .seconds(1), burst: 5)
        var due = Instant(nanoseconds: 0)
        func ask(_ now: Instant) -> RateLimit.Decision {
            let (decision, next) = limit.decide(due: due, now: now)
            due = next
            return decision
        }
        for _ in 0..<5 { #expect(ask(start) == .allow) }
        #expect(ask(start) == .deny(retryAfter: .milliseconds(10)))
        #expect(ask(start + .milliseconds(4)) == .deny(retryAfter: .milliseconds(6)))
        #expect(ask(start + .milliseconds(10)) == .allow)
        #expect(ask(start + .milliseconds(10)) == .deny(retryAfter: .milliseconds(10)))
        // After a rest the burst is back, and no more than it.
        for _ in 0..<5 { #expect(ask(start + .seconds(100)) == .allow) }
        #expect(ask(start + .seconds(100)) != .allow)
    }

    @Test func `in no span of time is there more than the burst and the rate's part`() {
        var dice = Dice(18)
        for (count, burst) in [(3, 1), (10, 4), (1000, 50), (7, 20)] as [(UInt64, UInt64)] {
            let limit = RateLimit(count, per: .seconds(1), burst: burst)
            var due = Instant(nanoseconds: 0)
            var allowed: [UInt64] = []
            var now = start
            for _ in 0..<3000 {
                now = now + Nanoseconds(dice.next() % (2_000_000_000 / count))
                let (decision, next) = limit.decide(due: due, now: now)
                due = next
                if case .deny(let wait) = decision {
                    #expect(limit.decide(due: due, now: now + wait).decision == .allow)
                    let early = now + Nanoseconds(wait.count - 1)
                    #expect(limit.decide(due: due, now: early).decision != .allow)
                } else {
                    allowed.append(now.nanoseconds)
                }
            }
            for first in stride(from: 0, to: allowed.count, by: 7) {
                for last in stride(from: first, to: min(first + 500, allowed.count), by: 3) {
                    let span = Double(allowed[last] - allowed[first]) / 1e9
                    let most = Double(burst) + span * Double(count)
                    #expect(Double(last - first + 1) <= most + 1e-6)
                }
            }
        }
    }

    @Test func `limits that make no sense do not trap`() {
        let none = RateLimit(0, per: .seconds(1), burst: 0)
        #expect(none.interval == .seconds(1) && none.tolerance.count == 0)
        let vast = RateLimit(.max / 2, per: .seconds(1), burst: .max)
        #expect(vast.decide(due: start, now: start).decision == .allow)
    }

    @Test func `each client has a limit of its own`() {
        let table = RateLimitTable(
            SharedWords(2048), limit: RateLimit(10, per: .seconds(1), burst: 3))
        for client in 0..<100 as Range<UInt64> {
            for _ in 0..<3 { #expect(table.decide(client, now: start) == .allow) }
            #expect(
                table.decide(client, now: start) == .deny(retryAfter: .milliseconds(100)))
        }
    }

    @Test func `threads together get exactly what one would`() async {
        let words = SharedWords(2048)
        let start = start
        let allowed = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    let limit = RateLimit(1000, per: .seconds(1), burst: 5000)
                    let table = RateLimitTable(words, limit: limit)
                    return (0..<4000).count { _ in table.decide(99, now: start) == .allow }
                }
            }
            return await group.reduce(0, +)
        }
        #expect(allowed == 5000)
    }
}

@Suite struct BanTests {
    private let start = Instant(nanoseconds: 9_000_000_000)
    private let table = BanTable(
        SharedWords(256),
        ban: Ban(refusals: 3, within: .seconds(10), lasting: .seconds(30)))

    @Test func `a client refused three times within ten seconds is banned for thirty`() {
        #expect(table.refused(1, now: start) == nil)
        #expect(table.refused(1, now: start + .seconds(5)) == nil)
        #expect(table.banned.end(of: 1, now: start + .seconds(5)) == nil)
        let banned = start + .milliseconds(9_999)
        let end = banned + .seconds(30)
        #expect(table.refused(1, now: banned) == end)
        #expect(table.banned.end(of: 1, now: banned) == end)
        #expect(table.banned.end(of: 2, now: banned) == nil)
        // Going on does not make it longer.
        #expect(table.refused(1, now: banned + .seconds(20)) == end)
        #expect(table.banned.end(of: 1, now: .init(nanoseconds: end.nanoseconds - 1)) == end)
        #expect(table.banned.end(of: 1, now: end) == nil)
        #expect(table.refused(1, now: end) == nil)
    }

    @Test func `refusals that are too far apart do not add up`() {
        for step in 0..<20 as Range<UInt64> {
            #expect(table.refused(1, now: start + .seconds(step * 5 + step / 2)) == nil)
        }
    }

    @Test func `a ban can be lifted, and one refusal can be enough`() {
        for _ in 0..<3 { _ = table.refused(1, now: start) }
        #expect(table.banned.lift(1, now: start))
        #expect(!table.banned.lift(1, now: start))
        #expect(table.banned.end(of: 1, now: start) == nil)
        #expect(table.refused(1, now: start) == nil)
        let strict = BanTable(
            SharedWords(256),
            ban: Ban(refusals: 1, within: .seconds(10), lasting: .seconds(30)))
        #expect(strict.refused(1, now: start) == start + .seconds(30))
        #expect(strict.banned.end(of: 1, now: start) == start + .seconds(30))
    }

    @Test func `all bans can be lifted at once, and refusals are counted on`() {
        for client in 1...20 as ClosedRange<UInt64> {
            for _ in 0..<(client <= 15 ? 3 : 2) { _ = table.refused(client, now: start) }
        }
        #expect(table.banned.count(now: start) == 15)
        #expect(table.banned.liftAll(now: start) == 15)
        #expect(table.banned.count(now: start) == 0)
        #expect(table.banned.liftAll(now: start) == 0)
        #expect(table.banned.end(of: 1, now: start) == nil)
        // One that had been refused twice has one refusal left.
        #expect(table.refused(16, now: start) != nil)
    }
}
