import Basics
import Testing

@testable import Logs

/// Access lines, read back from each of their forms.
@Suite struct AccessFactsTests {
    private func read(_ text: String) -> AccessFacts? { AccessFacts(Array(text.utf8).span) }

    private func backend(_ text: String) -> String? {
        let bytes = Array(text.utf8)
        return AccessFacts(bytes.span).map { Utf8.string(bytes.span.extracting($0.backend)) }
    }

    private static let plain =
        "127.0.0.1 \"GET / HTTP/1.1\" 200 13 0.412ms backend.2 id=01M7YP2ATJ3ZK5AJ6RAC5MDDJZ"
    private static let failed =
        "::1 \"POST /a\\\"b\\\\ HTTP/1.1\" 502 198 1396.588ms backend.2 tries=2 "
        + "failed=backend.1:connection_refused,backend.2:connection_terminated "
        + "error=connection_terminated id=x"

    @Test func `a request's status, time and backend are read`() throws {
        let facts = try #require(read(Self.plain))
        #expect(facts.status == 200 && facts.duration == 412)
        #expect(!facts.isRetried && !facts.isFailed && facts.tone == .plain)
        #expect(backend(Self.plain) == "backend.2")
    }

    @Test func `quotation marks in a target end nothing, and a failure is one`() throws {
        let facts = try #require(read(Self.failed))
        #expect(facts.status == 502 && facts.duration == 1_396_588)
        #expect(facts.isRetried && facts.isFailed && facts.tone == .bad)
        #expect(backend(Self.failed) == "backend.2")
    }

    @Test func `a client's own fault is a warning, and no backend is none`() throws {
        let line = "127.0.0.1 \"-\" HTTP/1.1\" 400 13 0.001ms - error=request_malformed id=x"
        #expect(read(line) == nil)
        let refused = "127.0.0.1 \"- HTTP/1.1\" 429 13 0.001ms - error=rate_limited id=x"
        #expect(read(refused)?.tone == .warning)
        #expect(read(refused)?.isFailed == false && backend(refused) == "")
    }

    @Test(
        arguments: [
            ("client", false), ("backend", false), ("client_reset", false),
            ("backend_reset", true), ("no_backend_available", true),
        ])
    func `a connection ends well or not`(end: String, isFailed: Bool) throws {
        let text = "127.0.0.1:40112 tcp up=17 down=4096 12.345ms backend.1 tries=2 end=\(end)"
        let facts = try #require(read(text))
        #expect(facts.status == 0 && facts.duration == 12_345 && facts.isRetried)
        #expect(facts.isFailed == isFailed && backend(text) == "backend.1")
        let object =
            "{\"time\":\"2026-11-28T17:26:12.665683Z\",\"client\":\"127.0.0.1:1\","
            + "\"protocol\":\"tcp\",\"up\":17,\"down\":4,\"duration_ms\":12.345,"
            + "\"backend\":\"backend.1\",\"tries\":2,\"failed\":[],\"end\":\"\(end)\"}"
        #expect(read(object)?.isFailed == isFailed && backend(object) == "backend.1")
    }

    @Test func `one that was refused has failed`() {
        let text = "127.0.0.1:40112 refused error=proxy_header_malformed"
        #expect(read(text)?.isFailed == true)
        let object =
            "{\"time\":\"x\",\"client\":\"127.0.0.1:1\",\"error\":\"proxy_header_malformed\"}"
        #expect(read(object)?.isFailed == true)
    }

    @Test func `JSON and Apache's form are read too`() throws {
        let object =
            "{\"time\":\"2026-11-28T17:26:12.665683Z\",\"client\":\"127.0.0.1\","
            + "\"protocol\":\"HTTP/1.1\",\"status\":503,\"bytes\":7,\"duration_ms\":3.250,"
            + "\"backend\":null,\"tries\":2,\"failed\":[{\"backend\":\"backend.9\",\"error\":"
            + "\"connection_refused\"}],\"error\":\"x\",\"id\":\"y\",\"method\":\"GET\","
            + "\"target\":\"/?\\\"status\\\":200\",\"referer\":null,\"user_agent\":null}"
        let facts = try #require(read(object))
        #expect(facts.status == 503 && facts.duration == 3_250 && facts.isRetried)
        #expect(backend(object) == "")
        let combined =
            "127.0.0.1 - - [28/Nov/2026:17:26:12 +0000] \"GET / HTTP/1.1\" 404 - \"-\" \"curl\""
        let other = try #require(read(combined))
        #expect(other.status == 404 && other.duration == nil && backend(combined) == "")
    }

    @Test func `what is told of a request besides stands behind a TAB`() {
        #expect(backend(Self.plain + "\tbackend.7 5000ms") == "backend.2")
        #expect(backend("{\"status\":500}\t" + Self.plain + "\tmore") == "backend.2")
        #expect(read("{\"status\":500}\t" + Self.plain + "\tmore")?.status == 200)
    }

    @Test func `a line that was cut anywhere does no harm`() {
        for text in [
            Self.plain, Self.failed, "{\"status\":200,\"duration_ms\":1.234,\"end\":\"x\"}",
        ] {
            let bytes = Array(text.utf8)
            for end in bytes.indices {
                let cut = AccessFacts(bytes.span.extracting(0..<end))
                #expect(cut == nil || cut!.status <= 999)
            }
        }
        #expect(read("listening on 127.0.0.1:3000") == nil)
    }
}
