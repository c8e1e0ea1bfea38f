import Testing

/// Where a response ends, whatever the backend says about it (RFC 9112 §6.3), and what is no
/// response at all.
@Suite struct GatewayResponseTests {
    private static let get = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n"
    private static let extra = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison"

    /// A gateway whose backend says `texts[N]` to a request for `/N`.
    private func gateway(
        _ texts: [String], then ending: Gateway.Reply.Ending = .kept
    ) throws -> Gateway {
        try Gateway { target in
            Int(target.dropFirst()).map { Gateway.Reply(texts[$0], then: ending) }
        }
    }

    // RFC 9112 §6.3 cases 1 and 2; RFC 9110 §8.6: 204 frames nothing.
    @Test func `a response without a body has none, whatever its fields say`() throws {
        let bodies = [
            "\r\n", "Content-Length: 6\r\n\r\n", "Content-Length: 0\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "Content-Length: 6\r\n\r\npoison", "\r\npoison", "\r\n\(Self.extra)",
            "Content-Length: \(Self.extra.utf8.count)\r\n\r\n\(Self.extra)",
            "Transfer-Encoding: chunked\r\n\r\n6\r\npoison\r\n0\r\n\r\n",
        ]
        for (status, method) in [(204, "GET"), (304, "GET"), (200, "HEAD"), (404, "HEAD")] {
            let gateway = try gateway(bodies.map { "HTTP/1.1 \(status) X\r\n\($0)" })
            for number in bodies.indices {
                let client = try gateway.client()
                try client.send("\(method) /\(number) HTTP/1.1\r\nHost: a\r\n\r\n" + Self.get)
                let answer = try client.answer(to: method)
                #expect(answer.status == status, "\(bodies[number])")
                #expect(answer.field("transfer-encoding") == nil || method == "HEAD")
                if status == 204 { #expect(answer.field("content-length") == nil) }
                #expect(try client.answer().text == "GET /x HTTP/1.1", "\(bodies[number])")
            }
            gateway.expectOrdinary(after: "\(status) to \(method)")
        }
    }

    // RFC 9112 §6.3 last paragraph: what follows the end was not asked for.
    @Test func `bytes behind a response reach no client, and their connection serves none`() throws
    {
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        let texts = [
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", chunked + "2\r\nok\r\n0\r\n\r\n",
            "HTTP/1.1 103 Hint\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        ].flatMap { text in
            ["x", "\r\n", "0\r\n\r\n", Self.extra, "HTTP/1.1 100 Go\r\n\r\n"].map { text + $0 }
        }
        let gateway = try gateway(texts)
        let client = try gateway.client()
        for method in ["GET", "POST"] {
            for number in texts.indices {
                try client.send("\(method) /\(number) HTTP/1.1\r\nHost: a\r\n\r\n" + Self.get)
                #expect(try client.answer().text == "ok", "\(texts[number])")
                #expect(try client.answer().text == "GET /x HTTP/1.1", "\(texts[number])")
            }
        }
        gateway.expectOrdinary(after: "extra bytes")
    }

    @Test func `a response arrives whole, however its end is told`() throws {
        let kept = [
            "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody",
            "HTTP/1.1 200\r\nContent-Length:4\r\n\r\nbody",
            "HTTP/1.1 200 \r\nContent-Length: 0004\r\n\r\nbody",
            "HTTP/1.1 299  two  words\t\r\nContent-Length: 4, 4\r\n\r\nbody",
            "HTTP/1.1 999 X\r\nContent-Length: 4\r\ncontent-length: 4\r\n\r\nbody",
            "HTTP/1.7 200 OK\r\nContent-Length: 4\r\n\r\nbody",
            "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 4\r\n\r\nbody",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: CHUNKED\r\nTrailer: X\r\n\r\n"
                + "1;a=b\r\nb\r\n3\r\nody\r\n0;c\r\nX: 1\r\nSet-Cookie: x\r\nHost: x\r\n\r\n",
        ]
        let closed = [
            "HTTP/1.0 200 OK\r\nContent-Length: 4\r\n\r\nbody", "HTTP/1.1 200 OK\r\n\r\nbody",
            "HTTP/1.0 200 OK\r\n\r\nbody", "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n\r\nbody",
        ]
        for (texts, ending) in [(kept, Gateway.Reply.Ending.kept), (closed, .closed)] {
            let gateway = try gateway(texts, then: ending)
            for number in texts.indices {
                for version in ["1.1", "1.0"] {
                    let client = try gateway.client()
                    try client.send("GET /\(number) HTTP/\(version)\r\nHost: a\r\n\r\n")
                    let answer = try client.answer()
                    #expect(answer.text == "body", "\(texts[number])")
                    #expect(answer.head.hasPrefix("HTTP/1.1 "))
                    let encoding = answer.field("transfer-encoding")
                    #expect(encoding == nil || (encoding == "chunked" && version == "1.1"))
                    #expect(answer.field("set-cookie") == nil)
                }
            }
            gateway.expectOrdinary(after: "good responses")
        }
    }

    // RFC 9112 §4, §5, §6.3 cases 3 and 5: 502, and nothing of it reaches the client.
    @Test func `what is no proper response is answered with 502`() throws {
        let body = "\r\nContent-Length: 2\r\n\r\nok"
        let texts =
            [
                "junk", "<html>", "ok", "\0", "\u{16}\u{3}\u{1}\u{2}", "HTTP/1.1", "HTTP/1.1 200",
                "HTTP/1.1 200 OK\r\nX: 1", "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
            ]
            + [
                "HTTP/1.1 20 OK", "HTTP/1.1 2000 OK", "HTTP/1.1 000 OK", "HTTP/1.1 099 OK",
                "HTTP/1.1 2x0 OK", "HTTP/1.1 -20 OK", "HTTP/1.1  200 OK", "HTTP/1.1\t200 OK",
                "HTTP/1.1200 OK", "HTTP/1.1 200OK", "HTTP/2 200 OK", "HTTP/2.0 200 OK",
                "http/1.1 200 OK", "HTTP/11 200 OK", "ICY 200 OK", " HTTP/1.1 200 OK",
                "\r\nHTTP/1.1 200 OK", "HTTP/1.1 200 O\0K", "HTTP/1.1 200 O\rK",
            ].map { $0 + body }
            + [
                "X", "X Y: 1", ": 1", "X(: 1", " X: 1", "X: 1\r\n y",
                "X: a\rSet-Cookie: b",
                "X: a\nSet-Cookie: b", "X: \0", "Content-Length: 3",
                "Content-Length: 2, 3", "Content-Length: +2", "Content-Length: -2",
                "Content-Length: 0x2", "Content-Length: 2x", "Content-Length:",
                "Content-Length: 2,", "Content-Length: 99999999999999999999",
                "Transfer-Encoding: chunked", "Transfer-Encoding: identity", "Transfer-Encoding:",
                "Transfer-Encoding: xchunked", "Transfer-Encoding: \u{b}chunked",
                "X: " + String(repeating: "x", count: 66_000),
                String(repeating: "X: 1\r\n", count: 256) + "X: 1",
            ].map { "HTTP/1.1 200 OK\r\n\($0)" + body }
            + [
                "gzip, chunked", "chunked, identity", "chunked\r\nTransfer-Encoding: chunked",
            ].map { "HTTP/1.1 200 OK\r\nTransfer-Encoding: \($0)\r\n\r\n2\r\nok\r\n0\r\n\r\n" }
            + ["HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"]
        let gateway = try gateway(texts, then: .closed)
        let client = try gateway.client()
        for number in texts.indices {
            for method in ["GET", "HEAD"] {
                try client.send("\(method) /\(number) HTTP/1.1\r\nHost: a\r\n\r\n")
                let answer = try client.answer(to: method)
                #expect(answer.status == 502, "\(texts[number].prefix(60).debugDescription)")
                #expect(answer.field("set-cookie") == nil)
            }
        }
        gateway.expectOrdinary(after: "bad responses")
    }
}
