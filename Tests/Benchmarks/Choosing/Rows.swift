import Basics
import Choosing

/// One way of choosing, set up for so many members and measured.
enum Rows {
    private static let now = Instant(nanoseconds: 1_000_000_000_000)

    static func weights(_ count: Int, most: UInt32) -> [UInt32] {
        (0..<count).map { 1 + UInt32($0) % most }
    }

    static func names(_ count: Int) -> [[UInt8]] { (0..<count).map { Array("backend.\($0)".utf8) } }

    static func members(_ count: Int, most: UInt32 = 1) -> [ConsistentHash.Member] {
        let weights = weights(count, most: most)
        return names(count).enumerated().map { index, name in
            .init(id: KeyHash.hash(name.span), weight: weights[index])
        }
    }

    static func rotation(_ count: Int) -> Double {
        let sequence = Rotation(weights: weights(count, most: 1)).sequence
        return App.each { sequence[$0 % sequence.count] }
    }

    static func slowStart(_ count: Int) -> Double {
        let sequence = Rotation(weights: weights(count, most: 1)).sequence
        let slow = SlowStart(window: .seconds(10))
        return App.each { turn in
            let member = sequence[turn % sequence.count]
            if member != 0 { return member }
            let share = slow.share(from: now, now: now + .seconds(3))
            if SlowStart.admits(turn: UInt64(turn), of: count, at: share) { return member }
            return sequence[Rotation.standIn(turn: UInt64(turn), of: count)]
        }
    }

    static func leastConnections(_ count: Int, weighted: Bool = false) -> Double {
        let figures = Figures(count, now: now)
        let weights = weights(count, most: weighted ? 5 : 1)
        var dice = Dice(1)
        return App.each { turn in
            Least.pick(of: count, turn: UInt64(turn), word: dice.next()) {
                LeastConnections.Load(
                    inFlight: figures.inFlight[$0].load(ordering: .relaxed), weight: weights[$0]
                ).cost
            } ?? 0
        }
    }

    static func leastResponseTime(_ count: Int) -> Double {
        let figures = Figures(count, now: now)
        var dice = Dice(2)
        return App.each { turn in
            let later = now + .microseconds(UInt64(turn))
            return Least.pick(of: count, turn: UInt64(turn), word: dice.next()) {
                PeakEWMA(
                    word0: figures.averages[$0].load(ordering: .relaxed),
                    word1: figures.stamps[$0].load(ordering: .relaxed)
                ).cost(
                    pending: figures.inFlight[$0].load(ordering: .relaxed), now: later, weight: 1)
            } ?? 0
        }
    }

    static func hash(_ count: Int, bounded: Bool = false) -> Double {
        let figures = Figures(count, now: now)
        let table = ConsistentHash(members(count))
        var total: UInt64 = 0
        for index in 0..<count {
            total += UInt64(figures.inFlight[index].load(ordering: .relaxed))
        }
        let bound = BoundedLoad(inFlight: total, weight: UInt64(count))
        var dice = Dice(3)
        return App.each { _ in
            table.pick(key: dice.next()) {
                let inFlight = figures.inFlight[$0].load(ordering: .relaxed)
                return !bounded || bound.hasRoom(inFlight: inFlight, weight: 1)
            } ?? 0
        }
    }

    static func twoChoices(_ count: Int) -> Double {
        let figures = Figures(count, now: now)
        let weights = weights(count, most: 5)
        let choices = TwoChoices(weights: weights)
        var dice = Dice(4)
        return App.each { turn in
            choices.pick(turn: UInt64(turn), word: dice.next()) {
                Cost(
                    amount: UInt64(figures.inFlight[$0].load(ordering: .relaxed)),
                    weight: weights[$0])
            } ?? 0
        }
    }

    /// Ten thousand clients over 16,384 entries.
    static func sticky() -> Double {
        let table = StickyTable(SharedWords(2 * 16_384), window: .seconds(2))
        var dice = Dice(5)
        return App.each { turn in
            let client = dice.next() % 10_000
            let later = now + .microseconds(UInt64(turn))
            let place = table.place(of: client, now: later)
            table.bind(client, to: place ?? .init(slot: 1, generation: 1), now: later)
            return Int(place?.slot ?? 0)
        }
    }

    static func cookie(_ count: Int) -> Double {
        let cookie = StickyCookie(names: names(count), secret: (1, 2))
        let values = (0..<min(count, 256)).map { member in
            let value = cookie.value(of: member)
            return Array("theme=dark; lb=".utf8) + value.indices.map { value[$0] } + [0x3B]
        }
        let name = Array("lb".utf8)
        return App.each { turn in
            let value = values[turn % values.count]
            let field = value.span
            guard let range = CookiePairs.find(name.span, in: field) else { return 0 }
            return cookie.member(field, in: range) ?? 0
        }
    }

    /// Ten thousand clients over 16,384 entries.
    static func rateLimit() -> Double {
        let limit = RateLimit(100, per: .seconds(1), burst: 100)
        let table = RateLimitTable(SharedWords(2 * 16_384), limit: limit)
        var dice = Dice(6)
        return App.each { turn in
            let later = now + .microseconds(UInt64(turn))
            return table.decide(dice.next() % 10_000, now: later) == .allow ? 1 : 0
        }
    }

    static func retryBudget() -> Double {
        var budget = RetryBudget()
        let terms = RetryBudget.Terms()
        return App.each { turn in
            let later = now + .microseconds(UInt64(turn))
            budget.requested(terms, now: later)
            return budget.grant(terms, now: later) ? 1 : 0
        }
    }

    static func observe() -> Double {
        var ewma = PeakEWMA()
        return App.each { turn in
            ewma.observe(.microseconds(UInt64(turn % 900)), now: now + .microseconds(UInt64(turn)))
            return 1
        }
    }
}
