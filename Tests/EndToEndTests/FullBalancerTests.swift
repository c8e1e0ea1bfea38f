import Basics
import Kernel
import TestSupport
import Testing

/// More clients than there may be: one that asks for nothing makes room for one that does.
@Suite struct FullBalancerTests {
    private func healthy() throws -> ScriptedBackend {
        try ScriptedBackend { (connection) throws(Failure) in
            while try connection.request() != nil { try connection.answer("fine") }
        }
    }

    private static let request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

    /// Clients that have had an answer, one after the other, and stay.
    private func idle(_ count: Int, at address: Address) throws -> [Client] {
        try (0..<count).map { _ in
            let client = try Client(address)
            try client.send(Self.request)
            #expect(try client.answer().status == 200)
            return client
        }
    }

    private func occurrences(of text: String, in program: RunningProgram) -> Int {
        program.errors.split(separator: "\n").count { $0.contains(text) }
    }

    @Test(arguments: [1, 2, 5, 16])
    func `the client that has been idle longest makes room for each newcomer`(
        threads: Int
    ) throws {
        let backend = try healthy()
        let balanced = try Balanced(
            [backend.address], ["--max-connections", "12", "--threads", "\(threads)"])
        let clients = try idle(12, at: balanced.address)
        var newcomers: [Client] = []
        for number in 0..<3 {
            let newcomer = try Client(balanced.address)
            try newcomer.send(Self.request)
            #expect(try newcomer.answer().status == 200)
            // Its end, and not for the time that idle ones have.
            #expect(clients[number].isClosed(within: .seconds(20)))
            newcomers.append(newcomer)
        }
        // No other has lost anything: three came, three went.
        for client in clients.dropFirst(3) {
            try client.send(Self.request)
            #expect(try client.answer().status == 200)
        }
        _ = try balanced.program.line(with: "the limit of 12", in: .errors)
        #expect(
            occurrences(of: "the limit of 12 connections is reached", in: balanced.program) == 1)
    }

    @Test func `a client that has just asked is kept, and one that has been idle goes`() throws {
        let backend = try healthy()
        let balanced = try Balanced(
            [backend.address], ["--max-connections", "4", "--threads", "1"])
        let clients = try idle(4, at: balanced.address)
        try clients[0].send(Self.request)
        #expect(try clients[0].answer().status == 200)
        #expect(try balanced.get("/").status == 200)
        #expect(clients[1].isClosed(within: .seconds(20)))
        try clients[0].send(Self.request)
        #expect(try clients[0].answer().status == 200)
    }

    @Test func `those that only connect push out their own kind, and none that was served`()
        throws
    {
        let backend = try healthy()
        let balanced = try Balanced(
            [backend.address], ["--max-connections", "8", "--threads", "1"])
        let served = try idle(1, at: balanced.address)
        var many: [Client] = []
        for _ in 0..<40 { many.append(try Client(balanced.address)) }
        #expect(many[0].isClosed(within: .seconds(20)))
        #expect(try balanced.get("/").status == 200)
        try served[0].send(Self.request)
        #expect(try served[0].answer().status == 200)
    }

    @Test(arguments: ["G", "\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\r\nG"])
    func `one that has begun a request and does not go on makes room as well`(beginning: String)
        throws
    {
        let backend = try healthy()
        let balanced = try Balanced(
            [backend.address], ["--max-connections", "4", "--threads", "1", "--timeout-head", "1h"])
        var clients: [Client] = []
        for _ in 0..<4 {
            let client = try Client(balanced.address)
            try client.send(beginning)
            clients.append(client)
        }
        #expect(try balanced.get("/").status == 200)
    }

    @Test func `one that waits for an answer keeps its place, and new clients wait for one`() throws
    {
        let gate = Gate()
        let backend = try ScriptedBackend { (connection) throws(Failure) in
            while try connection.request() != nil {
                gate.pass()
                try connection.answer("fine")
            }
        }
        let balanced = try Balanced(
            [backend.address], ["--max-connections", "4", "--threads", "1"])
        var clients: [Client] = []
        for _ in 0..<5 {
            let client = try Client(balanced.address)
            try client.send(Self.request)
            clients.append(client)
        }
        _ = try balanced.program.line(with: "connections is reached", in: .errors)
        #expect(eventually { backend.requests.count == 4 })
        gate.open()
        for client in clients { #expect(try client.answer().status == 200) }
    }

    @Test func `out of descriptors idle connections make room too, and it is said once`() throws {
        let backend = try healthy()
        let words =
            "--listen 127.0.0.1:0 --threads 1 --health-interval 20ms "
            + "--backend \(backend.address)"
        let program = try RunningProgram(
            "/bin/sh", ["-c", "ulimit -n 24; exec \(Programs.path("lb-balancer")) \(words)"])
        let line = try program.line(with: "listening on ", in: .errors)
        let address = try #require(Address(String(line.split(separator: " ").last ?? "")))
        let clients = try idle(40, at: address)
        // Meanwhile there is none for a check either, which says nothing about the backend.
        Poll.sleep(.milliseconds(500))
        withExtendedLifetime(clients) {}
        #expect(occurrences(of: "is down", in: program) == 0, "\(program.errors)")
        #expect(occurrences(of: "is reached", in: program) == 1, "\(program.errors)")
    }
}
