import Basics
import Kernel
import TestSupport
import Testing

/// How long each side is waited for, where an honest one takes its time.
@Suite struct PatienceTests {
    private func streaming(_ type: String) throws -> Gateway {
        try Gateway(["--timeout-response", "300ms"]) { (connection) throws(Failure) in
            while let request = try connection.request() {
                if Gateway.target(request) != "/events" {
                    try Gateway.answer(request, over: connection)
                    continue
                }
                try connection.send(
                    "HTTP/1.1 200 OK\r\n\(type)Transfer-Encoding: chunked\r\n\r\n6\r\ndata:1\r\n")
                Poll.sleep(.milliseconds(1500))
                try connection.send("6\r\ndata:2\r\n0\r\n\r\n")
            }
        }
    }

    @Test func `a stream of events may be silent for longer than an answer`() throws {
        let gateway = try streaming("content-type: Text/Event-Stream;charset=utf-8\r\n")
        #expect(try gateway.ask("GET /events HTTP/1.1\r\nHost: a\r\n\r\n").text == "data:1data:2")
        gateway.expectOrdinary(after: "a stream")
    }

    @Test func `another answer may not`() throws {
        let gateway = try streaming("Content-Type: text/plain\r\n")
        #expect(throws: Failure.self) {
            try gateway.ask("GET /events HTTP/1.1\r\nHost: a\r\n\r\n")
        }
        gateway.expectOrdinary(after: "a stream")
    }

    @Test func `an upload may pause for longer than a head may take`() throws {
        let gateway = try Gateway(["--timeout-head", "300ms"])
        for rest in [
            ["Content-Length: 8\r\n\r\nbody", "body"],
            ["Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n", "4\r\nbody\r\n0\r\n\r\n"],
        ] {
            let client = try gateway.client()
            try client.send("POST /up HTTP/1.1\r\nHost: a\r\n\(rest[0])")
            Poll.sleep(.milliseconds(1200))
            try client.send(rest[1])
            #expect(try client.answer().text == "POST /up HTTP/1.1")
            // And the next head is due from its own first byte.
            Poll.sleep(.milliseconds(600))
            try client.send("GET /next HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try client.answer().text == "GET /next HTTP/1.1")
        }
    }

    @Test func `a connection that says nothing is closed when a head would have been due`() throws {
        let gateway = try Gateway(["--timeout-head", "300ms", "--timeout-client", "10m"])
        let client = try gateway.client()
        #expect(client.isClosed())
    }

    // The line of a request that was answered in the same turn of the loop in which it came.
    @Test func `an answer of ours says how long it took, and what was tried`() throws {
        let closed = try (0..<2).map { _ in try Balanced.closedPort() }
        let balanced = try Balanced(closed, ["--health-check", "off"])
        for method in ["GET", "POST"] {
            #expect(try balanced.get("/\(method)", method: method).status == 502)
            let line = try balanced.program.line(with: "/\(method) ")
            #expect(!line.contains(" 0.000ms "), "\(line)")
            #expect(line.contains(" tries=3 "), "\(line)")
            #expect(line.split(separator: ":connection_refused").count == 4, "\(line)")
        }
    }

    @Test func `an answer that took its time says so`() throws {
        let backend = try ScriptedBackend { (connection) throws(Failure) in
            _ = try connection.request()
            try connection.awaitEnd()
        }
        let balanced = try Balanced(
            ["\(backend.address),name=one"], ["--timeout-response", "700ms"])
        #expect(try balanced.get("/slow").status == 504)
        let line = try balanced.program.line(with: "\"GET /slow ")
        let spans = line.split(separator: " ").filter { $0.hasSuffix("ms") }
        let span = try #require(spans.first.flatMap { Double($0.dropLast(2)) })
        #expect(span >= 700, "\(line)")
        #expect(line.contains(" one failed=one:http_response_timeout "), "\(line)")
    }
}
