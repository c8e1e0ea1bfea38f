import Basics

/// Totals that are added up, taken away from each other, or sent: each figure is named once.
extension BackendTotals {
    /// What only rises, figure by figure.
    private static var counters: [WritableKeyPath<BackendTotals, UInt64>] {
        [
            \.requests, \.unanswered, \.retriedFrom, \.retriedTo, \.retriesDenied, \.connects,
            \.connectFailures, \.notTried, \.abandoned, \.streams, \.spoilt, \.lost,
            \.octets.sent, \.octets.received, \.checks.passed, \.checks.failed,
        ]
    }

    /// What is counted in several places each.
    private static var rows: [WritableKeyPath<BackendTotals, [UInt64]>] {
        [\.classes, \.failures, \.latency.words, \.withdrawals.words]
    }

    /// Takes away what had been counted at an earlier time. What is so at present is not counted.
    public mutating func subtract(_ earlier: BackendTotals) { combine(earlier, &-) }

    /// Adds what was counted elsewhere. What is so at present stays as it is.
    public mutating func add(_ more: BackendTotals) { combine(more, &+) }

    private mutating func combine(_ other: BackendTotals, _ sum: (UInt64, UInt64) -> UInt64) {
        for figure in Self.counters {
            self[keyPath: figure] = sum(self[keyPath: figure], other[keyPath: figure])
        }
        for row in Self.rows {
            self[keyPath: row] = zip(self[keyPath: row], other[keyPath: row]).map(sum)
        }
    }

    /// All that was counted, as numbers in an order that is the same in all programs of one build;
    /// empty where nothing was.
    public var words: [UInt64] {
        let words =
            Self.counters.map { self[keyPath: $0] } + Self.rows.flatMap { self[keyPath: $0] }
        return words.allSatisfy { $0 == 0 } ? [] : words
    }

    /// What `words` tell; nothing was counted where they are not as many as they must be.
    public init(words: [UInt64]) {
        self.init()
        let lengths = Self.rows.map { self[keyPath: $0].count }
        if words.count != Self.counters.count + lengths.reduce(0, +) { return }
        var rest = words[...]
        for figure in Self.counters { self[keyPath: figure] = rest.popFirst() ?? 0 }
        for (row, length) in zip(Self.rows, lengths) {
            self[keyPath: row] = Array(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
    }
}

extension LatencyHistogram {
    /// The sum in nanoseconds, then the count of each bucket.
    fileprivate var words: [UInt64] {
        get { [sum.count] + counts }
        set {
            sum = Nanoseconds(newValue.first ?? 0)
            counts = Array(newValue.dropFirst())
        }
    }
}
