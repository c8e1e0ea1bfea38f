import Basics
import Kernel
import Synchronization
import TestSupport
import Testing

/// What one client may take up, and that the others do not feel it.
@Suite struct LimitTests {
    private func healthy() throws -> ScriptedBackend {
        try ScriptedBackend { (connection) throws(Failure) in
            while try connection.request() != nil { try connection.answer("fine") }
        }
    }

    private static func chunked(_ size: Int) -> String {
        let chunk = "64\r\n" + String(repeating: "c", count: 100) + "\r\n"
        return "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
            + String(repeating: chunk, count: size / 100) + "0\r\n\r\n"
    }

    private static func counted(_ size: Int) -> String {
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(size)\r\n\r\n"
            + String(repeating: "c", count: size)
    }

    @Test(arguments: [true, false])
    func `a body that is too long is refused with 413, one that is not is taken`(
        isChunked: Bool
    ) throws {
        let echoes = try Echoes(1)
        let balanced = try Balanced(echoes.addresses, ["--max-body", "100KiB"])
        for (size, status) in [(102_400, 200), (102_500, 413), (2_000_000, 413)] {
            let client = try Client(balanced.address)
            let request = isChunked ? Self.chunked(size) : Self.counted(size)
            // It may be refused before all of it has been sent.
            try? client.send(request)
            let answer = try client.answer()
            #expect(answer.status == status)
            if status == 413 { #expect(answer.field("connection") == "close") }
            if status == 200 { #expect(answer.body.count == size) }
        }
    }

    @Test func `a body that is too long is refused before it is asked for`() throws {
        let backend = try healthy()
        let balanced = try Balanced([backend.address], ["--max-body", "1KiB"])
        let client = try Client(balanced.address)
        try client.send(
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2000\r\nExpect: 100-continue\r\n\r\n")
        #expect(try client.answer().status == 413)
        #expect(backend.requests.isEmpty)
        _ = try balanced.program.line(with: " \"POST / HTTP/1.1\" 413 ")
    }

    @Test func `a body in chunks that comes with its head is measured too`() throws {
        let backend = try healthy()
        let balanced = try Balanced([backend.address], ["--max-body", "10"])
        for count in [11, 1000, 20_000] {
            let client = try Client(balanced.address)
            let size = String(count, radix: 16)
            try client.send(
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\(size)\r\n"
                    + String(repeating: "x", count: count) + "\r\n0\r\n\r\n")
            #expect(try client.answer().status == 413)
        }
        #expect(backend.requests.isEmpty)
    }

    @Test func `a client has as many connections as it may, and one more when one has gone`() throws
    {
        let backend = try healthy()
        let balanced = try Balanced([backend.address], ["--max-connections-per-client", "3"])
        var clients: [Client] = []
        for _ in 0..<3 {
            let client = try Client(balanced.address)
            try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try client.answer().status == 200)
            clients.append(client)
        }
        let surplus = try Client(balanced.address)
        let refusal = try surplus.answer()
        #expect(refusal.status == 429)
        #expect(refusal.field("retry-after") != nil)
        #expect(refusal.field("proxy-status")?.contains("connection_limit_reached") == true)
        clients.removeLast()
        let isServed = eventually { (try? balanced.get("/").status) == 200 }
        #expect(isServed)
    }

    @Test func `requests beyond the memory allowed wait until there is room`() throws {
        let gate = Gate()
        let backend = try ScriptedBackend { (connection) throws(Failure) in
            while try connection.request() != nil {
                gate.pass()
                try connection.answer("fine")
            }
        }
        // 16 MiB are enough for 120 requests.
        let balanced = try Balanced(
            [backend.address], ["--max-memory", "16MiB", "--threads", "1"])
        var clients: [Client] = []
        for _ in 0..<200 {
            let client = try Client(balanced.address)
            try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            clients.append(client)
        }
        let hasRoom = eventually { backend.requests.count >= 100 }
        #expect(hasRoom)
        Poll.sleep(.milliseconds(200))
        #expect(backend.requests.count < 130)
        gate.open()
        for client in clients { #expect(try client.answer().status == 200) }
    }

    @Test func `a head that trickles is cut off at its total, not at its last byte`() throws {
        let backend = try healthy()
        let balanced = try Balanced([backend.address], ["--timeout-head", "500ms"])
        let client = try Client(balanced.address)
        let started = Clock.now()
        var isCut = false
        let head = "GET / HTTP/1.1\r\nHost: a\r\nX: " + String(repeating: "a", count: 5000)
        for byte in Array(head.utf8) {
            do throws(Failure) { try client.send([byte]) } catch {
                isCut = true
                break
            }
            if Clock.now().since(started) > patience { break }
            Poll.sleep(.milliseconds(50))
            if let answer = try? client.some(within: Nanoseconds(0)), !answer.isEmpty {
                #expect(String(decoding: answer, as: UTF8.self).hasPrefix("HTTP/1.1 408 "))
                isCut = true
                break
            }
        }
        #expect(isCut)
        #expect(try balanced.get("/").status == 200)
    }

    @Test func `a client that reads nothing of a long answer is let go`() throws {
        let echoes = try Echoes(1)
        let balanced = try Balanced(echoes.addresses, ["--timeout-client", "500ms"])
        let client = try Client(balanced.address)
        try client.send("GET /bytes/100000000 HTTP/1.1\r\nHost: a\r\n\r\n")
        let line = try balanced.program.line(with: "/bytes/100000000")
        #expect(line.contains("error=client_too_slow"), "\(line)")
        withExtendedLifetime(client) {}
    }

    @Test func `a body slower than the least rate is refused, however steadily it comes`() throws {
        let backend = try healthy()
        let balanced = try Balanced([backend.address], ["--timeout-client", "10s"])
        let client = try Client(balanced.address)
        try client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n")
        let status = trickle(client)
        #expect(status == "HTTP/1.1 408 ")
        #expect(try balanced.get("/").status == 200)
    }

    /// Sends a byte ten times a second until there is an answer.
    private func trickle(_ client: Client) -> String {
        let deadline = Clock.now() + .seconds(90)
        while Clock.now() < deadline {
            if (try? client.send([120])) == nil { return "nothing can be sent" }
            if let heard = try? client.some(within: .milliseconds(100)) {
                return String(decoding: heard.prefix(13), as: UTF8.self)
            }
        }
        return "no answer"
    }

    @Test func `out of descriptors accepting pauses, nothing spins, and all are served`() throws {
        let gate = Gate()
        let backend = try ScriptedBackend { (connection) throws(Failure) in
            while try connection.request() != nil {
                gate.pass()
                try connection.answer("fine")
            }
        }
        let words = "--listen 127.0.0.1:0 --threads 1 --backend \(backend.address)"
        let program = try RunningProgram(
            "/bin/sh", ["-c", "ulimit -n 40; exec \(Programs.path("lb-balancer")) \(words)"])
        let line = try program.line(with: "listening on ", in: .errors)
        let address = try #require(Address(String(line.split(separator: " ").last ?? "")))
        var clients: [Client] = []
        for _ in 0..<60 {
            let client = try Client(address)
            try client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            clients.append(client)
        }
        let isFull = eventually { backend.requests.count >= 5 }
        #expect(isFull)
        let before = try #require(Processes.facts(of: program.pid)?.cpu)
        Poll.sleep(.seconds(1))
        let used = try #require(Processes.facts(of: program.pid)?.cpu).count - before.count
        #expect(used < Nanoseconds.milliseconds(200).count)
        gate.open()
        for client in clients {
            // What could not connect to the backend for want of a descriptor is told so.
            #expect([200, 503].contains(try client.answer().status))
        }
        #expect(try Client.get(address, "/").status == 200)
    }
}

/// Holds threads back until it is opened.
final class Gate: Sendable {
    private let isOpen = Atomic(false)

    /// Waits until it is open.
    func pass() {
        _ = eventually { isOpen.load(ordering: .acquiring) }
    }

    func open() { isOpen.store(true, ordering: .releasing) }
}
