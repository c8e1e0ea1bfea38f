import Basics
import TestSupport
import Testing

@testable import lb_echo

/// What goes around an answer's body.
@Suite struct AnswerTests {
    private let field = Array("X-Backend: web.1\r\n".utf8)

    private func written(_ type: String, _ change: (inout Answer) -> Void) -> String {
        var answer = Answer()
        change(&answer)
        var out = ByteQueue(capacity: 512)
        answer.write(field: field, type: type.utf8.span, to: &out)
        return text(out)
    }

    @Test func `a known length is told`() {
        #expect(
            written("text/plain") { $0.length = .known(5) } == """
                HTTP/1.1 200 OK\r
                Content-Type: text/plain\r
                X-Backend: web.1\r
                Content-Length: 5\r
                \r

                """)
    }

    @Test func `an unknown one is in chunks, or up to the end for HTTP 1.0`() {
        let chunked = written("") { $0.length = .unknown }
        #expect(chunked.contains("\r\nTransfer-Encoding: chunked\r\n"))
        #expect(!chunked.contains("Content-Length") && !chunked.contains("Content-Type"))
        let old = written("") {
            $0.length = .unknown
            $0.minorVersion = 0
            $0.keeps = false
        }
        #expect(!old.contains("Transfer-Encoding"))
    }

    @Test func `an answer that has no body tells no length`() {
        let text = written("") {
            $0.status = 204
            $0.length = .absent
        }
        #expect(text.hasPrefix("HTTP/1.1 204 No Content\r\n"))
        #expect(!text.contains("Content-Length") && !text.contains("Transfer-Encoding"))
    }

    @Test(
        arguments: [
            (true, 1, nil), (true, 0, "keep-alive"), (false, 1, "close"), (false, 0, "close"),
        ]
            as [(Bool, UInt8, String?)])
    func `the connection is told where its version would have it otherwise`(
        keeps: Bool, version: UInt8, expected: String?
    ) {
        let text = written("") {
            $0.keeps = keeps
            $0.minorVersion = version
        }
        let line = text.split(separator: "\r\n").first { $0.hasPrefix("Connection: ") }
        if let expected {
            #expect(line == "Connection: \(expected)")
        } else {
            #expect(line == nil)
        }
        #expect(text.hasSuffix("\r\n\r\n"))
    }

    @Test func `a status without a reason has the blank before it all the same`() {
        #expect(written("") { $0.status = 599 }.hasPrefix("HTTP/1.1 599 \r\n"))
        #expect("\(Answer.reason(418))" == "I'm a teapot")
    }
}
