import Control
import Testing

/// Counts by cause, in memory and between processes.
@Suite struct CauseCountsTests {
    @Test func `none has been counted at first, and what is set to zero is not counted`() {
        var counts = CauseCounts()
        #expect(counts.total == 0 && counts.counted.isEmpty && counts[.banned] == 0)
        counts[.banned] = 3
        counts[.refused] = 4
        #expect(counts.total == 7)
        #expect(counts.counted.map(\.cause) == [.refused, .banned])
        counts[.banned] = 0
        #expect(counts.counted.map(\.count) == [4])
        #expect(counts != CauseCounts())
        counts[.refused] = 0
        #expect(counts == CauseCounts())
    }

    @Test func `counts in the order of numbers are taken, as far as these are causes`() {
        let numbered = (0..<32).map { UInt64($0) * 10 }
        let counts = CauseCounts(numbered)
        for cause in Cause.allCases { #expect(counts[cause] == UInt64(cause.rawValue) * 10) }
        #expect(CauseCounts([9, 1]).counted.map(\.cause) == [.refused])
        #expect(CauseCounts([]) == CauseCounts())
    }

    @Test func `every count comes over as it was sent`() {
        var all = CauseCounts()
        for cause in Cause.allCases {
            all[cause] = .max - UInt64(cause.rawValue)
            var one = CauseCounts()
            one[cause] = 1
            #expect(read(frame(one), as: CauseCounts.self) == one)
        }
        #expect(read(frame(all), as: CauseCounts.self) == all)
        #expect(read(frame(CauseCounts()), as: CauseCounts.self) == CauseCounts())
    }

    @Test(arguments: [0, 24, 255] as [UInt8])
    func `a number that is no cause is refused, and named`(number: UInt8) {
        let bytes: [UInt8] = [1, number, 1, 0, 0, 0, 0, 0, 0, 0]
        let words = "there is no cause with the number \(number)"
        #expect(fault(bytes, as: CauseCounts.self) == words)
    }

    @Test func `counts that break off are refused`() {
        var counts = CauseCounts()
        counts[.silent] = 5
        let whole = frame(counts)
        for length in 0..<whole.count {
            #expect(read(Array(whole[..<length]), as: CauseCounts.self) == nil)
        }
    }
}
