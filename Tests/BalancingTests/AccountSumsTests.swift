import Basics
import Control
import Testing

@testable import Balancing

@Suite struct AccountSumsTests {
    private func account(
        _ inFlight: UInt32, _ retried: UInt32, _ failed: UInt32, slot: BackendSlot = 1
    ) -> FailoverAccount {
        FailoverAccount(
            slot: slot, generation: 3, inFlight: inFlight, retried: retried, failed: failed)
    }

    @Test func `an account is whole when all that work have given their part, and given once`() {
        var sums = AccountSums()
        sums.add(.first(account(2, 1, 1)), by: 0)
        #expect(sums.takeWhole(working: [0, 1]).isEmpty)
        sums.add(.first(account(3, 3, 0)), by: 1)
        #expect(sums.takeWhole(working: [0, 1]) == [.first(account(5, 4, 1))])
        #expect(sums.takeWhole(working: [0, 1]).isEmpty)
    }

    @Test func `a worker that has finished is not waited for`() {
        var sums = AccountSums()
        sums.add(.first(account(2, 1, 1)), by: 0)
        #expect(sums.takeWhole(working: [0]) == [.first(account(2, 1, 1))])
        sums.add(.rest(account(1, 0, 1)), by: 0)
        #expect(sums.takeWhole(working: []) == [.rest(account(1, 0, 1))])
    }

    @Test func `a rest that tells of nothing is not given, and no two processes are mixed`() {
        var sums = AccountSums()
        sums.add(.rest(account(0, 0, 0)), by: 0)
        sums.add(.rest(account(0, 0, 1, slot: 2)), by: 0)
        sums.add(.first(account(1, 1, 0, slot: 2)), by: 0)
        let whole = sums.takeWhole(working: [0])
        #expect(whole == [.first(account(1, 1, 0, slot: 2)), .rest(account(0, 0, 1, slot: 2))])
    }
}
