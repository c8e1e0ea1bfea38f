import Basics
import Control
import Logs
import Testing

@testable import Supervision

/// Whether a backend can be chosen, as it is told.
@Suite struct ServiceAvailabilityTests {
    private typealias Backend = ServiceAvailability.Backend
    private let now = Instant(nanoseconds: 1_000_000_000)

    private func backend(
        _ fact: MemberFact = .ready, weight: UInt32 = 1, isUp: Bool = true,
        returns: Instant = .never, _ name: String = "a"
    ) -> Backend {
        let state: ChildState =
            switch fact {
            case .starting: .starting
            case .ready: .ready
            case .draining: .draining
            case .paused: .paused
            case .gone: .backoff
            }
        return Backend(
            name: name, state: state, fact: fact, weight: weight, isUp: isUp, returns: returns)
    }

    /// What is told when the backends become these, one after the other.
    private func told(_ looks: [[Backend]]) -> [String] {
        var availability = ServiceAvailability()
        return looks.compactMap { backends in
            availability.changed()
            return availability.look(backends, .request, isHeld: false, now: now)?.sentence
        }
    }

    private let isDown = "no backend can be chosen: a"
    private let isUp = "a backend can be chosen again after 0.00 ms"
    private let with503 = "; requests are answered with 503"

    @Test func `while the service begins nothing is told, unless nothing is to come of it`() {
        let coming = backend(.starting, returns: now)
        #expect(told([[coming], [coming], [backend()]]) == [])
        #expect(told([[coming], [backend(.gone)]]) == ["\(isDown) is backing off\(with503)"])
        #expect(told([[], [backend()], []]) == [])
    }

    @Test(arguments: [
        (MemberFact.draining, 1, "is draining"), (.paused, 1, "is paused"),
        (.gone, 1, "is backing off"), (.starting, 1, "is starting"), (.ready, 0, "has weight 0"),
    ])
    func `whatever has become of the last one it is told once, and its return`(
        fact: MemberFact, weight: UInt32, words: String
    ) {
        let lost = backend(fact, weight: weight)
        #expect(
            told([[backend()], [lost], [lost], [backend()], [backend()], [lost]])
                == ["\(isDown) \(words)\(with503)", isUp, "\(isDown) \(words)\(with503)"])
        // As long as there is another one nothing is told.
        #expect(told([[backend(), backend("b")], [lost, backend("b")], [backend()]]) == [])
        let waiting = backend(fact, weight: weight, returns: now)
        #expect(
            told([[backend()], [waiting]]) == ["\(isDown) \(words); requests wait for one"])
    }

    private func backend(_ name: String) -> Backend { backend(.ready, name) }

    @Test func `where the checks of all fail it is told, and that is not down`() {
        let sick = backend(isUp: false)
        let all = "the checks of all backends fail: all are tried, rather than none"
        #expect(told([[backend()], [sick], [sick], [backend()], [sick]]) == [all, all])
        #expect(told([[sick, backend("b")]]) == [])
        // One that gets nothing is no choice.
        #expect(told([[backend()], [sick, backend(weight: 0, "b")]]) == [all])
        #expect(
            told([[backend()], [sick], [backend(.gone)], [sick], [backend()]])
                == [all, "\(isDown) is backing off\(with503)", all])
    }

    @Test func `many are not all named`() {
        let many = (1...10).map { backend(.gone, "b\($0)") }
        let sentence = told([[backend()], many]).first ?? ""
        #expect(sentence.contains("b8 is backing off and 2 more; ") && !sentence.contains("b9"))
    }

    @Test func `it looks only where something has changed, and the cause is told first`() {
        var availability = ServiceAvailability()
        func look(_ backend: Backend, isHeld: Bool = false) -> EventKind? {
            availability.look([backend], .connection, isHeld: isHeld, now: now)?.kind
        }
        availability.changed()
        #expect(look(backend()) == nil)
        #expect(look(backend(.gone)) == nil)
        availability.changed()
        #expect(look(backend(.gone), isHeld: true) == nil)
        #expect(look(backend(.gone)) == .serviceDown)
        availability.changed()
        // What came and went while it was held is not told.
        #expect(look(backend(), isHeld: true) == nil)
        #expect(look(backend(.gone)) == nil)
    }
}
