import Basics
import Testing

@testable import Balancing

@Suite struct AwaitedAnswersTests {
    private static let start = Instant(nanoseconds: 1_000_000_000)
    private static let patience = Nanoseconds.milliseconds(20)
    private let process = BackendProcess(slot: 2, generation: 5)
    private let other = BackendProcess(slot: 3, generation: 1)

    private func key(_ request: UInt32) -> Exchange.Key {
        Exchange.Key(slot: .init(request), generation: 1)
    }

    private func waiting(_ processes: [BackendProcess]) -> AwaitedAnswers {
        var answers = AwaitedAnswers(patience: Self.patience)
        for (index, process) in processes.enumerated() {
            answers.joined(
                key(UInt32(index)), OwnAnswer(.terminated, "\(index)"), about: process,
                now: Self.start)
        }
        return answers
    }

    private func settled(
        _ answers: inout AwaitedAnswers, after time: Nanoseconds, gone: [BackendProcess] = [],
        left: [Exchange.Key] = []
    ) -> [UInt32] {
        answers.settle(
            now: Self.start + time, isCurrent: { !gone.contains($0) },
            isThere: { !left.contains($0) }
        ).map(\.exchange.slot.number)
    }

    @Test func `an answer waits until it is told how the process ended`() {
        var answers = waiting([process, other])
        #expect(answers.due == Self.start + Self.patience)
        #expect(settled(&answers, after: .milliseconds(1)) == [])
        #expect(settled(&answers, after: .milliseconds(2), gone: [process]) == [0])
        #expect(settled(&answers, after: .milliseconds(3), gone: [process]) == [])
        #expect(settled(&answers, after: .milliseconds(4), gone: [other]) == [1])
        #expect(answers.isEmpty && answers.due == nil)
    }

    @Test func `where nothing is told it is given all the same`() {
        var answers = waiting([process, other])
        #expect(settled(&answers, after: Self.patience) == [0, 1])
        #expect(answers.isEmpty)
    }

    @Test func `one is forgotten when its client has left`() {
        var answers = waiting([process, process])
        #expect(settled(&answers, after: .milliseconds(1), left: [key(0)]) == [])
        #expect(settled(&answers, after: Self.patience) == [1])
    }
}
