import Basics
import Kernel
import Testing

@testable import Supervision

@Suite struct SentSignalTests {
    private static let now = Instant(nanoseconds: 1_000_000_000_000)
    private static let later = now + .milliseconds(5)

    @Test func `it counts from the first that may end it, and stays down if one request says so`() {
        for (first, second) in [(true, false), (false, true), (false, false), (true, true)] {
            let early = SentSignal(.kill, sentAt: Self.now, restarts: first)
            let both = SentSignal(.kill, sentAt: Self.later, restarts: second, after: early)
            #expect(both.sentAt == Self.now)
            #expect(both.restarts == (first && second))
        }
    }

    @Test func `a signal that ends nothing is no reason to stay down`() {
        for harmless in [Signal.user1, .stop, .proceed, .hangUp] {
            let early = SentSignal(harmless, sentAt: Self.now, restarts: false)
            let kill = SentSignal(.kill, sentAt: Self.later, restarts: true, after: early)
            #expect(kill.sentAt == Self.later)
            #expect(kill.restarts)
        }
    }

    @Test func `what a signal may do to a process is told by the signal`() {
        let ends: Set<Signal> = [.kill, .terminate, .interrupt, .quit]
        let asks: Set<Signal> = [.terminate, .interrupt, .quit, .hangUp]
        let pauses: Set<Signal> = [.stop, .terminalStop]
        for number in SignalNumber.all {
            let signal = Signal(rawValue: number)
            let sent = SentSignal(signal, sentAt: Self.now, restarts: true)
            #expect(sent.mayEnd == ends.contains(signal))
            #expect(sent.asksToEnd == asks.contains(signal))
            #expect(sent.pauses == pauses.contains(signal))
            #expect(sent.onlyPauses == (pauses.contains(signal) || signal == .proceed))
        }
    }
}
