import Basics
import Control
import Kernel
import Terminal
import Testing

@testable import lbctl

/// What verbs tell of what they did, for people and for programs.
@Suite struct ReportTests {
    private func kill(
        port: UInt16 = 3001, pid: Int32 = 42, outOfRotation: Nanoseconds? = nil,
        next: String = "restarting at once"
    ) -> KillReport {
        KillReport(
            name: "backend.2", port: port, pid: pid, signal: 9, outOfRotation: outOfRotation,
            next: next)
    }

    // MARK: kill

    @Test func `a kill is told with the signal, what it took, and what comes next`() {
        #expect(
            KillCommand.line(kill(outOfRotation: .microseconds(480)), .kill)
                == "backend.2 (port 3001, pid 42): SIGKILL; out of rotation after 0.48 ms; "
                + "restarting at once")
        #expect(
            KillCommand.line(kill(port: 0), .terminate)
                == "backend.2 (pid 42): SIGTERM; restarting at once")
    }

    @Test func `what did not run was sent no signal`() {
        #expect(
            KillCommand.line(kill(pid: 0, next: "left stopped"), .kill)
                == "backend.2: not running; left stopped")
    }

    // MARK: orders

    private let report = TargetReport(
        name: "web.1", port: 3000, pid: 7, isDone: true, outcome: "stopped after 0.31 ms",
        took: .microseconds(310), change: .removed, weight: 3)

    @Test func `what became of a target is a line`() {
        #expect(OrderReports.line(report) == "web.1 (port 3000, pid 7): stopped after 0.31 ms")
        let bare = TargetReport(name: "web.1", port: 0, pid: 0, isDone: false, outcome: "failed")
        #expect(OrderReports.line(bare) == "web.1: failed")
    }

    // MARK: bans

    @Test func `a ban is a row`() {
        let ban = BanWord(client: "2001:db8::/64", remaining: .milliseconds(65_250))
        #expect(BansCommand.table([ban]).text() == "CLIENT           FOR\n2001:db8::/64  1m 5s\n")
    }

    @Test func `bans of unknown addresses are told in words`() {
        #expect(BansCommand.rest(3, wereLifted: false).hasPrefix("3 more are banned, "))
        #expect(BansCommand.rest(3, wereLifted: true).hasPrefix("and 3 more may come in again"))
    }
}
