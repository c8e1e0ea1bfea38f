import Basics

/// So many requests a second, and so many at once: the generic cell rate algorithm (ITU-T I.371).
///
/// What is kept of a client is one instant: when its next request would be due if all came evenly
/// ("theoretical arrival time"). A request may be early by as much as the burst allows. An instant
/// that has passed says as much as none: so it is also when the client can be forgotten.
public struct RateLimit: Equatable, Sendable {
    /// What is decided of a request.
    public enum Decision: Equatable, Sendable {
        case allow
        /// It would be allowed after this time, and not before.
        case deny(retryAfter: Nanoseconds)
    }

    /// The time between two requests at the rate.
    public let interval: Nanoseconds
    /// How much earlier than that a request may be.
    public let tolerance: Nanoseconds

    /// `count` requests `per` time, and `burst` at once; a burst of none is one.
    public init(_ count: UInt64, per span: Nanoseconds, burst: UInt64) {
        // Rounded up: rather a request too few than one too many.
        let interval = (span.count + max(count, 1) - 1) / max(count, 1)
        self.interval = Nanoseconds(max(interval, 1))
        let (tolerance, overflow) = self.interval.count
            .multipliedReportingOverflow(by: max(burst, 1) - 1)
        self.tolerance = Nanoseconds(overflow ? .max / 2 : min(tolerance, .max / 2))
    }

    /// Whether a request may come now, and when the next one would be due; `due` is what the one
    /// before it left, the origin of time for the first.
    @inlinable
    public func decide(due: Instant, now: Instant) -> (decision: Decision, due: Instant) {
        let early = due.since(now)
        if early > tolerance {
            return (.deny(retryAfter: Nanoseconds(early.count - tolerance.count)), due)
        }
        return (.allow, max(due, now) + interval)
    }
}

/// The rate limit of every client, in a table of a fixed size.
///
/// The key is a hash of the client's address (of the first 64 bits for IPv6). When there are more
/// clients than places, the one that is nearest to having nothing against it is forgotten first.
/// Each decision is one exchange of one word, so it is exact however many threads there are.
public struct RateLimitTable<Words: WordStorage> {
    public let limit: RateLimit
    @usableFromInline
    let table: ExpiringTable<Words>

    /// The table that lies in these words, empty where all are 0.
    @inlinable
    public init(_ words: Words, limit: RateLimit) {
        table = ExpiringTable(words, payloadBits: 0)
        self.limit = limit
    }

    /// Whether a client's request may come now; if so it is counted.
    @inlinable
    public func decide(_ client: UInt64, now: Instant) -> RateLimit.Decision {
        for _ in 0..<64 {
            let entry = table.find(client, now: now)
            let (decision, due) = limit.decide(
                due: entry?.expiry ?? Instant(nanoseconds: 0), now: now)
            if decision != .allow { return decision }
            if let entry {
                if table.renew(entry, until: due) { return .allow }
            } else if table.put(client, payload: 0, expiry: due, now: now) {
                return .allow
            }
        }
        // So many others were quicker that it is too much in any case.
        return .deny(retryAfter: limit.interval)
    }
}

extension RateLimitTable: Sendable where Words: Sendable {}
