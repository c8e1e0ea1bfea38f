import Basics
import Choosing
import Testing

@testable import Balancing

@Suite struct AttemptsTests {
    static let failures: [AttemptFailure] = [
        .notConnected, .brokenUnsent, .brokenSent, .timedOut, .malformed,
    ]
    private let first = BackendProcess(slot: 0, generation: 1)
    private let second = BackendProcess(slot: 1, generation: 1)
    private let start = Instant(nanoseconds: 1_000)

    private func begun(on process: BackendProcess? = nil) -> Attempts {
        var attempts = Attempts(at: start)
        attempts.began(on: process ?? first, why: .any, at: start)
        return attempts
    }

    private func message(
        idempotent: Bool = true, replayable: Bool = true, answered: Bool = false
    ) -> Attempts.Message {
        .init(isIdempotent: idempotent, isReplayable: replayable, hasAnswered: answered)
    }

    private func facts(
        supervised: Bool = true, died: Bool = false, other: Bool = true, retries: Int = 2,
        closing: Bool = false
    ) -> Attempts.Facts {
        .init(
            isSupervised: supervised, hasDied: died, hasOther: other, retries: retries,
            wasClosing: closing)
    }

    /// Every message with every set of facts.
    private func withEvery(
        _ body: (Attempts.Message, Attempts.Facts) -> Void
    ) {
        for bits in 0..<128 {
            func bit(_ index: Int) -> Bool { bits >> index & 1 == 1 }
            body(
                message(idempotent: bit(0), replayable: bit(1), answered: bit(2)),
                facts(
                    supervised: bit(3), died: bit(4), other: bit(5), closing: bit(6)))
        }
    }

    @Test(arguments: failures)
    func `once the client has part of an answer it is cut off, never answered anew`(
        _ failure: AttemptFailure
    ) {
        withEvery { message, facts in
            if !message.hasAnswered { return }
            var attempts = begun()
            #expect(attempts.failed(failure, .terminated, message, facts) == .cut)
        }
    }

    @Test(arguments: failures)
    func `what can't be sent once more is answered and not tried again`(
        _ failure: AttemptFailure
    ) {
        withEvery { message, facts in
            if message.hasAnswered || message.isReplayable { return }
            var attempts = begun()
            let decision = attempts.failed(failure, .terminated, message, facts)
            #expect(decision == .answer(.failure))
        }
    }

    @Test(arguments: [AttemptFailure.timedOut, .malformed])
    func `an answer that is none and a silence are not asked for twice`(
        _ failure: AttemptFailure
    ) {
        withEvery { message, facts in
            if message.hasAnswered { return }
            var attempts = begun()
            #expect(attempts.failed(failure, .silent, message, facts) == .answer(.failure))
        }
    }

    @Test func `what may have been received is tried again only where it may be done twice`() {
        withEvery { message, facts in
            if message.hasAnswered || !message.isReplayable || message.isIdempotent { return }
            var attempts = begun()
            let decision = attempts.failed(.brokenSent, .terminated, message, facts)
            #expect(decision == .answer(.failure))
        }
    }

    @Test(arguments: [AttemptFailure.notConnected, .brokenUnsent])
    func `what none can have received is tried elsewhere whatever its method`(
        _ failure: AttemptFailure
    ) {
        for idempotent in [true, false] {
            for died in [true, false] {
                var attempts = begun()
                let decision = attempts.failed(
                    failure, .refused, message(idempotent: idempotent), facts(died: died))
                #expect(decision == .again(isPaid: !died))
            }
        }
    }

    @Test func `two retries make three attempts and no fourth`() {
        var attempts = begun()
        let alone = facts(supervised: false)
        #expect(attempts.failed(.notConnected, .refused, message(), alone) == .again(isPaid: true))
        attempts.began(on: second, why: .any, at: start)
        #expect(attempts.failed(.notConnected, .refused, message(), alone) == .again(isPaid: true))
        attempts.began(on: first, why: .any, at: start)
        #expect(attempts.failed(.notConnected, .refused, message(), alone) == .answer(.failure))
        #expect(attempts.count == 3)
    }

