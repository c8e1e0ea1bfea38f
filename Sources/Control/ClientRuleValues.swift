import Basics

/// What the options that concern single clients are given, and how it is spelled.
extension BalancerOptions {
    /// How a client is kept on one backend.
    public enum Stickiness: Equatable, Sendable {
        /// Its address stays there while it comes back within this time.
        case address(within: Nanoseconds)
        /// It is given a cookie that says where it belongs.
        case cookie

        /// `2s`, `cookie`.
        init?(_ text: String) {
            if text == "cookie" {
                self = .cookie
                return
            }
            guard let window = Quantity.duration(text), window.count > 0 else { return nil }
            self = .address(within: window)
        }
    }

    /// How many requests of one client are let through.
    public struct RateLimit: Equatable, Sendable {
        public var count: UInt64
        public var span: Nanoseconds
        /// How many at once.
        public var burst: UInt64
    }

    /// When a client is not listened to any more, and for how long.
    public struct Ban: Equatable, Sendable {
        public var lasting: Nanoseconds
        /// Refusals by the rate limit within ten seconds.
        public var after: UInt64
    }

    /// How many retries there may be.
    public struct RetryBudget: Equatable, Sendable {
        /// Of a hundred requests.
        public var percent: UInt32
        /// In any case, each second.
        public var floor: UInt32
    }
}

extension BalancerOptions.RateLimit {
    /// `100/s`, `5/m,burst=20`.
    init?(_ text: String) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        let rate = parts[0].split(separator: "/", omittingEmptySubsequences: false)
        let spans: [Substring: Nanoseconds] = [
            "s": .seconds(1), "m": .minutes(1), "h": .minutes(60),
        ]
        let burst = parts.count == 2 ? NamedNumber.of(parts[1], "burst") : nil
        guard rate.count == 2, let count = UInt64(rate[0]), (1...1_000_000_000).contains(count),
            let span = spans[rate[1]], parts.count == 1 || burst != nil
        else { return nil }
        self.init(count: count, span: span, burst: burst ?? count)
    }
}

extension BalancerOptions.Ban {
    /// `30s`, `10m,after=5`.
    init?(_ text: String) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        let after = parts.count == 2 ? NamedNumber.of(parts[1], "after") : nil
        guard let time = Quantity.duration(parts[0]), time.count > 0,
            parts.count == 1 || after != nil
        else { return nil }
        self.init(lasting: time, after: after ?? 20)
    }
}

extension BalancerOptions.RetryBudget: CustomStringConvertible {
    /// `20%`, `10%,floor=5`.
    init?(_ text: String) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        let floor = parts.count == 2 ? NamedNumber.of(parts[1], "floor", from: 0) : nil
        guard parts[0].hasSuffix("%"), let percent = UInt32(parts[0].dropLast()),
            (0...1000).contains(percent), parts.count == 1 || floor != nil
        else { return nil }
        self.init(percent: percent, floor: UInt32(floor ?? 10))
    }

    public var description: String { "\(percent)%,floor=\(floor)" }
}

private enum NamedNumber {
    /// The number of `name=N`.
    static func of(_ text: String, _ name: String, from least: UInt64 = 1) -> UInt64? {
        guard text.hasPrefix(name + "="), let number = UInt64(text.dropFirst(name.count + 1)),
            (least...1_000_000).contains(number)
        else { return nil }
        return number
    }
}
