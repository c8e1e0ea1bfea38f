import Basics
import Testing

@testable import Control

/// How the rules for single clients are spelled.
@Suite struct ClientOptionsTests {
    private func read(_ words: String...) throws -> BalancerOptions {
        try BalancerOptions(words: words)
    }

    @Test func `nothing is limited and no client is kept anywhere unless asked`() throws {
        let options = try read()
        #expect(options.rateLimit == nil && options.ban == nil && options.sticky == nil)
        #expect(options.slowStart == nil && options.hashBalanceFactor == nil)
        #expect(options.retryBudget == .init(percent: 20, floor: 10))
    }

    @Test func `a rate is a number for a time, and a burst as large unless told`() throws {
        #expect(
            try read("--rate-limit", "100/s").rateLimit
                == .init(count: 100, span: .seconds(1), burst: 100))
        #expect(
            try read("--rate-limit=5/m,burst=20").rateLimit
                == .init(count: 5, span: .seconds(60), burst: 20))
        #expect(
            try read("--rate-limit=1/h").rateLimit
                == .init(count: 1, span: .minutes(60), burst: 1))
        #expect(try read("--rate-limit", "off").rateLimit == nil)
    }

    @Test func `a ban tells for how long and after how many refusals`() throws {
        #expect(
            try read("--rate-limit", "9/s", "--ban", "30s").ban
                == .init(lasting: .seconds(30), after: 20))
        #expect(
            try read("--rate-limit", "9/s", "--ban", "10m,after=3").ban
                == .init(lasting: .seconds(600), after: 3))
    }

    @Test func `clients stay by their address for a time, or by a cookie`() throws {
        #expect(try read("--sticky", "2s").sticky == .address(within: .seconds(2)))
        #expect(try read("--sticky", "cookie").sticky == .cookie)
    }

    @Test func `retries have a budget, a floor, or no end`() throws {
        #expect(try read("--retry-budget", "5%").retryBudget == .init(percent: 5, floor: 10))
        #expect(
            try read("--retry-budget", "0%,floor=0").retryBudget == .init(percent: 0, floor: 0))
        #expect(try read("--retry-budget", "off").retryBudget == nil)
    }

    @Test(arguments: [["--ban", "30s"], ["--hash-balance-factor", "125"]])
    func `what needs another is refused once all is there`(words: [String]) throws {
        let part = try BalancerOptions(words: words)
        #expect(throws: UsageError.self) { try part.refuseContradictions() }
        let whole = try BalancerOptions(words: words + ["--rate-limit=1/s", "--algorithm=hash"])
        try whole.refuseContradictions()
    }

    @Test(arguments: [
        ["--rate-limit", "100"], ["--rate-limit", "0/s"], ["--rate-limit", "x/s"],
        ["--rate-limit", "5/d"], ["--rate-limit", "5/s,burst=0"], ["--rate-limit", "5/s,5"],
        ["--rate-limit", "5/s,burst=1,burst=2"],
        ["--rate-limit", "1/s", "--ban", "0s"], ["--rate-limit", "1/s", "--ban", "1s,after=0"],
        ["--rate-limit", "1/s", "--ban", "soon"], ["--sticky", "always"], ["--sticky", "0s"],
        ["--retry-budget", "20"], ["--retry-budget", "-1%"], ["--retry-budget", "20%,10"],
        ["--algorithm", "hash", "--hash-balance-factor", "100"], ["--slow-start", "much"],
    ])
    func `what makes no sense is refused`(words: [String]) {
        #expect(throws: UsageError.self) { try BalancerOptions(words: words) }
    }
}
