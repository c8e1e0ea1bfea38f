import Basics
import Kernel
import TestSupport
import Testing

/// What backends are told of a request's trace (W3C Trace Context), bytes in, bytes out.
@Suite struct TraceTests {
    init() { Signals.letWritesFail() }

    private static let id = "4bf92f3577b34da6a3ce929d0e0e4736"
    private static let parent = "00f067aa0ba902b7"
    private static let said = "traceparent: 00-\(id)-\(parent)-01\r\n"

    private func recording() throws -> ScriptedBackend {
        try ScriptedBackend { (connection) throws(Failure) in
            while try connection.request() != nil { try connection.answer("fine") }
        }
    }

    /// The head that a backend gets for a request with these fields.
    private func sent(_ fields: String, _ words: [String] = []) throws -> Answer {
        let backend = try recording()
        let balanced = try Balanced([backend.address], words)
        let answer = try Client.get(balanced.address, "/", fields: fields)
        #expect(answer.status == 200)
        return Answer(head: try #require(backend.requests.first))
    }

    private func identifier(_ trace: String) -> String {
        guard let identity = ULID(hexadecimal: trace.utf8.span) else { return "" }
        let text = identity.text
        return Utf8.string(text.bytes)
    }

    @Test func `a trace goes on under its name, and the request is called after it`() throws {
        let head = try sent(Self.said + "tracestate: a=1,b=2\r\n")
        let parts = (head.field("traceparent") ?? "").split(separator: "-").map(String.init)
        #expect(parts.count == 4 && parts[0] == "00" && parts[1] == Self.id && parts[3] == "01")
        #expect(parts[2] != Self.parent && parts[2].utf8.count == 16)
        #expect(head.field("tracestate") == "a=1,b=2")
        #expect(head.field("x-request-id") == identifier(Self.id))
        // The client's own name for it stays.
        #expect(try sent(Self.said + "X-Request-Id: r1\r\n").field("x-request-id") == "r1")
    }

    @Test func `without one nothing is said, unless each request is to have one`() throws {
        #expect(try sent("tracestate: a=1\r\n").field("traceparent") == nil)
        #expect(try sent("tracestate: a=1\r\n").field("tracestate") == nil)
        let head = try sent("", ["--trace"])
        let parts = (head.field("traceparent") ?? "").split(separator: "-").map(String.init)
        #expect(parts.count == 4 && parts[0] == "00" && parts[3] == "01")
        #expect(head.field("x-request-id") == identifier(parts.count > 1 ? parts[1] : ""))
    }

    @Test(arguments: [
        "traceparent: 00-\(id)-\(parent)\r\n", said + said,
        "traceparent: ff-\(id)-\(parent)-01\r\n",
    ]) func `one that can't be read is begun anew`(fields: String) throws {
        let head = try sent(fields + "tracestate: a=1\r\n")
        let parts = (head.field("traceparent") ?? "").split(separator: "-").map(String.init)
        #expect(parts.count == 4 && parts[1] != Self.id)
        #expect(head.field("x-request-id") == identifier(parts.count > 1 ? parts[1] : ""))
        #expect(head.field("tracestate") == nil)
    }

    @Test(arguments: ["", "x", String(repeating: "y", count: 9000)])
    func `each attempt is a span of its own, and the rest of the request is the same`(
        body: String
    ) throws {
        let breaking = try ScriptedBackend { (connection) throws(Failure) in
            _ = try connection.request()
            connection.reset()
        }
        let backend = try recording()
        let balanced = try Balanced([breaking.address, backend.address], ["--threads", "1"])
        for _ in 0..<4 {
            let answer = try Client.get(
                balanced.address, "/", method: "PUT", fields: Self.said, body: body)
            #expect(answer.status == 200)
        }
        let failed = try #require(breaking.requests.first)
        let trace = { (head: String) in Answer(head: head).field("traceparent") ?? "" }
        let same = { (head: String) in
            head.split(separator: "\r\n").filter { !$0.hasPrefix("traceparent") }
        }
        let all = breaking.requests + backend.requests
        #expect(Set(all.map(trace)).count == all.count)
        #expect(all.allSatisfy { trace($0).hasPrefix("00-\(Self.id)-") })
        #expect(backend.requests.allSatisfy { same($0) == same(failed) })
    }
}
