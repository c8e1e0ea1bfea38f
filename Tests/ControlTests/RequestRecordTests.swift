import Basics
import TestSupport
import Testing

@testable import Control

/// Access records read back.
@Suite struct RequestRecordTests {
    private func read(_ text: String) -> RequestRecord? { RequestRecord(text.utf8.span) }

    private static let plain =
        "127.0.0.1 \"GET /a?b=1 HTTP/1.1\" 200 13 0.412ms backend.2 id=01J"

    @Test func `a plain line has all that it says`() {
        let record = read(Self.plain)
        #expect(record?.client == "127.0.0.1" && record?.line == "GET /a?b=1")
        #expect(record?.version == "HTTP/1.1" && record?.status == 200 && record?.bytes == 13)
        #expect(record?.duration == .microseconds(412) && record?.backend == "backend.2")
        #expect(record?.id == "01J" && record?.tries == 0 && record?.attempts == [])
        #expect(record?.error == nil && record?.isUncertain == false)
    }

    @Test func `what failed is listed`() {
        let record = read(
            "::1 \"POST / HTTP/1.0\" 502 0 75000.001ms - tries=3 "
                + "failed=backend.1:connection_refused,-:connection_terminated error=x id=a=b "
                + "sent=unknown\tt3e1;t2x1g2@5e7;t2x1@9e10")
        #expect(record?.backend == nil && record?.tries == 3 && record?.error == "x")
        #expect(
            record?.failures == [
                .init(backend: "backend.1", cause: "connection_refused"),
                .init(backend: nil, cause: "connection_terminated"),
            ])
        #expect(record?.id == "a=b" && record?.isUncertain == true)
        #expect(record?.attempts.count == 3 && record?.duration == .microseconds(75_000_001))
    }

    @Test func `the story is behind the line, whatever form that has`() {
        for front in [
            "", "{\"time\":1}\t", "1.2.3.4 - - [x] \"GET / HTTP/1.1\" 200 - \"-\" \"-\"\t",
        ] {
            let record = read("\(front)\(Self.plain)\tt3g5f291")
            #expect(record?.line == "GET /a?b=1" && record?.tries == 1)
            #expect(record?.attempts.first?.generation == 5)
            #expect(read("\(front)\(Self.plain)\t")?.attempts == [])
        }
    }

    @Test func `quotation marks and backslashes of a target are its own`() {
        let record = read("1.1.1.1 \"GET /\\\"a\\\\ b\\\" HTTP/1.1\" 200 1 0.001ms - id=x")
        #expect(record?.line == "GET /\"a\\ b\"")
        #expect(read("1.1.1.1 \"- HTTP/1.1\" 400 1 0.001ms - error=e id=x")?.line == "-")
    }

    @Test(arguments: [
        "", "listening on 127.0.0.1:8080", "127.0.0.1:40112 tcp up=1 down=2 0.3ms b end=client",
        "127.0.0.1 \"GET / HTTP/1.1", "127.0.0.1 \"GET / HTTP/1.1\"",
        "a \"GET /\" 200 1 0.001ms b id=x",
        "a \"GET / HTTP/1.1\" x 1 0.001ms b id=x", "a \"GET / HTTP/1.1\" 200 x 0.001ms b id=x",
        "a \"GET / HTTP/1.1\" 200 1 0.01ms b id=x", "a \"GET / HTTP/1.1\" 200 1 0.001 b id=x",
        "a \"GET / HTTP/1.1\" 200 1 0.001ms b", "a \"GET / HTTP/1.1\" 200 1 0.001ms b id=x more",
        "a \"GET / HTTP/1.1\" 200 1 0.001ms b id=x\tz",
        "a \"GET / HTTP/1.1\" 200 1 0.001ms b id=x\tt3\tt3\tt3",
        "a \"GET / HTTP/1.1\" 200 1 99999999999999999999.001ms b id=x",
        "{\"time\":\"x\"}", "a \"GET / HTTP/1.1\" 200 1 0.001ms b failed=x id=x",
    ]) func `what is no such record is none`(text: String) {
        #expect(read(text) == nil)
    }

    @Test func `whatever is cut or mixed up is read or refused, and traps nowhere`() {
        var dice = Dice(3)
        let whole = Array((Self.plain + " \t" + Self.plain + "\tt3/3x1g5n4f2e7l1,2,b;t1").utf8)
        for _ in 0..<5000 {
            var text = whole
            for _ in 0..<Int(dice.next() % UInt64(6)) {
                text[Int(dice.next() % UInt64(text.count))] = UInt8(
                    truncatingIfNeeded: Int(dice.next() % UInt64(256)))
            }
            text.removeLast(Int(dice.next() % UInt64(text.count)))
            _ = RequestRecord(text.span)
        }
    }
}
