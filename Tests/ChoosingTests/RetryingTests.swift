import Testing

@testable import Choosing

@Suite struct RetryingTests {
    static let failures: [AttemptFailure] = [
        .notConnected, .brokenUnsent, .brokenSent, .timedOut, .malformed,
    ]

    private func state(
        idempotent: Bool = true, replayable: Bool = true, answered: Bool = false, attempts: Int = 1
    ) -> AttemptState {
        AttemptState(
            isIdempotent: idempotent, isReplayable: replayable, hasAnswered: answered,
            attempts: attempts, retries: 2)
    }

    @Test(arguments: failures)
    func `once the client has part of an answer it is cut off, never answered anew`(
        _ failure: AttemptFailure
    ) {
        for idempotent in [true, false] {
            #expect(
                Retrying.decide(failure, state(idempotent: idempotent, answered: true)) == .abort)
        }
    }

    @Test(arguments: [AttemptFailure.notConnected, .brokenUnsent])
    func `what nobody can have received is tried again whatever its method`(
        _ failure: AttemptFailure
    ) {
        #expect(Retrying.decide(failure, state(idempotent: false)) == .again)
        #expect(Retrying.decide(failure, state(idempotent: true)) == .again)
    }

    @Test func `what may have been received is tried again only where it may be done twice`() {
        #expect(Retrying.decide(.brokenSent, state(idempotent: true)) == .again)
        #expect(Retrying.decide(.brokenSent, state(idempotent: false)) == .giveUp)
    }

    @Test func `two processes may die of one request, and no third`() {
        func state(deaths: Int) -> AttemptState {
            AttemptState(
                isIdempotent: true, isReplayable: true, hasAnswered: false, attempts: 1,
                retries: 9, deaths: deaths)
        }
        #expect(Retrying.decide(.brokenSent, state(deaths: 1)) == .again)
        #expect(Retrying.decide(.brokenSent, state(deaths: 2)) == .giveUp)
        // What it has not received it can't have died of.
        #expect(Retrying.decide(.notConnected, state(deaths: 2)) == .again)
    }

    @Test(arguments: failures)
    func `what can't be sent once more is not tried again`(_ failure: AttemptFailure) {
        #expect(Retrying.decide(failure, state(replayable: false)) == .giveUp)
    }

    @Test func `two retries make three attempts and no fourth`() {
        #expect(Retrying.decide(.notConnected, state(attempts: 1)) == .again)
        #expect(Retrying.decide(.notConnected, state(attempts: 2)) == .again)
        #expect(Retrying.decide(.notConnected, state(attempts: 3)) == .giveUp)
    }

    @Test func `an answer that is none and a silence are not asked for twice`() {
        #expect(Retrying.decide(.malformed, state()) == .giveUp)
        #expect(Retrying.decide(.timedOut, state()) == .giveUp)
    }
}
