import Basics
import Testing

@testable import Choosing

@Suite struct SlowStartTests {
    private let start = Instant(nanoseconds: 9_000_000_000)

    @Test func `it begins at a tenth, never falls, makes no leap and ends at all`() {
        let slow = SlowStart(window: .seconds(10))
        #expect(slow.share(from: start, now: start) == 103)
        #expect(slow.share(from: start, now: start + .seconds(5)) == 512)
        #expect(slow.share(from: start, now: start + .seconds(10)) == 1024)
        #expect(slow.share(from: start, now: .never) == 1024)
        var last = slow.share(from: start, now: start)
        for step in 0...10_000 as ClosedRange<UInt64> {
            let share = slow.share(from: start, now: start + .milliseconds(step))
            #expect(share >= last && share <= last + 1 && share <= 1024)
            last = share
        }
    }

    @Test func `a window of nothing is none, and a long one does not overflow`() {
        #expect(SlowStart(window: Nanoseconds(0)).share(from: start, now: start) == 1024)
        #expect(SlowStart(window: Nanoseconds(1)).share(from: start, now: start) == 103)
        let ages = SlowStart(window: .minutes(60 * 24 * 365))
        #expect(ages.share(from: start, now: start + .minutes(60 * 24 * 182)) == 510)
        #expect(SlowStart.weight(.max, at: 1024) == .max)
        #expect(SlowStart.weight(100, at: 512) == 51_200)
    }

    @Test func `of its turns a member takes its share, spread, whatever the sequence's length`() {
        for count in [1, 2, 3, 7, 10, 89, 144, 1000] {
            for share in [103, 205, 512, 700, 1000, 1023] as [UInt32] {
                var taken = 0
                var skipped = 0
                var longest = 0
                let place = UInt64(count / 2)
                for round in 0..<3000 as Range<UInt64> {
                    let turn = round * UInt64(count) + place
                    if SlowStart.admits(turn: turn, of: count, at: share) {
                        taken += 1
                        skipped = 0
                    } else {
                        skipped += 1
                        longest = max(longest, skipped)
                    }
                    let due = Double(round + 1) * Double(share) / 1024
                    #expect(abs(Double(taken) - due) <= 3)
                }
                #expect(longest <= 2 * 1024 / Int(share) + 1)
            }
        }
        #expect(SlowStart.admits(turn: 5, of: 3, at: 1024))
    }

    @Test func `in a rotation what a member leaves is shared by all others`() {
        let sequence = Rotation(weights: .init(repeating: 1, count: 5)).sequence
        var taken = [Int](repeating: 0, count: 5)
        for turn in 0..<50_000 as Range<UInt64> {
            var member = sequence[Int(turn % 5)]
            if member == 2 && !SlowStart.admits(turn: turn, of: 5, at: 103) {
                member = sequence[Rotation.standIn(turn: turn, of: 5)]
            }
            taken[member] += 1
        }
        #expect((950...1060).contains(taken[2]))
        for index in [0, 1, 3, 4] { #expect((12_000...12_500).contains(taken[index]), "\(taken)") }
    }

    @Test func `the one that stands in is never the one that left its turn`() {
        for count in 2...20 {
            for turn in 0..<400 as Range<UInt64> {
                let place = Rotation.standIn(turn: turn, of: count)
                #expect(place != Int(turn % UInt64(count)) && (0..<count).contains(place))
            }
        }
        #expect(Rotation.standIn(turn: 7, of: 1) == 0)
    }
}
