import Basics
import Testing

@testable import Balancing

@Suite struct AcceptanceTests {
    private enum Step: CaseIterable { case ranOut, resumed, stopping, handingOver }
    private static let until = Instant(nanoseconds: 5)

    private func take(_ step: Step, _ acceptance: inout Acceptance) {
        switch step {
        case .ranOut: acceptance.ranOut(until: Self.until)
        case .resumed: acceptance.resumed()
        case .stopping: acceptance.left(.stopping)
        case .handingOver: acceptance.left(.handingOver)
        }
    }

    @Test func `clients are taken in until there is nothing to take them in with`() {
        var acceptance = Acceptance()
        #expect(acceptance.isOn && !acceptance.isPaused && acceptance.due == nil)
        acceptance.ranOut(until: Self.until)
        #expect(!acceptance.isOn && acceptance.isPaused && acceptance.due == Self.until)
        // Once more: it is put off for longer.
        acceptance.ranOut(until: Instant(nanoseconds: 9))
        #expect(acceptance.due == Instant(nanoseconds: 9))
        acceptance.resumed()
        #expect(acceptance.isOn && acceptance.due == nil)
    }

    @Test(arguments: [Leaving.Manner.stopping, .handingOver])
    func `a balancer that leaves accepts no client any more, whatever happens`(
        manner: Leaving.Manner
    ) {
        for first in Step.allCases {
            for second in Step.allCases {
                var acceptance = Acceptance()
                #expect(!acceptance.isLeaving)
                acceptance.left(manner)
                take(first, &acceptance)
                take(second, &acceptance)
                #expect(acceptance.isLeaving && !acceptance.isOn && !acceptance.isPaused)
            }
        }
    }

    @Test func `one that hands over may be told to stop after all`() {
        var acceptance = Acceptance()
        acceptance.left(.handingOver)
        #expect(acceptance.manner == .handingOver)
        acceptance.left(.stopping)
        #expect(acceptance.manner == .stopping)
    }
}
