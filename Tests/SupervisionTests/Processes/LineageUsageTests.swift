import Basics
import Testing

@testable import Kernel
@testable import Supervision

@Suite("What all that came of a child uses")
struct LineageUsageTests {
    private func facts(
        _ state: Character = "S", cpu: UInt64, waited: UInt64 = 0, resident: UInt64 = 0
    ) -> Processes.Facts {
        Processes.Facts(
            parent: 1, group: 1, session: 1, state: state, cpu: .milliseconds(cpu),
            waitedCpu: .milliseconds(waited), residentBytes: resident)
    }

    @Test
    func `is the time of each, and of those that it has waited for`() {
        var usage = LineageUsage()
        usage.add(facts(cpu: 10, waited: 500), sharedBytes: 0)
        usage.add(facts(cpu: 200), sharedBytes: 0)
        #expect(usage.cpu == .milliseconds(710) && usage.processes == 2)
    }

    @Test
    func `is no less when one of them ends, whether it was waited for, is not yet, or is ours`() {
        var before = LineageUsage()
        before.add(facts(cpu: 10), sharedBytes: 0)
        before.add(facts(cpu: 200), sharedBytes: 0)
        var waits = LineageUsage()
        waits.add(facts(cpu: 10), sharedBytes: 0)
        waits.add(facts("Z", cpu: 200), sharedBytes: 0)
        var waited = LineageUsage()
        waited.add(facts(cpu: 10, waited: 200), sharedBytes: 0)
        var ours = LineageUsage()
        ours.add(facts(cpu: 10), sharedBytes: 0)
        var ended = Usage()
        ended.add(cpu: .milliseconds(200), peakKibibytes: 1)
        ours.ended(ended)
        #expect([waits, waited, ours].map(\.cpu) == [before.cpu, before.cpu, before.cpu])
        #expect([waits, waited, ours].map(\.processes) == [1, 1, 1])
    }

    @Test
    func `is memory of which what they share counts once`() {
        var usage = LineageUsage()
        usage.add(facts(cpu: 0, resident: 100), sharedBytes: 60)
        #expect(usage.residentBytes == 100)
        usage.add(facts(cpu: 0, resident: 90), sharedBytes: 60)
        #expect(usage.residentBytes == 130)
        usage.add(facts(cpu: 0, resident: 200), sharedBytes: 70)
        #expect(usage.residentBytes == 270)
        // It has given back all that it had.
        usage.add(facts("Z", cpu: 0, resident: 50), sharedBytes: 0)
        #expect(usage.residentBytes == 270)
        // Read at two moments, so one may be more than the other.
        usage.add(facts(cpu: 0, resident: 5), sharedBytes: 10)
        #expect(usage.residentBytes == 270)
    }

    @Test
    func `never runs over`() {
        var usage = LineageUsage()
        for _ in 0..<3 {
            usage.add(facts(cpu: .max / 1_000_000, resident: .max), sharedBytes: .max / 2)
        }
        #expect(usage.cpu == Nanoseconds(.max) && usage.residentBytes == .max)
    }
}
