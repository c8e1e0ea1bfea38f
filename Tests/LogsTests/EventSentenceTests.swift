import Testing

@testable import Logs

/// The sentence that people read of an event.
@Suite struct EventSentenceTests {
    @Test(arguments: EventExamples.all)
    func `the sentence of every kind`(event: ServiceEvent, sentence: String) {
        #expect(event.sentence == sentence)
        #expect(sentence.hasSuffix(event.what))
    }

    @Test func `there is an example of each kind`() {
        let shown = Set(EventExamples.all.map { $0.0.kind })
        #expect(EventKind.allCases.filter { !shown.contains($0) } == [])
    }

    @Test(arguments: EventKind.allCases)
    func `one of which nothing more is known has a sentence all the same`(kind: EventKind) {
        #expect(!ServiceEvent(kind).sentence.isEmpty)
        let subject = ServiceEvent.Subject("x")
        let sentence = ServiceEvent(kind, subject).sentence
        #expect(kind == .notice || sentence.hasPrefix("x"))
        #expect(!kind.meaning.isEmpty)
    }

    @Test func `words of kinds and facts can be told apart, and are made of small letters`() {
        let kinds = EventKind.allCases.map(\.rawValue)
        let keys =
            EventText.allCases.map(\.rawValue) + EventNumber.allCases.map(\.rawValue)
            + EventFlag.allCases.map(\.rawValue) + EventList.allCases.map(\.rawValue)
            + ["name", "port", "pid", "generation"]
        for words in [kinds, keys] {
            #expect(Set(words).count == words.count)
            #expect(
                words.allSatisfy { $0.allSatisfy { "abcdefghijklmnopqrstuvwxyz_".contains($0) } })
        }
    }

    @Test func `each tone has a kind, and only the plain one no colour`() {
        for tone in EventTone.allCases {
            #expect(EventKind.allCases.contains { $0.tone == tone })
            #expect((tone.colour == nil) == (tone == .plain))
        }
        #expect(ServiceEvent(.killed).tone == .bad && ServiceEvent(.ready).tone == .good)
        #expect(ServiceEvent(.killed).with(.planned, true).tone == .plain)
        #expect(ServiceEvent(.exited).with(.planned, true).tone == .plain)
    }
}
