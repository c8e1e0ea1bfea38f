import Basics
import TestSupport
import Testing

@testable import lb_echo

/// What /headers and /anything say of a request.
@Suite struct ReportTests {
    private let head = """
        POST /anything?a="b" HTTP/1.1\r
        Host: h\r
        X-One:  1 \r
        x-one:\t2\r
        Cookie: a=1\r
        \r

        """

    private func report(showsBody: Bool, _ pieces: [[UInt8]] = []) -> String {
        let bytes = Array(head.utf8)
        var report = Report(
            head: bytes.span, path: 5..<20, name: "web.1", showsBody: showsBody)
        for piece in pieces {
            var queue = ByteQueue(capacity: piece.count + 1)
            queue.append(piece.span)
            report.take(queue, 0..<piece.count)
        }
        return report.finished
    }

    @Test func `fields are told in their order, those of one name joined`() {
        #expect(
            report(showsBody: false) == """
                {
                  "headers": {
                    "Host": "h",
                    "X-One": "1, 2",
                    "Cookie": "a=1"
                  }
                }

                """)
    }

    @Test func `anything has the request line, the backend and the body`() {
        #expect(
            report(showsBody: true, [Array("hel".utf8), Array("lo\n".utf8)]) == """
                {
                  "method": "POST",
                  "path": "/anything?a=\\"b\\"",
                  "version": "HTTP/1.1",
                  "backend": "web.1",
                  "headers": {
                    "Host": "h",
                    "X-One": "1, 2",
                    "Cookie": "a=1"
                  },
                  "body_length": 6,
                  "body": "hello\\n"
                }

                """)
    }

    @Test func `of a long body the beginning is shown and all of it counted`() {
        let piece = [UInt8](repeating: 0x61, count: 50_000)
        let text = report(showsBody: true, [piece, piece])
        #expect(text.contains("\"body_length\": 100000,\n  \"body_truncated\": true"))
        #expect(text.contains("\"" + String(repeating: "a", count: 65536) + "\""))
    }

    @Test func `a body that is no text is shown as well as can be`() {
        let text = report(showsBody: true, [[0xFF, 0x00, 0x61]])
        #expect(text.contains("\"body_length\": 3"))
        #expect(text.contains("\"body\": \"\u{FFFD}\\u0000a\""))
    }
}
