import Basics
import Kernel
import TestSupport
import Testing

/// Every answer that the balancer makes itself says what happened and to which backend, in the form
/// that the client asked for and in Proxy-Status (RFC 9209); the access line says the same.
@Suite struct ReasonTests {
    @Test(arguments: [
        ("", "text/plain; charset=utf-8"),
        ("Accept: */*\r\n", "text/plain; charset=utf-8"),
        ("Accept: application/json\r\n", "application/json"),
        ("Accept: application/json, text/plain, */*\r\n", "application/json"),
        ("Accept: text/html,application/xhtml+xml;q=0.9,*/*;q=0.8\r\n", "text/html; charset=utf-8"),
        ("Accept: text/html;q=0.2, application/json;q=0.7\r\n", "application/json"),
        ("Accept: image/png\r\n", "text/plain; charset=utf-8"),
    ])
    func `an answer of ours has the form that Accept prefers`(
        accept: String, type: String
    ) throws {
        let balanced = try Balanced([try Balanced.closedPort()])
        let answer = try Client.get(balanced.address, "/", fields: accept)
        #expect(answer.status == 502)
        #expect(answer.field("content-type") == type)
        #expect(answer.field("content-length") == "\(answer.body.count)")
        #expect(answer.text.contains("refused the connection"))
        if type == "application/json" {
            let json = try JSON(answer.text)
            #expect(json["status"] == .number(502))
            #expect(json["error"] == .string("connection_refused"))
            #expect(json["attempts"].items.count == 3)
            #expect(json["request_id"].text == answer.field("x-request-id"))
        }
    }

    struct Fault: Sendable, CustomTestStringConvertible {
        let name: String
        let status: Int
        let error: String
        let script: @Sendable (ScriptedConnection) throws(Failure) -> Void
        var testDescription: String { name }
    }

    @Test(arguments: [
        Fault(name: "closed", status: 502, error: "connection_terminated") {
            (connection) throws(Failure) in _ = try connection.request()
        },
        Fault(name: "no response", status: 502, error: "http_protocol_error") {
            (connection) throws(Failure) in
            _ = try connection.request()
            try connection.send("HTTP/9.9 what?\r\n\r\n")
        },
        Fault(name: "silent", status: 504, error: "http_response_timeout") {
            (connection) throws(Failure) in
            _ = try connection.request()
            try connection.awaitEnd()
        },
        Fault(name: "huge head", status: 502, error: "http_response_header_section_size") {
            (connection) throws(Failure) in
            _ = try connection.request()
            let line = "X-A: " + String(repeating: "a", count: 1000) + "\r\n"
            try connection.send(
                "HTTP/1.1 200 OK\r\n" + String(repeating: line, count: 70) + "\r\n")
        },
    ])
    func `a failure of a backend is named in Proxy-Status and in the access line`(
        fault: Fault
    ) throws {
        let backend = try ScriptedBackend(fault.script)
        let balanced = try Balanced(
            ["\(backend.address),name=one"], ["--timeout-response", "300ms"])
        let answer = try balanced.get("/", method: "POST", body: "x")
        #expect(answer.status == fault.status)
        let word = try #require(answer.field("proxy-status"))
        #expect(word.hasPrefix("lbctl; error=\(fault.error); next-hop=\"one\"; details=\""))
        let line = try balanced.program.line(with: "\"POST / HTTP/1.1\" \(fault.status) ")
        #expect(line.contains(" one failed=one:\(fault.error) error=\(fault.error) id="), "\(line)")
    }

    @Test func `each attempt that failed stands in the access line of the one that did not`() throws
    {
        let backend = try ScriptedBackend { (connection) throws(Failure) in
            while try connection.request() != nil { try connection.answer("fine") }
        }
        let balanced = try Balanced(
            ["\(try Balanced.closedPort()),name=gone", "\(backend.address),name=here"])
        for _ in 0..<2 { #expect(try balanced.get("/").text == "fine") }
        let line = try balanced.program.line(with: "tries=2")
        #expect(line.contains(" 200 4 "))
        #expect(line.contains(" here tries=2 failed=gone:connection_refused id="), "\(line)")
        #expect(!line.contains("error="))
    }

    @Test func `a body that was cut short is told of in the access line`() throws {
        let backend = try ScriptedBackend { (connection) throws(Failure) in
            _ = try connection.request()
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
        }
        let balanced = try Balanced([backend.address])
        let client = try Client(balanced.address)
        try client.send("GET /half HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(throws: Failure.self) { _ = try client.answer() }
        let line = try balanced.program.line(with: "/half")
        #expect(line.contains("error=http_response_incomplete"), "\(line)")
    }

    @Test func `the form is known even when the head has long been sent on`() throws {
        let backend = try ScriptedBackend { (connection) throws(Failure) in
            _ = try connection.request()
            connection.reset()
        }
        let balanced = try Balanced([backend.address])
        let answer = try Client.get(
            balanced.address, "/", method: "POST", fields: "Accept: application/json\r\n",
            body: String(repeating: "x", count: 300_000))
        #expect(answer.status == 502)
        #expect(try JSON(answer.text)["error"] == .string("connection_terminated"))
    }

    @Test func `pid, signal and age are told to clients on this machine alone`() throws {
        let service = try Service(["--backends", "1", "--restart-delay", "30s"])
        for isForwarded in [false, true] {
            let row = try service.await("backend.1") { $0.state == "ready" }
            let client = try Client(service.address)
            let claim = isForwarded ? "X-Forwarded-For: 192.0.2.1\r\n" : ""
            try client.send(
                "POST /delay/60 HTTP/1.1\r\nHost: a\r\nAccept: application/json\r\n"
                    + "Content-Length: 1\r\n\(claim)\r\nx")
            try service.awaitActive(1)
            #expect(try service.run("kill", ["backend.1"]).code == 0)
            let answer = try client.answer()
            #expect(answer.status == 502)
            let json = try JSON(answer.text)
            #expect(json["backend"] == .string("backend.1"))
            #expect(json["pid"] == (isForwarded ? .null : .number(Double(row.pid))))
            #expect(json["signal"] == (isForwarded ? .null : .string("SIGKILL")))
            #expect((json["ended_ms_ago"] == .null) == isForwarded)
            let details = try #require(answer.field("proxy-status"))
            #expect(details.contains("SIGKILL") == !isForwarded)
            #expect(try service.run("start", ["backend.1"]).code == 0)
        }
    }
}
