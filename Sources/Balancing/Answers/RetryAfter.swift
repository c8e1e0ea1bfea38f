import Basics

/// The time that a client is asked to wait before it asks again, as Retry-After says it (RFC 9110
/// §10.2.3): in whole seconds, rounded up, and at least one.
///
/// A second too few would have the client refused again; 0 would have it ask again at once, which
/// is what it is asked not to do.
struct RetryAfter: Equatable {
    let seconds: UInt64

    init(_ wait: Nanoseconds) {
        let (whole, rest) = wait.count.quotientAndRemainder(dividingBy: 1_000_000_000)
        seconds = max(1, rest > 0 ? whole + 1 : whole)
    }

    /// The shortest that can be asked for, where nothing tells how long it will take.
    static let shortest = RetryAfter(Nanoseconds(0))
}
