import Basics
import Control
import Kernel
import Scoreboard
import Testing

@testable import Balancing

/// How often single clients may ask.
@Suite struct ClientRulesTests {
    private static let start = Instant(nanoseconds: 1_000_000_000_000)
    private let one = ClientNetwork.inet(0xC000_0201)
    private let scoreboard: Scoreboard

    init() throws { scoreboard = try Scoreboard(backends: 1, workers: 1) }

    private func rules(_ more: String...) throws -> ClientRules {
        let words = ["--listen", "127.0.0.1:0", "--backend", "127.0.0.1:1"] + more
        return ClientRules(try BalancerOptions(words: words), scoreboard)
    }

    private func at(_ milliseconds: UInt64) -> Instant { Self.start + .milliseconds(milliseconds) }

    @Test func `without rules no client is refused or banned`() throws {
        let rules = try rules()
        for _ in 0..<1000 { #expect(rules.refuse(one, now: Self.start) == nil) }
        #expect(!rules.isBanned(one, now: Self.start))
        #expect(rules.notice(of: one, bannedFor: .seconds(1), now: Self.start) == nil)
    }

    @Test func `a client told to wait is served after that, and not a nanosecond before`() throws {
        let rules = try rules("--rate-limit", "2/s,burst=3")
        for _ in 0..<3 { #expect(rules.refuse(one, now: Self.start) == nil) }
        guard case .limited(let wait) = rules.refuse(one, now: at(100)) else {
            Issue.record("the fourth was served")
            return
        }
        #expect(wait == .milliseconds(400))
        let free = at(100) + wait
        let before = Instant(nanoseconds: free.nanoseconds - 1)
        #expect(rules.refuse(one, now: before) == .limited(Nanoseconds(1)))
        #expect(rules.refuse(one, now: free) == nil)
        // Being refused costs nothing.
        #expect(rules.refuse(one, now: free) == .limited(.milliseconds(500)))
    }

    @Test func `each client has its own, and an IPv6 network is one client`() throws {
        let rules = try rules("--rate-limit", "1/s,burst=1")
        let high = UInt64(0x2001_0DB8_0000_0001)
        let networks: [ClientNetwork] = [
            one, .inet(0xC000_0202), .inet(0), .network6(0), .network6(high), .network6(high + 1),
            // These 64 bits are an IPv4 address's as well.
            .network6(0xC000_0201),
        ]
        for network in networks { #expect(rules.refuse(network, now: Self.start) == nil) }
        for network in networks { #expect(rules.refuse(network, now: Self.start) != nil) }
        for low in [0, 1, .max] as [UInt64] {
            let client = try #require(ClientNetwork(.inet6(high, low, port: 1)))
            #expect(rules.refuse(client, now: Self.start) != nil)
        }
    }

    @Test func `a client that goes on is banned once, for its time from then, and served after it`()
        throws
    {
        let rules = try rules("--rate-limit", "1/s,burst=1", "--ban", "30s,after=3")
        #expect(rules.refuse(one, now: at(0)) == nil)
        #expect(rules.refuse(one, now: at(1)) == .limited(.milliseconds(999)))
        #expect(rules.refuse(one, now: at(2)) == .limited(.milliseconds(998)))
        #expect(!rules.isBanned(one, now: at(2)))
        #expect(rules.refuse(one, now: at(3)) == .newlyBanned(.seconds(30)))
        #expect(scoreboard.bans.listed(now: at(3)).map(\.client) == [one])
        // Though it could be served by its rate, and what it asks meanwhile makes it no longer.
        for time in [4, 5000, 30_002] as [UInt64] {
            #expect(rules.isBanned(one, now: at(time)))
            #expect(rules.refuse(one, now: at(time)) == .banned(.milliseconds(30_003 - time)))
        }
        #expect(!rules.isBanned(.inet(0xC000_0202), now: at(4)))
        #expect(!rules.isBanned(one, now: at(30_003)))
        #expect(rules.refuse(one, now: at(30_003)) == nil)
        #expect(
            rules.notice(of: one, bannedFor: .seconds(30), now: at(3))?.sentence
                == "192.0.2.1 is banned for 30.0 s: refused 3 times within 10 s")
    }

    @Test func `refusals count for ten seconds from the first of them`() throws {
        let rules = try rules("--rate-limit", "1/s,burst=1", "--ban", "30s,after=2")
        for begin in [0, 20_000] as [UInt64] {
            #expect(rules.refuse(one, now: at(begin)) == nil)
            #expect(rules.refuse(one, now: at(begin + 1)) == .limited(.milliseconds(999)))
            #expect(rules.refuse(one, now: at(begin + 10_000)) == nil)
            // The first is forgotten by now, and this is one again.
            #expect(rules.refuse(one, now: at(begin + 10_001)) == .limited(.milliseconds(999)))
        }
    }

    @Test func `what is known of clients outlives the balancer that was told`() throws {
        let options = ["--rate-limit", "1/s,burst=1", "--ban", "30s,after=1"]
        let first = try rules(options[0], options[1], options[2], options[3])
        #expect(first.refuse(one, now: at(0)) == nil)
        #expect(first.refuse(one, now: at(1)) == .newlyBanned(.seconds(30)))
        let second = try rules(options[0], options[1], options[2], options[3])
        #expect(second.isBanned(one, now: at(2)))
        #expect(scoreboard.bans.lift(one, now: at(3)))
        #expect(!first.isBanned(one, now: at(3)) && !second.isBanned(one, now: at(3)))
        // Without bans those from before do not hold.
        #expect(second.refuse(one, now: at(4)) == .newlyBanned(.seconds(30)))
        #expect(try !rules(options[0], options[1]).isBanned(one, now: at(5)))
    }
}
