import Basics
import Testing

@testable import Logs

/// Which access lines are shown, and what is told in the place of the others.
@Suite struct AccessFoldingTests {
    private static let start: UInt64 = 1_795_165_738

    /// One that was told of lines, and what it has said.
    private struct Told {
        var folding: AccessFolding
        var shown = 0
        var announced = 0
        var accounts: [AccessAccount] = []

        init(_ choice: AccessFolding.Choice = .folded) { folding = AccessFolding(choice) }

        /// A line of `milliseconds` after the start.
        @discardableResult
        mutating func take(
            at milliseconds: UInt64, _ status: Int = 200, tries: Int = 1, backend: Int = 1,
            duration: String = "0.412", by name: String = "balancer"
        ) -> AccessFolding.Action {
            pass(to: milliseconds)
            let tried = tries > 1 ? "tries=\(tries) " : ""
            let text = Array(
                "::1 \"GET / HTTP/1.1\" \(status) 13 \(duration)ms backend.\(backend) \(tried)id=x"
                    .utf8)
            guard let facts = AccessFacts(text.span) else { return .leaveOut }
            let action = folding.took(facts, of: text.span, by: Array(name.utf8).span)
            if action == .show { shown += 1 }
            if action == .announce { announced += 1 }
            return action
        }

        mutating func pass(to milliseconds: UInt64) {
            let time = WallTime(
                nanoseconds: AccessFoldingTests.start * 1_000_000_000 + milliseconds * 1_000_000)
            if let account = folding.passed(to: time) { accounts.append(account) }
        }
    }

    @Test func `fifty lines a second are shown, and of more there is one`() {
        var told = Told()
        for number in 0..<50 as Range<UInt64> { told.take(at: number * 10) }
        #expect(told.shown == 50 && told.folding.due == nil)
        told.pass(to: 1_000)
        #expect(told.accounts.isEmpty)
        for number in 0..<80 as Range<UInt64> { told.take(at: 1_000 + number * 10) }
        #expect(told.shown == 100 && told.announced == 1)
        #expect(
            told.folding.due
                == WallTime(nanoseconds: (Self.start + 2) * 1_000_000_000))
        told.pass(to: 1_999)
        #expect(told.accounts.isEmpty)
        told.pass(to: 2_000)
        // All of the second, with those that were shown.
        #expect(
            told.accounts.map(\.text) == ["80 requests, 0 failed, p99 0.41 ms; backend.1 100 %"])
        #expect(told.accounts[0].time == WallTime(nanoseconds: (Self.start + 2) * 1_000_000_000))
    }

    @Test func `a second that goes on like that is folded from its first line on`() {
        var told = Told()
        for second in 0..<4 as Range<UInt64> {
            for number in 0..<100 as Range<UInt64> { told.take(at: second * 1_000 + number) }
        }
        #expect(told.shown == 50 && told.announced == 1 && told.accounts.count == 3)
        // Half of it is not few enough, less is: then each is shown again.
        for number in 0..<25 as Range<UInt64> { told.take(at: 4_000 + number) }
        for number in 0..<24 as Range<UInt64> { told.take(at: 5_000 + number) }
        #expect(told.shown == 50)
        for number in 0..<30 as Range<UInt64> { told.take(at: 6_000 + number) }
        #expect(told.shown == 80 && told.accounts.count == 6)
        #expect(told.folding.due == nil)
    }

    @Test func `silence ends it, and the last account comes when it is due`() {
        var told = Told()
        for number in 0..<60 as Range<UInt64> { told.take(at: number) }
        told.pass(to: 1_020)
        #expect(told.accounts.count == 1 && told.folding.due != nil)
        told.pass(to: 2_020)
        #expect(told.accounts.count == 1 && told.folding.due == nil)
        for number in 0..<60 as Range<UInt64> { told.take(at: 3_000 + number) }
        #expect(told.folding.finished()?.text.hasPrefix("60 requests") == true)
        #expect(told.folding.finished() == nil)
    }

    @Test func `failed and retried ones are shown, but only a few at once`() {
        var told = Told()
        for number in 0..<60 as Range<UInt64> { told.take(at: number) }
        let before = told.shown
        for number in 0..<20 as Range<UInt64> { told.take(at: 100 + number, 502) }
        for number in 0..<20 as Range<UInt64> { told.take(at: 200 + number, tries: 2) }
        #expect(told.shown == before + AccessFolding.mostSingles)
        for second in 1..<11 as Range<UInt64> {
            for number in 0..<60 as Range<UInt64> { told.take(at: second * 1_000 + number, 502) }
        }
        #expect(told.shown == before + AccessFolding.mostSingles + 3)
        #expect(told.accounts[0].text.hasPrefix("100 requests, 20 failed, 20 retried, p99"))
        #expect(told.accounts[0].hasFailures)
    }

    @Test func `a clock that is set back makes no time go back by more, and stops nothing`() {
        var told = Told()
        for number in 0..<60 as Range<UInt64> { told.take(at: 10_000 + number) }
        // A moment late: it belongs to the second that is under way.
        told.take(at: 9_990)
        #expect(told.accounts.isEmpty)
        told.take(at: 3_000)
        #expect(told.accounts.map(\.text.count) != [0] && told.accounts.count == 1)
        #expect(told.accounts[0].time == WallTime(nanoseconds: (Self.start + 3) * 1_000_000_000))
        told.pass(to: 3_500)
        #expect(told.accounts.count == 1)
    }

    @Test func `all, errors and none are what they say`() {
        for (choice, expected) in [
            (AccessFolding.Choice.all, 300), (.errors, 200), (.none, 0),
        ] {
            var told = Told(choice)
            for number in 0..<100 as Range<UInt64> {
                told.take(at: number * 30)
                told.take(at: number * 30, 503)
                told.take(at: number * 30, tries: 3)
            }
            #expect(told.shown == expected && told.accounts.isEmpty && told.announced == 0)
            #expect(told.folding.due == nil)
        }
    }

    @Test func `an account tells shares, classes and the slowest of a hundred`() {
        var told = Told()
        for number in 0..<12_940 as Range<UInt64> {
            told.take(
                at: number / 20, number % 1_000 == 0 ? 404 : 200, backend: Int(number % 3) + 9,
                duration: number % 50 == 0 ? "3.141" : "0.500",
                by: number % 2 == 0 ? "balancer.1" : "balancer.2")
        }
        told.pass(to: 1_000)
        #expect(
            told.accounts.map(\.text) == [
                "12,940 requests, 0 failed, 13 with 4xx, p99 3.1 ms; "
                    + "backend.9 33 %, backend.10 33 %, backend.11 33 %"
            ])
        #expect(told.accounts[0].name == Array("balancer".utf8))
        for number in 0..<120 as Range<UInt64> {
            told.take(at: 1_000 + number, backend: Int(number % 6) + 1)
        }
        told.pass(to: 2_000)
        #expect(told.accounts[1].text.hasSuffix("; 6 backends, 17 to 17 % each"))
    }
}
