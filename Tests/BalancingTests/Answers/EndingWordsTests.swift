import Basics
import Control
import Testing

@testable import Balancing

/// How a backend's process ended, in the words of the answers that say why.
@Suite struct EndingWordsTests {
    private func ending(
        _ cause: BackendEnding.Cause, wasPlanned: Bool = false
    ) -> BackendEnding {
        BackendEnding(
            generation: 1, pid: 42, cause: cause, wasPlanned: wasPlanned,
            at: Instant(nanoseconds: 0), ran: .seconds(1))
    }

    @Test func `an exit is what the process did itself`() {
        let exited = ending(.exited(code: 3))
        #expect(exited.words == "exited with 3")
        #expect(exited.predicate == "exited with 3")
        #expect(exited.signalName == nil)
    }

    @Test func `a signal is what was done to it, and is named where it has a name`() {
        let killed = ending(.killed(signal: 11, dumpedCore: true))
        #expect(killed.words == "killed by SIGSEGV (core dumped)")
        #expect(killed.predicate == "was killed by SIGSEGV (core dumped)")
        #expect(killed.signalName == "SIGSEGV")
        #expect(ending(.killed(signal: 40, dumpedCore: false)).signalName == "signal 40")
    }

    @Test func `a planned end is told as one, by whatever signal it came`() {
        for cause in [
            .exited(code: 0), .killed(signal: 15, dumpedCore: false),
        ] as [BackendEnding.Cause] {
            let stopped = ending(cause, wasPlanned: true)
            #expect(stopped.words == "was stopped")
            #expect(stopped.predicate == "was stopped")
        }
        #expect(
            ending(.killed(signal: 15, dumpedCore: false), wasPlanned: true).signalName
                == "SIGTERM")
    }
}
