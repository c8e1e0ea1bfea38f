import Basics
import Testing

@testable import Balancing

/// Identifiers as the numbers that they stand for (Crockford's base 32).
@Suite struct RequestIdentityTests {
    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

    /// The milliseconds and the count of an identifier.
    private struct Parts: Equatable {
        var time: UInt64 = 0
        var count: UInt128 = 0

        /// Nothing where it is no such identifier.
        init?(_ text: InlineText) {
            if text.count != 26 { return nil }
            for index in 0..<26 {
                guard let value = alphabet.firstIndex(of: text[index]) else { return nil }
                if index < 10 {
                    time = time << 5 | UInt64(value)
                } else {
                    count = count << 5 | UInt128(value)
                }
            }
        }
    }

    @Test func `the first part is the time in milliseconds, of the wall clock`() throws {
        let offsets: [UInt64] = [
            0, 1, 999_999, 1_700_000_000_123_456_789, 18_000_000_000_000_000_000,
        ]
        for offset in offsets {
            var identity = RequestIdentity(wallOffset: offset)
            for time in [0, 1, 999_999, 1_000_000, 31_999_999, 32_000_000] as [UInt64] {
                let parts = try #require(Parts(identity.next(Instant(nanoseconds: time))))
                #expect(parts.time == (offset + time) / 1_000_000)
            }
        }
    }

    @Test func `the second part counts on by one, whatever the time does`() throws {
        var identity = RequestIdentity(wallOffset: 1_700_000_000_000_000_000)
        var now = Instant(nanoseconds: 0)
        var last = try #require(Parts(identity.next(now)))
        // Often enough that each of the last two characters goes through all of its values.
        for step in 0..<3000 {
            if step % 7 == 0 { now = now + .microseconds(UInt64(step)) }
            let next = try #require(Parts(identity.next(now)))
            #expect(next.count == last.count + 1 && next.time >= last.time)
            last = next
        }
    }

    @Test func `none of any number of workers begins where another may come to`() throws {
        var counts: [UInt128] = []
        for _ in 0..<200 {
            var identity = RequestIdentity(wallOffset: 0)
            let parts = try #require(Parts(identity.next(Instant(nanoseconds: 0))))
            // The half that is left is more than will ever be counted.
            #expect(parts.count <= UInt128(1) << 79)
            counts.append(parts.count)
        }
        counts.sort()
        for (one, next) in zip(counts, counts.dropFirst()) { #expect(next - one > 1 << 40) }
    }
}
