import Basics
import Kernel
import Testing

@testable import Supervision

@Suite("How a process ended, and all that came of it")
struct LeaderEndTests {
    private func ending(
        _ pid: Int32, cpu: Nanoseconds = .milliseconds(20), peak: UInt64 = 2048
    ) -> Ending {
        Ending(
            pid: pid, cause: .killed(by: .terminate, dumpedCore: false), cpu: cpu,
            peakKibibytes: peak)
    }

    private var leader: LeaderEnd { LeaderEnd(ending: ending(7), ran: .milliseconds(499)) }

    @Test
    func `sums up what all have used, and tells the most that one held`() {
        #expect(
            leader.sentence("killed by SIGTERM", rest: Usage())
                == "killed by SIGTERM after 499 ms (cpu 20 ms, peak 2.0 MiB)")
        var rest = Usage()
        rest.add(ending(8, cpu: .seconds(3), peak: 1024))
        rest.add(ending(9, cpu: .seconds(1), peak: 8192))
        #expect(
            leader.sentence("killed by SIGTERM", rest: rest)
                == "killed by SIGTERM after 499 ms (cpu 4.0 s, peak 8.0 MiB)")
        rest.add(ending(10, cpu: Nanoseconds(.max), peak: .max))
        #expect(rest.cpu == Nanoseconds(.max))
    }

    @Test
    func `says when the rest had ended where that was later, and whether it was killed`() {
        let later = Nanoseconds.seconds(10)
        #expect(leader.restSentence(after: .milliseconds(510), killed: []) == "")
        #expect(leader.restSentence(after: .milliseconds(1), killed: []) == "")
        #expect(leader.restSentence(after: later, killed: []) == "; the rest of it after 10.0 s")
        #expect(
            leader.restSentence(after: later, killed: [8])
                == "; the rest of it was killed after 10.0 s")
        #expect(
            leader.restSentence(after: .milliseconds(510), killed: [8])
                == "; the rest of it was killed after 510 ms")
        // Where the leader was killed too its own end says so.
        #expect(leader.restSentence(after: .milliseconds(510), killed: [7, 8]) == "")
    }
}
