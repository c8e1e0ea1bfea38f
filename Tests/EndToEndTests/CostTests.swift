import Kernel
import TestSupport
import Testing

/// What a service costs that is not used.
@Suite struct CostTests {
    @Test func `guardian and supervisor sleep while nothing happens`() throws {
        let service = try Service(["--backends", "3"])
        let row = try service.row("balancer")
        let supervisor = try #require(Processes.facts(of: row.pid)).parent
        // Whatever came of the start and of the question is over by then.
        let isQuiet = eventually {
            let before = [supervisor, service.guardian.pid].map { Self.wakes(of: $0) }
            Poll.sleep(.seconds(2))
            return [supervisor, service.guardian.pid].map { Self.wakes(of: $0) } == before
        }
        #expect(isQuiet)
    }

    /// How often a process has waited for something.
    static func wakes(of pid: Int32) -> Int {
        let text = (try? Files.text("/proc/\(pid)/status")) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("voluntary_ctxt_switches") }
        return line.flatMap { Int($0.split(separator: "\t").last ?? "") } ?? 0
    }
}
