import Basics
import Kernel
import Logs
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
        let event = ServiceEvent(.killed)
        #expect(
            leader.told(in: event, rest: Usage()).what
                == "killed by SIGTERM after 499 ms (cpu 20 ms, peak 2.0 MiB)")
        var rest = Usage()
        rest.add(ending(8, cpu: .seconds(3), peak: 1024))
        rest.add(ending(9, cpu: .seconds(1), peak: 8192))
        #expect(
            leader.told(in: event, rest: rest).what
                == "killed by SIGTERM after 499 ms (cpu 4.0 s, peak 8.0 MiB)")
        rest.add(ending(10, cpu: Nanoseconds(.max), peak: .max))
        #expect(rest.cpu == Nanoseconds(.max))
        #expect(leader.told(in: event, rest: rest)[.peak] == .max)
    }

    @Test
    func `says when the rest had ended where that was later, and whether it was killed`() {
        let later = Nanoseconds.seconds(10)
        #expect(rest(after: .milliseconds(510)) == nil)
        #expect(rest(after: .milliseconds(1)) == nil)
        #expect(rest(after: later) == "killed by SIGTERM; the rest of it after 10.0 s")
        let killed = "killed by SIGTERM; the rest of it was killed after "
        #expect(rest(after: later, killed: [8]) == killed + "10.0 s")
        #expect(rest(after: .milliseconds(510), killed: [8]) == killed + "510 ms")
        // Where the leader was killed too its own end says so.
        #expect(rest(after: .milliseconds(510), killed: [7, 8]) == nil)
    }

    /// The sentence with what is told of the rest; nil where nothing is.
    private func rest(after all: Nanoseconds, killed: Set<Int32> = []) -> String? {
        let event = ServiceEvent(.killed).with(.signal, "SIGTERM")
        let told = leader.restTold(in: event, after: all, killed: killed)
        return told == event ? nil : told.what
    }
}
