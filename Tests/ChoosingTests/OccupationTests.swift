import Basics
import Testing

@testable import Choosing

@Suite struct OccupationTests {
    private static let start = Instant(nanoseconds: 5_000_000_000)

    @Test func `what has not been seen is not in force`() {
        #expect(!Occupation().isInForce(Self.start))
        #expect(!Occupation().isInForce(Instant(nanoseconds: 0)))
    }

    @Test func `it holds for a second, and for twice as long each time that it is seen again`() {
        var occupation = Occupation()
        var now = Self.start
        for seconds in [1, 2, 4, 8, 16, 32, 32] as [UInt64] {
            occupation.seen(now: now)
            // A unit of its word is a millisecond.
            #expect(occupation.isInForce(now + .milliseconds(seconds * 1000 - 2)))
            now = now + .seconds(seconds)
            #expect(!occupation.isInForce(now))
        }
    }

    @Test func `seen by many at once it is seen once`() {
        var occupation = Occupation()
        occupation.seen(now: Self.start)
        let word = occupation.word
        occupation.seen(now: Self.start + .milliseconds(500))
        #expect(Occupation(word: word) == occupation)
    }

    @Test func `after a minute it is as though it had never been seen`() {
        var occupation = Occupation()
        occupation.seen(now: Self.start)
        occupation.seen(now: Self.start + .seconds(2))
        let later = Self.start + .seconds(4) + Occupation.memory
        occupation.seen(now: later)
        #expect(!occupation.isInForce(later + Occupation.first))
    }

    @Test func `an unread request comes out of its words as it went in, for half a second`() throws
    {
        for isCertain in [true, false] {
            let request = UnreadRequest(
                since: Self.start, seenAt: Self.start + .milliseconds(50), isCertain: isCertain)
            let now = Self.start + .milliseconds(60)
            #expect(UnreadRequest(words: request.words, now: now) == request)
            let end = request.seenAt + UnreadRequest.memory
            #expect(UnreadRequest(words: request.words, now: end) != nil)
            #expect(UnreadRequest(words: request.words, now: end + .milliseconds(1)) == nil)
        }
        #expect(UnreadRequest(words: (0, 0), now: Instant(nanoseconds: 0)) == nil)
    }
}
