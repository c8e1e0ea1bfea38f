import Basics
import Testing

@testable import Choosing

@Suite struct SuspicionTests {
    private let start = Instant(nanoseconds: 5_000_000_000)

    @Test func `two failures in a row are no reason to pass a backend over`() {
        #expect(Suspicion.admits(failures: 2, lastTrial: start, now: start))
    }

    @Test func `a suspect is tried again when the pause is over and not before`() {
        let before = start + .milliseconds(999)
        #expect(!Suspicion.admits(failures: 3, lastTrial: start, now: before))
        #expect(Suspicion.admits(failures: 3, lastTrial: start, now: start + .seconds(1)))
    }
}
