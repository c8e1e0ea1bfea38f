import Basics
import Kernel
import TestSupport
import Testing

/// lb-admin as a client and a person meet it.
@Suite struct AdminTests {
    private let service: Service
    private let address: Address

    init() throws {
        Signals.letWritesFail()
        service = try Service(["--backends", "1", "--admin", "0"])
        address = .loopback(port: try service.row("admin").port)
    }

    /// What comes back to a text.
    private func said(_ text: String) throws -> String {
        let client = try Client(address)
        try client.send(text)
        let bytes = try client.rest()
        return Utf8.string(bytes.span)
    }

    private func get(_ path: String, host: String = "localhost") throws -> String {
        try said("GET \(path) HTTP/1.1\r\nHost: \(host)\r\n\r\n")
    }

    @Test func `it tells how the service does, and the address is printed again`() throws {
        #expect(try get("/healthz").hasSuffix("\r\n\r\nalive\n"))
        #expect(try get("/readyz").contains("1 of 1 backends serves."))
        #expect(try get("/v1/status").contains("\"serves\":true"))
        #expect(try get("/v1/processes/backend.1").contains("\"name\":\"backend.1\""))
        let told = try service.run("admin")
        #expect(told.code == 0)
        let port = try #require(address.port)
        #expect(told.output.hasPrefix("http://localhost:\(port)/#"))
        #expect(told.output.utf8.count == "http://localhost:\(port)/#".utf8.count + 43 + 1)
        // The token is on the terminal alone, and this test is none.
        let token = String(told.output.split(separator: "#")[1].dropLast())
        #expect(!service.guardian.errors.contains(token))
        let logs = try service.run("logs").output
        #expect(!logs.contains(token))
    }

    @Test func `what is not as it should be has a clear status`() throws {
        #expect(try get("/", host: "evil.example").hasPrefix("HTTP/1.1 403 "))
        #expect(try get("/nothing").hasPrefix("HTTP/1.1 404 "))
        #expect(
            try said("POST /v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n").contains(
                "HTTP/1.1 405 Method Not Allowed\r\n"))
        #expect(try said("nonsense\r\n\r\n").hasPrefix("HTTP/1.1 400 "))
        let long = String(repeating: "a", count: 100_000)
        #expect(
            try said("GET / HTTP/1.1\r\nHost: localhost\r\nX: \(long)\r\n\r\n").hasPrefix(
                "HTTP/1.1 431 "))
        #expect(
            try said("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\n")
                .hasPrefix("HTTP/1.1 413 "))
        let head = try said("HEAD /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n")
        #expect(head.hasPrefix("HTTP/1.1 200 OK\r\n") && head.hasSuffix("\r\n\r\n"))
    }

    @Test func `clients that only connect shut no other out`() throws {
        var idle: [Client] = []
        for _ in 0..<600 { idle.append(try Client(address)) }
        #expect(try get("/healthz").hasSuffix("alive\n"))
        #expect(idle.count == 600)
    }

    @Test func `killed it comes back on its port, and the service does not notice`() throws {
        let old = try service.row("admin")
        #expect(try service.run("kill", ["admin"]).code == 0)
        let new = try service.await("admin") { $0.pid != old.pid && $0.state == "ready" }
        #expect(new.port == old.port && new.restarts == 1)
        #expect(try service.row("backend.1").restarts == 0)
        #expect(try get("/healthz").hasSuffix("alive\n"))
    }

    @Test func `counters only rise, over a kill, a scale and a replaced balancer`() throws {
        func requests() throws -> Int {
            let text = try get("/metrics")
            #expect(text.contains("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"))
            var sum = 0
            for line in text.split(separator: "\n") where line.hasPrefix("lbctl_requests_total{") {
                sum += Int(line.split(separator: " ").last ?? "") ?? 0
            }
            return sum
        }
        // Which backends there are is asked a few times a second, however many ask.
        func isSoon(_ count: Int) -> Bool {
            eventually { (try? requests()) == count }
        }
        #expect(try service.run("scale", ["2"]).code == 0)
        for _ in 0..<10 { #expect(try service.get().status == 200) }
        #expect(try service.run("kill", ["backend.2"]).code == 0)
        try service.await("backend.2") { $0.restarts == 1 && $0.state == "ready" }
        // No client has asked so far for what this one counted.
        #expect(try service.run("scale", ["1"]).code == 0)
        #expect(isSoon(10))
        #expect(try service.run("restart", ["balancer"]).code == 0)
        for _ in 0..<5 { #expect(try service.get().status == 200) }
        #expect(isSoon(15))
        #expect(try service.run("scale", ["2"]).code == 0)
        for _ in 0..<6 { #expect(try service.get().status == 200) }
        #expect(isSoon(21))
    }
}
