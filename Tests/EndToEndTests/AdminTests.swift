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

    @Test func `however fast the supervisor answers, and clients leave, it lives`() throws {
        let pid = try service.row("admin").pid
        for round in 0..<300 {
            let client = try Client(address)
            try client.send("GET /v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n")
            if round % 3 == 0 { continue }
            if round % 3 == 1 { client.endSending() }
            #expect(try client.answer().status == 200)
            // What is known of the service holds for a moment: then it is asked anew.
            if round % 50 == 1 { Poll.sleep(.milliseconds(260)) }
        }
        #expect(try service.row("admin").pid == pid)
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

    /// The token, as a person copies it.
    private func token() throws -> String {
        let told = try service.run("admin", ["--format", "json"]).output
        return try JSON(told)["token"].text ?? ""
    }

    private func order(_ line: String, _ body: String, token: String) throws -> String {
        try said(
            "\(line) HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Authorization: Bearer \(token)\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
                + body)
    }

    @Test func `with the token orders are carried out, and logs and events are told`() throws {
        let token = try token()
        let killed = try order("POST /v1/processes/backend.1/kill", "", token: token)
        #expect(killed.hasPrefix("HTTP/1.1 200 "), "\(killed)")
        #expect(killed.contains("\"signal\":\"SIGKILL\",\"out_of_rotation_ms\":"), "\(killed)")
        try service.await("backend.1") { $0.restarts == 1 && $0.state == "ready" }
        let scaled = try order("PUT /v1/backends/count", "{\"value\":2}", token: token)
        #expect(scaled.contains("\"change\":\"added\""), "\(scaled)")
        let weighed = try order(
            "PUT /v1/processes/backend.2/weight", "{\"value\":7}", token: token)
        #expect(weighed.contains("\"weight\":7"), "\(weighed)")
        #expect(try service.run("ps", ["--format", "json"]).output.contains("\"weight\":7"))
        let events = try order("GET /v1/events?kind=killed", "", token: token)
        #expect(events.contains("\"kind\":\"killed\",\"name\":\"backend.1\""), "\(events)")
        let logs = try order("GET /v1/logs?process=backend&tail=5", "", token: token)
        #expect(logs.contains("\"text\":\"listening on 127.0.0.1:"), "\(logs)")
        let bans = try order("GET /v1/bans", "", token: token)
        #expect(bans.hasSuffix("{\"bans\":[],\"unlisted\":0}\n"), "\(bans)")
        let refused = try order("POST /v1/processes/nope/stop", "", token: token)
        #expect(refused.hasPrefix("HTTP/1.1 409 ") && refused.contains("known are"), "\(refused)")
        let wrong = try order("PUT /v1/backends/count", "{\"value\":\"x\"}", token: token)
        #expect(wrong.hasPrefix("HTTP/1.1 400 "), "\(wrong)")
    }

    @Test func `without it nothing is done and nothing is told`() throws {
        let pid = try service.row("backend.1").pid
        let orders = [
            "POST /v1/processes/backend.1/kill", "PUT /v1/backends/count", "POST /v1/reload",
            "DELETE /v1/bans/all", "GET /v1/logs", "GET /v1/events", "GET /v1/bans",
        ]
        for line in orders {
            for token in ["", "wrong"] {
                let told = try order(line, "", token: token)
                #expect(told.hasPrefix("HTTP/1.1 401 "), "\(line): \(told)")
            }
        }
        let token = try token()
        let form = try said(
            "POST /v1/processes/backend.1/kill HTTP/1.1\r\nHost: localhost\r\n"
                + "Content-Type: text/plain\r\nAuthorization: Bearer \(token)\r\n\r\n")
        #expect(form.hasPrefix("HTTP/1.1 415 "), "\(form)")
        let foreign = try said(
            "POST /v1/processes/backend.1/kill HTTP/1.1\r\nHost: localhost\r\n"
                + "Origin: http://evil.example\r\nContent-Type: application/json\r\n"
                + "Authorization: Bearer \(token)\r\n\r\n")
        #expect(foreign.hasPrefix("HTTP/1.1 403 "), "\(foreign)")
        #expect(try get("/v1/processes/backend.1/kill").hasPrefix("HTTP/1.1 405 "))
        #expect(try service.row("backend.1").pid == pid)
    }
}
