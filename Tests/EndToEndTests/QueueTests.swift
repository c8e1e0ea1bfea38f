import Basics
import Kernel
import TestSupport
import Testing

/// While no backend is ready and one is coming, requests wait; otherwise they are told at once.
@Suite struct QueueTests {
    @Test func `with the only backend killed again and again no request is lost`() throws {
        let service = try Service(["--backends", "1"])
        let load = try Load(on: service.address, clients: 4)
        for _ in 0..<5 {
            try load.awaitMore(50)
            let before = try service.row("backend.1").pid
            #expect(try service.run("kill", ["backend.1"]).code == 0)
            try service.await("backend.1") { $0.state == "ready" && $0.pid != before }
        }
        try load.awaitMore(50)
        let account = try load.stop()
        #expect(account.failed == 0, "\(account)")
    }

    @Test(arguments: ["USR1", "KILL"])
    func `a request of which two processes have died is given to no third`(signal: String) throws {
        let service = try Service(["--backends", "3", "--restart-delay", "1h"])
        let client = try Client(service.address)
        try client.send("GET /delay/60 HTTP/1.1\r\nHost: a\r\n\r\n")
        var killed: Set<String> = []
        func holder() throws -> String {
            var name: String?
            _ = eventually {
                let rows = (try? service.rows()) ?? []
                name = rows.first { $0.type == "backend" && $0.active == 1 }?.name
                return name.map { !killed.contains($0) } ?? false
            }
            return try #require(name)
        }
        while killed.count < 2 {
            let name = try holder()
            killed.insert(name)
            #expect(try service.run("kill", ["-s", signal, name]).code == 0)
        }
        // A process that was killed from outside has not died of it.
        if signal == "KILL" {
            #expect(!killed.contains(try holder()))
            return
        }
        let answer = try client.answer()
        #expect(answer.status == 502)
        #expect(answer.text.contains("processes died of this request"), "\(answer.text)")
        let left = try service.rows().filter { $0.type == "backend" && $0.state == "ready" }
        #expect(left.count == 1 && left.allSatisfy { $0.active == 0 })
    }

    @Test(arguments: [1, 4])
    func `a request outlives every process that it was with, however often they are killed`(
        backends: Int
    ) throws {
        let service = try Service(["--backends", String(backends), "--retries", "0"])
        var clients: [Client] = []
        for _ in 0..<8 {
            let client = try Client(service.address)
            try client.send("GET /delay/60 HTTP/1.1\r\nHost: a\r\n\r\n")
            clients.append(client)
        }
        for _ in 0..<4 {
            // All eight are with processes that are about to be killed in one instant.
            try service.awaitActive(8)
            let rows = try service.rows().filter { $0.type == "backend" }
            #expect(try service.run("kill", ["backend"]).code == 0)
            for row in rows {
                try service.await(row.name) { $0.state == "ready" && $0.pid != row.pid }
            }
        }
        // None has been answered that it failed: all are with the fifth.
        try service.awaitActive(8)
    }

    @Test func `a restart of all backends at once is no gap`() throws {
        let service = try Service(["--backends", "2"])
        let load = try Load(on: service.address, clients: 4)
        try load.awaitMore(50)
        #expect(try service.run("restart", ["backend"]).code == 0)
        try load.awaitMore(50)
        let account = try load.stop()
        #expect(account.failed == 0, "\(account)")
    }

    @Test func `a request waits for a backend that starts late`() throws {
        let service = try Service(["--backends", "1", "--restart-delay", "1s"])
        #expect(try service.run("kill", ["backend.1"]).code == 0)
        for method in ["GET", "POST"] {
            let answer = try Client.get(
                service.address, "/", method: method, body: method == "POST" ? "x" : "")
            #expect(answer.status == 200)
        }
        var lines: [String] = []
        let areTold = eventually {
            lines =
                (try? service.place.records(["balancer"]).compactMap { $0["text"].text }) ?? []
            return lines.count >= 2
        }
        try #require(areTold)
        // Two threads may have answered them, each with a line in its own time.
        for method in ["GET", "POST"] {
            #expect(lines.contains { $0.contains("\"\(method) / HTTP/1.1\" 200 ") }, "\(lines)")
        }
    }

    @Test func `where none is coming it is told at once, and when where that is known`() throws {
        let service = try Service([
            "--backends", "1", "--restart-delay", "60s", "--queue-timeout", "500ms",
        ])
        #expect(try service.run("kill", ["backend.1"]).code == 0)
        let later = try service.get()
        #expect(later.status == 503)
        let seconds = try #require(later.field("retry-after").flatMap { Int($0) })
        #expect((30...61).contains(seconds))
        #expect(try service.run("start", ["backend.1"]).code == 0)
        try service.await("backend.1") { $0.state == "ready" }
        #expect(try service.get().status == 200)
        #expect(try service.run("stop", ["backend.1"]).code == 0)
        let never = try service.get()
        #expect(never.status == 503)
        #expect(never.field("retry-after") == nil)
    }
}
