import Basics
import Control
import Kernel
import Terminal
import TestSupport
import Testing

@testable import lbctl

/// The rows of `ps` for people.
@Suite struct StatusTableTests {
    private let now = Examples.now
    private let status = Examples.status

    private func lines(width: Int?) -> [String] {
        StatusTable.processes.text(status, width: width, now: now).split(separator: "\n").map {
            String($0)
        }
    }

    @Test func `a wide table has every column`() {
        #expect(
            StatusTable.processes.text(status, now: now) == """
                NAME       PORT  PID  STATE   HEALTH   SINCE  RESTARTS  WEIGHT  ACTIVE  REQUESTS\
                      P50     P99   CPU   MEMORY
                balancer   8080   41  ready   up      12.4 s         0       -       3         -\
                        -       -  1.3%  7.0 MiB
                backend.1  3000    -  failed  down         -         6       1       0        12\
                  0.31 ms  4.2 ms     -        -

                """)
    }

    @Test(arguments: 24..<140)
    func `a narrow window has fewer columns and no line too long`(width: Int) {
        for line in lines(width: width) { #expect(line.count <= width) }
        #expect(lines(width: width)[0].contains("STATE"))
        #expect(lines(width: width).count == 3)
    }

    @Test func `what tells most stays longest`() {
        let heads = lines(width: 58)[0].split(separator: " ").map { String($0) }
        #expect(heads == ["NAME", "PORT", "PID", "STATE", "HEALTH", "REQUESTS", "CPU"])
    }

    @Test func `colours change nothing but the colours`() {
        let style = Style(isColoured: true)
        var painted = StatusTable.processes.text(status, style: style, now: now)
        #expect(painted.contains("\u{1B}[32mready\u{1B}[0m"))
        #expect(painted.contains("\u{1B}[31mfailed\u{1B}[0m"))
        for sgr in SGR.allCases.map(\.rawValue) + ["0"] {
            painted = painted.replacing("\u{1B}[\(sgr)m", with: "")
        }
        #expect(painted == StatusTable.processes.text(status, now: now))
    }

    @Test func `faults and the algorithm have a column where there are any`() {
        var status = status
        #expect(!lines(width: nil)[0].contains("FAULTS"))
        status.children[0].algorithm = .leastConnections
        status.children[1].faults = EchoFaults(latency: Nanoseconds(0))
        var table = StatusTable.processes.text(status, now: now)
        #expect(table.contains("MEMORY  ALGORITHM") && table.contains("least-connections"))
        status.children[1].faults = EchoFaults(
            latency: .milliseconds(20), errorRate: Share(percentage: "10"))
        table = StatusTable.processes.text(status, now: now)
        #expect(table.contains("FAULTS") && table.contains("+20 ms, 10% fail"))
        let narrow = StatusTable.processes.text(status, width: 120, now: now)
        #expect(!narrow.contains("ALGORITHM") && narrow.contains("MEMORY"))
    }

    @Test func `the counters of backends and those of balancers are tables of their own`() {
        var status = status
        status.children[1].traffic = Examples.traffic
        status.children[0].fronting = BalancerTraffic()
        status.children[0].fronting?.connections = 20
        status.children[0].fronting?.limited = 21
        #expect(
            StatusTable.counters.text(status, now: now) == """
                NAME       ACTIVE  REQUESTS  1XX  2XX  3XX  4XX  5XX  FAILED  RETRIED-FROM  TO\
                  DENIED  CONNECTS  REFUSED  CHECKS-OK  BAD     EWMA
                backend.1       0        12    0    1    2    3    4       5             6   7\
                       8         9       10         11   12  0.50 ms

                """)
        #expect(
            StatusTable.fronting.text(status, now: now) == """
                NAME      ACTIVE  WAITING  CONNECTIONS  OWN-ANSWERS  LIMITED  SHUT-OUT\
                  LINES-DROPPED
                balancer       3        0           20            0       21         0\
                              0

                """)
    }

    @Test func `a start that lies in the future, as the clock was set back, is now`() {
        var status = status
        status.children[0].startedAt = WallTime(nanoseconds: now.nanoseconds + 1_000_000_000)
        #expect(StatusTable.processes.text(status, now: now).contains("  0 ms  "))
    }
}
