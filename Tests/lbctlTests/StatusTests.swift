import Basics
import Control
import Kernel
import Terminal
import Testing

@testable import lbctl

/// The rows of `ps`.
@Suite struct StatusTests {
    private let now = WallTime(nanoseconds: 1_795_165_738_123_456_000)

    private var status: ServiceStatus {
        let balancer = ChildStatus(
            name: "balancer", type: "balancer", port: 8080, pid: 41, state: .ready, health: .up,
            startedAt: WallTime(nanoseconds: now.nanoseconds - 12_400_000_000), restarts: 0,
            active: 3, cpuPercent: 1.25, residentBytes: 7 << 20)
        let backend = ChildStatus(
            name: "backend.1", type: "backend", port: 3000, pid: nil, state: .failed, health: .down,
            startedAt: nil, restarts: 6, weight: 1, active: 0, requests: 12, p50: 0.312, p99: 4.19)
        return ServiceStatus(
            name: "x", supervisorPid: 1, guardianPid: 2, url: "http://localhost:8080/",
            children: [balancer, backend])
    }

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

    @Test func `JSON has the names that were promised, in their order`() {
        #expect(
            StatusJSON.text(status) == """
                [{"name":"balancer","type":"balancer","port":8080,"pid":41,"state":"ready",\
                "health":"up","started_at":"2026-11-20T09:08:45.723456Z","restarts":0,\
                "weight":null,"active":3,"requests":null,"p50_ms":null,"p99_ms":null,\
                "cpu_percent":1.250,"rss_bytes":7340032},
                 {"name":"backend.1","type":"backend","port":3000,"pid":null,"state":"failed",\
                "health":"down","started_at":null,"restarts":6,"weight":1,"active":0,\
                "requests":12,"p50_ms":0.312,"p99_ms":4.190,"cpu_percent":null,"rss_bytes":null}]
                """)
    }

    @Test func `the next line to type names one that is balanced`() {
        var status = status
        status.children[1].state = .ready
        let worker = ChildStatus(
            name: "worker", type: "worker", port: 5000, pid: 43, state: .ready, health: .up,
            startedAt: nil, restarts: 0)
        status.children.append(worker)
        func text(_ status: ServiceStatus, name: String) -> String {
            Invitation.text(
                status, name: name, style: Style(isColoured: false), own: "lbctl",
                implied: "default")
        }
        #expect(
            text(status, name: "default") == """

                open http://localhost:8080/
                in another terminal: lbctl kill 3000

                """)
        status.children[1].state = .failed
        #expect(
            text(status, name: "x").contains(
                "once it is mended: lbctl start backend.1 --name x\n"))
        #expect(
            Invitation.summary(status, name: "x")
                == "'x' is up on http://localhost:8080/ with 1 backend")
        status.url = ""
        status.children = [worker]
        #expect(Invitation.summary(status, name: "x") == "'x' is up with 1 process")
        #expect(
            text(status, name: "x")
                == "\nin another terminal: lbctl ps --name x\n")
    }

    @Test func `nobody is invited to what no backend would answer, and all that failed is named`() {
        func child(_ name: String, _ type: String, _ state: ChildState) -> ChildStatus {
            ChildStatus(
                name: name, type: type, port: 5000, pid: 43, state: state, health: .up,
                startedAt: nil, restarts: 0, weight: type == "web" ? 1 : nil)
        }
        func text(_ children: [ChildStatus]) -> String {
            var status = status
            status.children = children
            return Invitation.text(
                status, name: "x", style: Style(isColoured: false), own: "lbctl", implied: "x")
        }
        #expect(
            text([
                child("web.1", "web", .failed), child("web.2", "web", .failed),
                child("job", "job", .failed), child("clock", "clock", .ready),
            ]) == """

                not ready: web.1, web.2, job
                once it is mended: lbctl start web job

                """)
        #expect(
            text([child("web.1", "web", .ready), child("web.2", "web", .failed)]) == """

                open http://localhost:8080/
                not ready: web.2
                once it is mended: lbctl start web.2

                """)
        #expect(
            text([child("web.1", "web", .backoff)]) == """

                not ready: web.1
                in another terminal: lbctl ps

                """)
        let many = (1...20).map { child("w\($0)", "w\($0)", .failed) }
        #expect(text(many).contains("w8 and 12 more\nonce it is mended: lbctl start all\n"))
    }

    @Test(arguments: [
        ("worker (port 5000, pid 42) is ready", "5000"), ("job (pid 42) exited with 0", nil),
        ("stopping: Ctrl-C", nil), ("a (port ) is ready", nil), ("", nil),
    ])
    func `a sentence of lbctl's own tells the port of whom it speaks of`(
        text: String, expected: String?
    ) {
        #expect(KnownNames.port(text.utf8.span) == expected)
    }

    @Test(arguments: [
        ("worker (port 5000, pid 42) is ready", "worker"),
        ("job (pid 42) exited with 0", "job"), ("the history (port) can't", nil),
        ("stopping: Ctrl-C", nil), ("", nil), (" (pid 1)", nil), ("x", nil),
    ])
    func `a sentence of lbctl's own tells whom it speaks of`(text: String, expected: String?) {
        #expect(KnownNames.subject(text.utf8.span) == expected)
    }
}
