import Basics
import Testing

@testable import Balancing

/// For how long a client is asked to wait.
@Suite struct RetryAfterTests {
    /// Spans in nanoseconds, and the seconds that Retry-After says.
    static let table: [(span: UInt64, seconds: UInt64)] = [
        (0, 1), (1, 1), (999_999_999, 1), (1_000_000_000, 1), (1_000_000_001, 2),
        (1_999_999_999, 2), (2_000_000_000, 2), (59_000_000_000, 59), (59_000_000_001, 60),
        (.max - 1, 18_446_744_074), (.max, 18_446_744_074),
    ]

    @Test(arguments: table)
    func `it is whole seconds, rounded up, and at least one`(
        _ row: (span: UInt64, seconds: UInt64)
    ) {
        #expect(RetryAfter(Nanoseconds(row.span)).seconds == row.seconds)
    }

    @Test func `a client that waits for so long has waited long enough, and hardly longer`() {
        for base in [0, 1, 59, 3600] as [UInt64] {
            for rest in [0, 1, 500_000_000, 999_999_999] as [UInt64] {
                let wait = Nanoseconds(base * 1_000_000_000 + rest)
                let told = Nanoseconds.seconds(RetryAfter(wait).seconds)
                #expect(told >= wait && told.count - wait.count <= 1_000_000_000)
            }
        }
    }

    @Test func `where nothing is known it is the shortest that can be said`() {
        #expect(RetryAfter.shortest.seconds == 1)
    }
}
