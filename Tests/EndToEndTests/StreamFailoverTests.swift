import Basics
import Kernel
import TestSupport
import Testing

/// What becomes of connections when backends come and go.
@Suite(.serialized) struct StreamFailoverTests {
    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test func `a backend that refuses is passed over before the client notices`() throws {
        let echo = try RunningProgram("lb-echo", ["--mode", "tcp", "--port", "0"])
        let closed = try Balanced.closedPort()
        let balanced = try Balanced(
            ["\(closed),name=gone", "\(try echo.address()),name=here"],
            StreamTests.mode + ["--health-check", "off"])
        for round in 0..<6 {
            let client = try Client(balanced.address)
            try client.send("round \(round)")
            client.endSending()
            #expect(text(try client.rest()) == "round \(round)")
        }
        let line = try balanced.program.line(with: "failed=gone:connection_refused")
        #expect(line.contains(" here tries=2 ") && line.hasSuffix(" end=client"), "\(line)")
    }

    @Test func `with no backend to connect to the client is reset`() throws {
        let balanced = try Balanced(
            [try Balanced.closedPort()], StreamTests.mode + ["--health-check", "off"])
        #expect(StreamTests.isTurnedAway(by: balanced.address))
        #expect(
            try balanced.program.line(with: " tcp ").hasSuffix(" end=connection_refused"))
    }

    @Test func `a backend killed in mid-transfer is a reset, and is accounted for`() throws {
        let service = try Service(["--mode", "tcp", "--backends", "2"])
        var clients: [Client] = []
        for _ in 0..<4 {
            let client = try Client(service.address)
            try client.send("hello")
            #expect(text(try client.some()) == "hello")
            clients.append(client)
        }
        try service.awaitActive(4)
        #expect(try service.run("kill", ["backend.1"]).code == 0)
        var resets = 0
        for client in clients {
            // An end of the process is no end of what was said: it must not look like one.
            do throws(Failure) {
                try client.send("more")
                #expect(text(try client.some()) == "more")
            } catch {
                #expect(error.description.contains(": Connection reset"), "\(error)")
                resets += 1
            }
        }
        #expect(resets == 2)
        try service.awaitSentence(
            "backend.1", "killed by SIGKILL",
            "2 connections were open: 0 tried elsewhere, 2 failed")
    }

    @Test func `a connection on which nothing was said goes to another backend`() throws {
        let service = try Service(["--mode", "tcp", "--backends", "2"])
        let client = try Client(service.address)
        try service.awaitActive(1)
        let before = try #require(
            try service.rows().first { $0.active == 1 && $0.type == "backend" })
        #expect(try service.run("kill", [before.name]).code == 0)
        try service.awaitSentence(before.name, "1 connection was open: 1 tried elsewhere, 0 failed")
        try client.send("hello")
        client.endSending()
        #expect(text(try client.rest()) == "hello")
    }

    @Test func `a drained backend keeps what it has and gets nothing new`() throws {
        let service = try Service(["--mode", "tcp", "--backends", "2"])
        let client = try Client(service.address)
        try client.send("a")
        #expect(text(try client.some()) == "a")
        let held = try #require(try service.rows().first { $0.active == 1 && $0.type == "backend" })
        let drain = try service.place.start(["drain", held.name])
        try service.await(held.name) { $0.state == "draining" }
        let count = try #require(try service.row(held.name).requests)
        for _ in 0..<4 {
            let other = try Client(service.address)
            try other.send("b")
            #expect(text(try other.some()) == "b")
        }
        #expect(try service.row(held.name).requests == count)
        try client.send("still here")
        #expect(text(try client.some()) == "still here")
        client.endSending()
        #expect(client.isClosed())
        #expect(try drain.end().cause == .exited(code: 0))
    }

    @Test func `a rolling restart waits for connections, no longer than it may`() throws {
        let service = try Service([
            "--mode", "tcp", "--backends", "2", "--drain-timeout", "500ms",
        ])
        let client = try Client(service.address)
        try client.send("a")
        #expect(text(try client.some()) == "a")
        let told = try service.run("restart", ["--rolling", "backend"])
        #expect(told.output.split(separator: "\n").count == 2, "\(told.output)\(told.errors)")
        let failure = #expect(throws: Failure.self) { _ = try client.rest() }
        #expect(failure?.description.hasPrefix("receive: ") == true)
        let next = try Client(service.address)
        try next.send("b")
        #expect(text(try next.some()) == "b")
    }

    @Test func `the mode reaches the echo of a Procfile too, unless that says its own`() throws {
        for line in ["lb-echo --port $PORT", "lb-echo --port $PORT --mode=tcp"] {
            let service = try Service(
                ["--mode", "tcp", "--backends", "1"],
                procfile: "balancer: lb-balancer\nbackend: \(line)\n")
            let client = try Client(service.address)
            try client.send("hello")
            #expect(text(try client.some()) == "hello")
        }
    }

    @Test func `ten thousand connections leave nothing behind`() throws {
        let echo = try RunningProgram("lb-echo", ["--mode", "tcp", "--port", "0"])
        let balanced = try Balanced(
            [try echo.address()], StreamTests.mode + ["--access-log", "off"])
        let folder = "/proc/\(balanced.program.pid)/fd"
        func descriptors() -> Int { ((try? Files.names(in: folder)) ?? []).count }
        func resident() -> UInt64 {
            Processes.facts(of: balanced.program.pid)?.residentBytes ?? 0
        }
        func rounds(_ count: Int) throws {
            for _ in 0..<count {
                let clients = try (0..<50).map { _ in try Client(balanced.address) }
                for client in clients { try client.send("x") }
                for client in clients { #expect(try client.some().count == 1) }
            }
        }
        // Threads begin in their own time, and a check may be under way.
        try rounds(40)
        let before = 30
        #expect(eventually { descriptors() <= before })
        let memory = resident()
        try rounds(160)
        #expect(eventually { descriptors() <= before })
        // The address sanitizer keeps what was given back, to see what still uses it.
        if ThisProcess.variable("ASAN_OPTIONS") == nil {
            #expect(resident() < memory + (4 << 20))
        }
    }
}
