import Basics

/// How many retries there may be: a share of the requests, and never under so many a second, so
/// that a bad day doesn't become a storm.
///
/// Two balances, in thousandths of a retry. One gains a share of a retry with each request and
/// loses what is older than about ten seconds; the other gains the floor's rate, up to what ten
/// seconds bring (Finagle's reserve).
/// A retry is granted while either has one, and is taken from both: so the rate is the greater of
/// the two, not their sum.
///
/// Two words of state and one writer: a worker has its own. If they are shared by plain stores, one
/// of two changes at the same moment is lost.
public struct RetryBudget: Equatable, Sendable {
    /// What it is reckoned by.
    public struct Terms: Equatable, Sendable {
        /// Of a hundred requests, how many may be retried.
        public var percent: UInt32
        /// How many may be in any case, each second.
        public var floor: UInt32

        public init(percent: UInt32 = 20, floor: UInt32 = 10) {
            self.percent = percent
            self.floor = floor
        }
    }

    /// Both balances, the share's above.
    public var word0: UInt64
    /// When they were last brought up to date, in nanoseconds.
    public var word1: UInt64

    /// A new one is two zeros: it begins with ten seconds' floor.
    public init(word0: UInt64 = 0, word1: UInt64 = 0) {
        self.word0 = word0
        self.word1 = word1
    }

    /// There was a request, a new one and not a retry.
    public mutating func requested(_ terms: Terms, now: Instant) {
        let (share, floor) = balances(terms, now: now)
        keep(share + UInt64(terms.percent) * 10, floor)
    }

    /// Whether one more retry may be made; if so it is counted.
    public mutating func grant(_ terms: Terms, now: Instant) -> Bool {
        let (share, floor) = balances(terms, now: now)
        let isGranted = share >= 1000 || floor >= 1000
        let price: UInt64 = isGranted ? 1000 : 0
        keep(share - min(share, price), floor - min(floor, price))
        return isGranted
    }

    private mutating func keep(_ share: UInt64, _ floor: UInt64) {
        word0 = min(share, UInt64(UInt32.max)) << 32 | min(floor, UInt64(UInt32.max))
    }

    /// What the balances are now.
    private mutating func balances(
        _ terms: Terms, now: Instant
    ) -> (share: UInt64, floor: UInt64) {
        let share = word0 >> 32
        let floor = word0 & 0xFFFF_FFFF
        // In steps of a millisecond, or the small gains of many requests would be rounded away.
        let passed = now.since(Instant(nanoseconds: word1)).count / 1_000_000
        if passed == 0 { return (share, floor) }
        word1 = passed > 10_000 ? now.nanoseconds : word1 + passed * 1_000_000
        let most = UInt64(terms.floor) * 10_000
        let gained = UInt64(terms.floor) * min(passed, 10_000)
        return (share - share * min(passed, 10_000) / 10_000, min(floor + gained, most))
    }
}
