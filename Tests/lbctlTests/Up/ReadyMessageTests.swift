import Control
import Terminal
import TestSupport
import Testing

@testable import lbctl

/// What `up` says once all is ready, or never will be.
@Suite struct ReadyMessageTests {
    private let status = Examples.status

    @Test func `the next line to type names one that is balanced`() {
        var status = status
        status.children[1].state = .ready
        let worker = ChildStatus(
            name: "worker", type: "worker", port: 5000, pid: 43, state: .ready, health: .up,
            startedAt: nil, restarts: 0)
        status.children.append(worker)
        func text(_ status: ServiceStatus, name: String) -> String {
            ReadyMessage.text(
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
            ReadyMessage.summary(status, name: "x")
                == "'x' is up on http://localhost:8080/ with 1 backend")
        status.url = ""
        status.children = [worker]
        #expect(ReadyMessage.summary(status, name: "x") == "'x' is up with 1 process")
        #expect(
            text(status, name: "x")
                == "\nin another terminal: lbctl ps --name x\n")
    }

    @Test func `no address is told that no backend would answer at, and all that failed is named`()
    {
        func child(_ name: String, _ type: String, _ state: ChildState) -> ChildStatus {
            ChildStatus(
                name: name, type: type, port: 5000, pid: 43, state: state, health: .up,
                startedAt: nil, restarts: 0, weight: type == "web" ? 1 : nil)
        }
        func text(_ children: [ChildStatus]) -> String {
            var status = status
            status.children = children
            return ReadyMessage.text(
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

    @Test func `a service in TCP mode is tried with send`() {
        var status = status
        status.url = "localhost:6379"
        status.children[1].state = .ready
        let message = ReadyMessage.text(
            status, name: "x", style: Style(isColoured: false), own: "lbctl", implied: "x")
        #expect(message.hasPrefix("\ntry: echo hello | lbctl send localhost:6379\n"))
    }

    @Test func `what is to be typed is bold where there are colours`() {
        var status = status
        status.children[1].state = .ready
        let message = ReadyMessage.text(
            status, name: "x", style: Style(isColoured: true), own: "lbctl", implied: "x")
        #expect(message.contains("open \u{1B}[1mhttp://localhost:8080/\u{1B}[0m\n"))
        #expect(message.contains("terminal: \u{1B}[1mlbctl kill 3000\u{1B}[0m\n"))
    }
}
