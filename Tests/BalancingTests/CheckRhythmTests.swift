import Basics
import Testing

@testable import Balancing

@Suite struct CheckRhythmTests {
    private let rhythm = CheckRhythm(interval: .seconds(1), origin: .milliseconds(300))

    @Test func `a backend's beats are an interval apart, whenever one asks`() {
        for place in [0, 7, 8, 199] as [UInt32] {
            let start = Instant(nanoseconds: 77_123_456_789)
            let first = rhythm.next(place, after: start)
            #expect(first > start && first <= start + .seconds(1))
            #expect(rhythm.next(place, after: first) == first + .seconds(1))
            let just = Instant(nanoseconds: first.nanoseconds - 1)
            #expect(rhythm.next(place, after: just) == first)
            #expect(
                rhythm.next(place, after: first + .milliseconds(999)) == first + .seconds(1))
        }
    }

    @Test func `neighbours share a beat, and many are spread evenly`() {
        let now = Instant(nanoseconds: 77_000_000_000)
        #expect(Set((0..<8 as Range<UInt32>).map { rhythm.next($0, after: now) }).count == 1)
        let beats = (0..<25 as Range<UInt32>).map { rhythm.next($0 * 8, after: now) }.sorted()
        #expect(Set(beats).count == 25)
        for (earlier, later) in zip(beats, beats.dropFirst()) {
            let gap = later.since(earlier)
            #expect(gap >= .milliseconds(10) && gap <= .milliseconds(80), "\(gap)")
        }
    }

    @Test func `two balancers do not check in step, and an interval of nothing does not trap`() {
        let other = CheckRhythm(interval: .seconds(1), origin: .milliseconds(800))
        let now = Instant(nanoseconds: 77_000_000_000)
        #expect(other.next(0, after: now) != rhythm.next(0, after: now))
        let none = CheckRhythm(interval: Nanoseconds(0), origin: Nanoseconds(0))
        #expect(none.next(3, after: now) > now)
    }
}
