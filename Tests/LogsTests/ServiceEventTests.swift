import Basics
import Testing

@testable import Logs

/// What is known of an event.
@Suite struct ServiceEventTests {
    @Test func `what is not known is left out, and what is told again replaces what was`() {
        let event = ServiceEvent(.killed).with(.reason, nil as String?).with(.planned, false)
            .with(.remarks, []).with(.ran, nil as Nanoseconds?).with(.exitCode, nil as Int?)
        #expect(event == ServiceEvent(.killed) && event.facts.isEmpty)
        let told = event.with(.count, 1).with(.planned, true).with(.count, 2)
        #expect(told.facts == [.flag(.planned), .number(.count, 2)])
        #expect(told[.count] == 2 && told[.planned] && !told[.lifted])
        #expect(told[.reason] == nil && told[.ran] == nil && told[.changes] == [])
    }

    @Test func `no number is negative, and 0 is no port, pid or generation`() {
        #expect(ServiceEvent(.exited).with(.exitCode, -1)[.exitCode] == 0)
        let subject = ServiceEvent.Subject("x", port: 0, pid: 0, generation: 0)
        #expect(subject.port == nil && subject.pid == nil && subject.generation == nil)
        #expect(ServiceEvent.notice("a b").sentence == "a b")
    }
}
