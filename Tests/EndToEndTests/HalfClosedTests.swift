import Basics
import Kernel
import Synchronization
import TestSupport
import Testing

/// Clients that send no more: gone, or waiting for their answer, which looks the same.
@Suite struct HalfClosedTests {
    /// A backend that notes when a connection ends instead of answering, or answers late.
    private final class Watcher: Sendable {
        let ended = Atomic(0)
    }

    private func silent(_ watcher: Watcher) throws -> ScriptedBackend {
        try ScriptedBackend { (connection) throws(Failure) in
            guard let request = try connection.request() else { return }
            if Gateway.target(request) == "/events" {
                try connection.send(
                    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\n7\r\ndata: 1\r\n")
            }
            try connection.awaitEnd()
            watcher.ended.add(1, ordering: .releasing)
        }
    }

    private func late(_ span: Nanoseconds) throws -> ScriptedBackend {
        try ScriptedBackend { (connection) throws(Failure) in
            while try connection.request() != nil {
                Poll.sleep(span)
                try connection.answer("late")
            }
        }
    }

    @Test(arguments: ["/wait", "/events"])
    func `the backend of a client that has closed is let go`(target: String) throws {
        let watcher = Watcher()
        let backend = try silent(watcher)
        let balanced = try Balanced([backend.address], ["--health-check", "off"])
        do {
            let client = try Client(balanced.address)
            try client.send("GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(eventually { backend.requests.count == 1 })
            if target == "/events" { _ = try client.some() }
        }
        // Far sooner than after --timeout-response.
        #expect(
            eventually(within: .seconds(20)) {
                watcher.ended.load(ordering: .acquiring) == 1
            })
        _ = try balanced.program.line(with: "\(target) HTTP/1.1\" 499 ")
    }

    @Test func `a client that has only ended its direction has the time to be answered`() throws {
        let backend = try late(.milliseconds(1500))
        let balanced = try Balanced([backend.address], ["--health-check", "off"])
        let client = try Client(balanced.address)
        try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n")
        client.endSending()
        // Each of two requests that came together has the whole time.
        for _ in 0..<2 { #expect(try client.answer().text == "late") }
        #expect(client.isClosed())
    }

    @Test func `how long that is can be set`() throws {
        let watcher = Watcher()
        let backend = try silent(watcher)
        let balanced = try Balanced(
            [backend.address], ["--health-check", "off", "--timeout-half-closed", "200ms"])
        let client = try Client(balanced.address)
        try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        client.endSending()
        #expect(client.isClosed(within: .seconds(20)))
        #expect(eventually { watcher.ended.load(ordering: .acquiring) == 1 })
    }

    @Test func `a reset by the client is passed on at once`() throws {
        let watcher = Watcher()
        let backend = try silent(watcher)
        let balanced = try Balanced(
            [backend.address], ["--health-check", "off", "--timeout-half-closed", "1h"])
        do {
            let client = try Client(balanced.address)
            try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(eventually { backend.requests.count == 1 })
            client.reset()
        }
        #expect(eventually { watcher.ended.load(ordering: .acquiring) == 1 })
    }

    @Test func `a stream of which one direction has ended has the time that is set`() throws {
        let backend = try ScriptedBackend { (connection) throws(Failure) in
            try connection.awaitEnd()
            _ = eventually(within: .seconds(60)) { false }
        }
        let balanced = try Balanced(
            [backend.address],
            ["--mode", "tcp", "--health-check", "off", "--timeout-half-closed", "300ms"])
        let client = try Client(balanced.address)
        try client.send("hello")
        client.endSending()
        #expect(client.isClosed(within: .seconds(20)))
        let line = try balanced.program.line(with: " tcp ")
        #expect(line.contains("end=idle"), "\(line)")
    }

    @Test func `no backend waits for clients that are long gone`() throws {
        let service = try Service(["--backends", "1"])
        for _ in 0..<3 {
            let client = try Client(service.address)
            try client.send("GET /delay/300 HTTP/1.1\r\nHost: a\r\n\r\n")
        }
        // It returns long before --drain-timeout, though nothing has been answered.
        let begun = Clock.now()
        #expect(try service.run("stop", ["backend.1"]).code == 0)
        #expect(Clock.now().since(begun) < .seconds(25))
        #expect(try service.run("down").code == 0)
    }
}
