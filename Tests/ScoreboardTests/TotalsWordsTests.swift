import Basics
import Scoreboard
import Testing

/// Totals as numbers in a row, and back.
@Suite struct TotalsWordsTests {
    private var some: BackendTotals {
        var totals = BackendTotals()
        totals.requests = 1
        totals.octets.received = 2
        totals.classes[4] = 3
        totals.failures[5] = 4
        totals.latency.sum = Nanoseconds(5)
        totals.latency.counts[99] = 6
        totals.withdrawals.counts[0] = 7
        return totals
    }

    @Test func `what was counted is told and read again`() {
        #expect(BackendTotals(words: some.words) == some)
        #expect(BackendTotals().words == [])
        #expect(BackendTotals(words: []) == BackendTotals())
    }

    @Test func `too few or too many numbers tell nothing`() {
        #expect(BackendTotals(words: Array(some.words.dropLast())) == BackendTotals())
        #expect(BackendTotals(words: some.words + [1]) == BackendTotals())
    }

    @Test func `what is added can be taken away, and what is so at present is left`() {
        var totals = some
        totals.inFlight = 9
        totals.add(some)
        #expect(totals.requests == 2 && totals.latency.counts[99] == 12 && totals.inFlight == 9)
        #expect(totals.failed == 8 && totals.withdrawals.counts[0] == 14)
        totals.subtract(some)
        totals.inFlight = 0
        #expect(totals == some)
    }
}