    @Test func `a connection that was closing costs no retry, once, and then it is a new one`() {
        for failure in [AttemptFailure.brokenUnsent, .brokenSent] {
            var attempts = begun()
            let closing = facts(supervised: false, retries: 0, closing: true)
            #expect(!attempts.needsFresh)
            #expect(
                attempts.failed(failure, .terminated, message(), closing)
                    == .again(isPaid: false))
            #expect(attempts.needsFresh)
            attempts.began(on: second, why: .any, at: start)
            #expect(
                attempts.failed(failure, .terminated, message(), closing) == .answer(.failure))
        }
    }

    @Test func `a process that died takes the free attempt from no request`() {
        var attempts = begun()
        _ = attempts.failed(
            .brokenUnsent, .terminated, message(), facts(died: true, closing: true))
        #expect(!attempts.needsFresh)
    }

    @Test func `where retries are used up only a death makes room for another`() {
        var attempts = begun()
        let decision = attempts.failed(.notConnected, .refused, message(), facts(retries: 0))
        #expect(decision == .wait(.death(.refused, .failure)))
    }

    @Test func `attempts that deaths ended are no retries, however many there are`() {
        var attempts = Attempts(at: start)
        for generation in 1...100 {
            attempts.began(on: .init(slot: 0, generation: UInt64(generation)), why: .any, at: start)
            let decision = attempts.failed(
                .notConnected, .refused, message(), facts(died: true, retries: 0))
            #expect(decision == .again(isPaid: false))
        }
        #expect(attempts.count == 100)
        #expect(attempts.log.kept == 82..<100)
        #expect(attempts.includes(.init(slot: 0, generation: 100)))
        #expect(!attempts.includes(.init(slot: 0, generation: 82)))
    }

    @Test func `after any number of deaths a request has all of its retries`() {
        var attempts = Attempts(at: start)
        for generation in 1...5 {
            attempts.began(on: .init(slot: 0, generation: UInt64(generation)), why: .any, at: start)
            _ = attempts.failed(.notConnected, .refused, message(), facts(died: true))
        }
        for isLast in [false, false, true] {
            attempts.began(on: second, why: .any, at: start)
            let decision = attempts.failed(.notConnected, .refused, message(), facts())
            #expect(
                decision == (isLast ? .wait(.death(.refused, .failure)) : .again(isPaid: true)))
        }
    }

    @Test func `after a death it waits where there is no other`() {
        for failure in [AttemptFailure.notConnected, .brokenUnsent, .brokenSent] {
            var attempts = begun()
            let decision = attempts.failed(
                failure, .terminated, message(), facts(died: true, other: false))
            #expect(decision == .wait(.backend))
        }
    }

    @Test func `where all others have failed it too, a supervised one waits for news`() {
        var attempts = begun()
        let lonely = facts(other: false)
        #expect(attempts.failed(.notConnected, .refused, message(), lonely) == .wait(.news))
        var alone = begun()
        let unsupervised = facts(supervised: false, other: false)
        #expect(
            alone.failed(.notConnected, .refused, message(), unsupervised)
                == .again(isPaid: true))
    }

    @Test func `a budget without room leaves it to a death, where one could be told`() {
        var attempts = begun()
        #expect(attempts.denied(.refused, facts()) == .wait(.death(.refused, .budget)))
        #expect(attempts.denied(.refused, facts(supervised: false)) == .answer(.budget))
    }

    @Test func `two processes may die of one request, and no third gets it before that is known`() {
        var attempts = begun()
        let death = facts(died: true)
        let request = message()
        #expect(
            attempts.failed(.brokenSent, .terminated, request, death) == .again(isPaid: false))
        attempts.began(on: second, why: .any, at: start)
        #expect(attempts.failed(.brokenSent, .terminated, request, death) == .wait(.endings))
        #expect(attempts.blame.isOpen)

        var killed = attempts
        killed.learnEndings { _ in .fromOutside }
        #expect(killed.blame == .init(known: 0, possible: 0))

        var half = attempts
        half.learnEndings { $0 == self.first ? .byItself : .unknown }
        #expect(half.blame == .init(known: 1, possible: 2))
        half.learnEndings { _ in .fromOutside }
        #expect(half.blame == .init(known: 1, possible: 1))
        #expect(!half.blame.isOpen && !half.blame.isDeadly)

        attempts.learnEndings { _ in .byItself }
        #expect(attempts.blame.isDeadly)
    }

    @Test func `a third crash is not risked once two are known`() {
        var attempts = begun()
        let death = facts(died: true)
        _ = attempts.failed(.brokenSent, .terminated, message(), death)
        attempts.learnEndings { _ in .byItself }
        attempts.began(on: second, why: .any, at: start)
        _ = attempts.failed(.brokenSent, .terminated, message(), death)
        attempts.learnEndings { _ in .byItself }
        attempts.began(on: first, why: .any, at: start)
        #expect(
            attempts.failed(.brokenSent, .terminated, message(), death) == .answer(.deadly))
    }

    @Test func `of what it has not received a process can't have died`() {
        var attempts = begun()
        for _ in 0..<3 {
            _ = attempts.failed(.notConnected, .refused, message(), facts(died: true))
            attempts.began(on: second, why: .any, at: start)
        }
        #expect(attempts.blame == .init(known: 0, possible: 0))
    }

    @Test func `a backend that was started anew has not had it`() {
        var attempts = begun()
        _ = attempts.failed(.brokenSent, .terminated, message(), facts(died: true))
        #expect(attempts.includes(first))
        #expect(!attempts.includes(.init(slot: first.slot, generation: 2)))
        #expect(!attempts.includes(second))
    }

    @Test func `only what may be done twice is taken from one that does not answer`() {
        withEvery { message, _ in
            var attempts = begun()
            #expect(!attempts.isStuck(message, retries: 2))
            attempts.upstream = .init(7)
            #expect(
                attempts.isStuck(message, retries: 2)
                    == (message.isIdempotent && message.isReplayable && !message.hasAnswered))
            #expect(!attempts.isStuck(message, retries: 0))
            attempts.wasTakenAway()
            #expect(attempts.log.cause(0) == .silent)
            #expect(!attempts.isStuck(message, retries: 1))
        }
    }

    @Test func `the log names each attempt with its cause, and none for one under way`() {
        var attempts = begun()
        _ = attempts.failed(.notConnected, .refused, message(), facts())
        attempts.began(on: second, why: .any, at: start)
        #expect(attempts.log.kept == 0..<2)
        #expect(attempts.log.slot(0) == 0 && attempts.log.cause(0) == .refused)
        #expect(attempts.log.slot(1) == 1 && attempts.log.cause(1) == nil)
        #expect(attempts.process == second)
    }

    @Test func `time spent waiting adds up`() {
        var attempts = Attempts(at: start)
        attempts.waited(for: .milliseconds(3))
        attempts.waited(for: .milliseconds(4))
        #expect(attempts.waited == .milliseconds(7))
    }
}
