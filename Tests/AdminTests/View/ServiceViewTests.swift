import Basics
import TestSupport
import Testing

@testable import Admin

/// How often the supervisor is asked for the state.
@Suite struct ServiceViewTests {
    private let first = Slab<AdminConnection>.Key(slot: .init(1), generation: 1)
    private let second = Slab<AdminConnection>.Key(slot: .init(2), generation: 1)
    private let begin = Instant(nanoseconds: 1_000_000_000)

    private func word(_ action: ServiceView.Action) -> String {
        switch action {
        case .answer: "answer"
        case .ask: "ask"
        case .wait: "wait"
        }
    }

    @Test func `it is asked once for all that wait, and what it said holds for a moment`() {
        var view = ServiceView()
        #expect(word(view.wanted(by: first, now: begin)) == "ask")
        #expect(word(view.wanted(by: second, now: begin)) == "wait")
        #expect(view.told(Examples.status, now: begin) == [first, second])
        let soon = begin + .milliseconds(249)
        #expect(word(view.wanted(by: first, now: soon)) == "answer")
        let later = begin + AdminLimits.freshness
        #expect(word(view.wanted(by: first, now: later)) == "ask")
        #expect(view.told(Examples.status, now: later) == [first])
    }

    @Test func `where it could not be had the next one asks again`() {
        var view = ServiceView()
        _ = view.wanted(by: first, now: begin)
        #expect(view.failed() == [first])
        #expect(view.failed() == [])
        #expect(word(view.wanted(by: second, now: begin)) == "ask")
    }
}
