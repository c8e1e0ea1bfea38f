import Testing

@testable import Choosing

@Suite struct HealthTests {
    private let thresholds = Health.Thresholds(rise: 2, fall: 3)

    @Test func `a new process is up`() { #expect(Health().isUp) }

    @Test func `three failures in a row take it down and two do not`() {
        var health = Health()
        #expect(health.failed(thresholds) == .none)
        #expect(health.failed(thresholds) == .none)
        #expect(health.isUp)
        #expect(health.isInDoubt)
        #expect(health.failed(thresholds) == .wentDown)
        #expect(!health.isUp)
    }

    @Test func `two successes in a row bring it back and one does not`() {
        var health = Health()
        for _ in 0..<3 { _ = health.failed(thresholds) }
        #expect(health.succeeded(thresholds) == .none)
        #expect(!health.isUp)
        #expect(health.succeeded(thresholds) == .cameUp)
        #expect(health.isUp)
    }

    @Test func `one result of the other kind starts the count anew`() {
        var health = Health()
        for _ in 0..<20 {
            _ = health.failed(thresholds)
            _ = health.failed(thresholds)
            #expect(health.succeeded(thresholds) == .none)
        }
        #expect(health.isUp)
        for _ in 0..<3 { _ = health.failed(thresholds) }
        for _ in 0..<20 {
            _ = health.succeeded(thresholds)
            #expect(health.failed(thresholds) == .none)
        }
        #expect(!health.isUp)
    }

    @Test func `no sequence of results changes the verdict without enough of them in a row`() {
        // All sequences of ten results.
        for pattern in 0..<1024 {
            var health = Health()
            var inARow = 0
            for bit in 0..<10 {
                let isGood = pattern >> bit & 1 == 1
                let wasUp = health.isUp
                inARow = isGood == wasUp ? 0 : inARow + 1
                let change = isGood ? health.succeeded(thresholds) : health.failed(thresholds)
                let needed = wasUp ? 3 : 2
                #expect((change != .none) == (inARow == needed))
                if change != .none { inARow = 0 }
            }
        }
    }
}
