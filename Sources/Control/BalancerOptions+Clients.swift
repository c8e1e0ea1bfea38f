import Basics

/// The settings that concern single clients, and how they are spelled.
extension BalancerOptions {
    mutating func readClientRules(_ parsed: ParsedOptions) throws(UsageError) {
        sticky = try parsed.value("sticky").flatMap(Self.stickiness)
        slowStart = try parsed.span("slow-start")
        rateLimit = try parsed.value("rate-limit").flatMap(Self.rate)
        ban = try parsed.value("ban").flatMap(Self.ban)
        if let text = parsed.value("retry-budget") { retryBudget = try Self.budget(text) }
        if let factor = try parsed.number("hash-balance-factor", in: 101...100_000) {
            hashBalanceFactor = UInt32(factor)
        }
    }

    /// The part of `refuseContradictions` that is about these.
    func refuseClientContradictions() throws(UsageError) {
        if ban != nil && rateLimit == nil {
            throw UsageError(
                "--ban shuts out who goes on after being refused, and nobody is refused",
                hint: "give --rate-limit too, such as --rate-limit 100/s")
        }
        if hashBalanceFactor != nil && !algorithm.hashesKeys {
            throw UsageError(
                "--hash-balance-factor is for hashed keys", hint: "give --algorithm hash too")
        }
    }

    static func upstreamIdle(_ parsed: ParsedOptions) throws(UsageError) -> Int? {
        if parsed.value("upstream-idle") == "off" { return 0 }
        return try parsed.number("upstream-idle", in: 0...1_000_000)
    }

    private static func stickiness(_ text: String) throws(UsageError) -> Stickiness? {
        if text == "off" { return nil }
        if text == "cookie" { return .cookie }
        guard let window = Quantity.duration(text), window.count > 0 else {
            throw UsageError("--sticky takes cookie or a time such as 2s, not '\(text)'")
        }
        return .address(within: window)
    }

    /// `100/s`, `5/m,burst=20`.
    private static func rate(_ text: String) throws(UsageError) -> RateLimit? {
        if text == "off" { return nil }
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        let rate = parts[0].split(separator: "/", omittingEmptySubsequences: false)
        let spans: [Substring: Nanoseconds] = [
            "s": .seconds(1), "m": .minutes(1), "h": .minutes(60),
        ]
        let burst = parts.count == 2 ? Self.number(parts[1], named: "burst") : nil
        guard rate.count == 2, let count = UInt64(rate[0]), (1...1_000_000_000).contains(count),
            let span = spans[rate[1]], parts.count == 1 || burst != nil
        else {
            throw UsageError(
                "--rate-limit takes a rate such as 100/s, 10/m or 100/s,burst=200, not '\(text)'")
        }
        return RateLimit(count: count, span: span, burst: burst ?? count)
    }

    /// `30s`, `10m,after=5`.
    private static func ban(_ text: String) throws(UsageError) -> Ban? {
        if text == "off" { return nil }
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        let after = parts.count == 2 ? Self.number(parts[1], named: "after") : nil
        guard let time = Quantity.duration(parts[0]), time.count > 0,
            parts.count == 1 || after != nil
        else {
            throw UsageError("--ban takes a time such as 30s or 10m,after=5, not '\(text)'")
        }
        return Ban(lasting: time, after: after ?? 20)
    }

    /// `20%`, `10%,floor=5`, `off`.
    private static func budget(_ text: String) throws(UsageError) -> RetryBudget? {
        if text == "off" { return nil }
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        let floor = parts.count == 2 ? Self.number(parts[1], named: "floor", from: 0) : nil
        guard parts[0].hasSuffix("%"), let percent = UInt32(parts[0].dropLast()),
            (0...1000).contains(percent), parts.count == 1 || floor != nil
        else {
            throw UsageError(
                "--retry-budget takes a share such as 20% or 20%,floor=10, or off, not '\(text)'")
        }
        return RetryBudget(percent: percent, floor: UInt32(floor ?? 10))
    }

    /// The number of `name=N`.
    private static func number(
        _ text: String, named name: String, from least: UInt64 = 1
    ) -> UInt64? {
        guard text.hasPrefix(name + "="), let number = UInt64(text.dropFirst(name.count + 1)),
            (least...1_000_000).contains(number)
        else { return nil }
        return number
    }
}
