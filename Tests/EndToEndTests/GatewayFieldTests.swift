import Testing

/// Which fields pass in either direction, which stay on their hop, and which are the balancer's
/// own to say (RFC 9110 §7.6).
@Suite struct GatewayFieldTests {
    /// What the backend gets of these fields of a GET.
    private func sent(_ gateway: Gateway, _ fields: String) throws -> [String] {
        let answer = try gateway.ask("GET /x HTTP/1.1\r\nHost: a\r\n\(fields)\r\n")
        #expect(answer.text == "GET /x HTTP/1.1", "\(fields)")
        return Array(Gateway.lines(gateway.backend.requests.last ?? "").dropFirst(2))
    }

    // RFC 9112 §5, RFC 9110 §5.1, §5.5.
    @Test func `a field line that is not name, colon and value is refused`() throws {
        let gateway = try Gateway()
        for line in [
            "X", "X Y: 1", "X : 1", "X\t: 1", ": 1", ":", " : 1", "X(: 1", "X,: 1", "X;: 1",
            "X@: 1",
            "X[: 1", "X/: 1", "X=: 1", "X\\: 1", "X\": 1", "X{: 1", "X\u{b}: 1", "X\u{7f}: 1",
            "X\u{e9}: 1", "X\0: 1", "\0X: 1", "X: \0", "X: a\u{1}b", "X: \u{8}", "X: \u{1b}",
            "X: \u{7f}", "X: a\rb", "X: a\nb", "X: a\r\n b", "X: a\r\n\tb", "X: a\r\n Y: b",
            "X: a\r",
            "\r", "\u{b}",
        ] {
            try gateway.expectRefusal("GET / HTTP/1.1\r\nHost: a\r\n\(line)\r\n\r\n")
            try gateway.expectRefusal("GET / HTTP/1.1\r\n\(line)\r\nHost: a\r\n\r\n")
        }
        for head in [
            "GET / HTTP/1.1\nHost: a\n\n", "GET / HTTP/1.1\r\nHost: a\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\n\n", "GET / HTTP/1.1\r\nHost: a\r\n\rX: 1\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\n  \r\n\r\n",
        ] {
            try gateway.expectRefusal(head)
        }
        gateway.expectOrdinary(after: "bad fields")
    }

    @Test func `a head that is too large is refused, and the client is told`() throws {
        let gateway = try Gateway()
        let head = "GET / HTTP/1.1\r\nHost: a\r\n"
        let long = "X: " + String(repeating: "x", count: 1_000_000) + "\r\n\r\n"
        try gateway.expectRefusal(head + long, [431], hidden: false)
        let many = String(repeating: "X: 1\r\n", count: 100)
        try gateway.expectRefusal(head + many + "\r\n", [431])
        let most = String(repeating: "X: 1\r\n", count: 99)
        #expect(try gateway.ask(head + most + "\r\n").status == 200)
        gateway.expectOrdinary(after: "large heads")
    }

    @Test func `an end-to-end field arrives as it was sent`() throws {
        let gateway = try Gateway()
        let fields = [
            "Authorization: Basic dTpw", "Cookie: a=1; b=2", "Cookie: c=3", "X-R: a", "x-r: b,  c",
            "X-Q: \"q, \\\"x\\\"\"; y=1", "Accept: a/b;q=0.3, */*", "X-Empty:", "X_Dash: 1",
            "Date: Sun, 06 Nov 1994 08:49:37 GMT", "X-N: caf\u{e9}", "Expect: something",
            "Range: bytes=0-1", "Upgrade-Insecure-Requests: 1",
            "X-Long: "
                + String(repeating: "k", count: 8000),
        ]
        #expect(try sent(gateway, fields.joined(separator: "\r\n") + "\r\n") == fields)
    }

    // RFC 9110 §7.6.1.
    @Test func `what is of one hop, or named by Connection, is not sent on`() throws {
        let gateway = try Gateway()
        for fields in [
            "Connection: X-A,, x-b ,\tX-C\r\nX-A: 1\r\nX-B: 1\r\nX-C: 1",
            "Connection: X-A\r\nX-A: 1\r\nconnection: X-D\r\nx-d: 1",
            "X-A: 1\r\nConnection: close, X-A\r\nX-A: 2", "Connection: keep-alive",
            "Keep-Alive: timeout=5", "Proxy-Connection: keep-alive", "TE: trailers;q=0",
            "Connection: TE\r\nTE: gzip;q=0.5", "Trailer: X", "Upgrade: websocket",
            "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABk",
            "HTTP2-Settings: AAMAAABk", "Proxy: http://evil/",
            "Connection: User-Agent\r\nUser-Agent: u",
        ] {
            #expect(try sent(gateway, fields + "\r\nX-End: 1\r\n") == ["X-End: 1"], "\(fields)")
        }
        let options = String(repeating: "a,", count: 65)
        try gateway.expectRefusal("GET / HTTP/1.1\r\nHost: a\r\nConnection: \(options)\r\n\r\n")
    }

    // RFC 9110 §7.6.1: a sender must not name such fields; naming them takes nothing away.
    @Test func `Connection cannot name away what routes, frames or protects`() throws {
        let gateway = try Gateway()
        for field in [
            "Cookie: a", "Authorization: a", "Content-Type: a", "Cache-Control: a", "Origin: a",
        ] {
            let name = field.prefix { $0 != ":" }
            #expect(try sent(gateway, "Connection: close, \(name)\r\n\(field)\r\n") == [field])
        }
        for name in [
            "Host", "Via", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host",
            "X-Request-Id",
            "Content-Length", "Transfer-Encoding", "Connection",
        ] {
            let client = try gateway.client()
            let isChunked = name == "Transfer-Encoding"
            try client.send(
                "POST /x HTTP/1.1\r\nHost: a\r\nConnection: \(name)\r\nX-Request-Id: r1\r\n"
                    + (isChunked
                        ? "Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n"
                        : "Content-Length: 4\r\n\r\nbody"))
            #expect(try client.answer().text == "POST /x HTTP/1.1")
            let request = gateway.backend.requests.last ?? ""
            let head = Answer(head: request)
            #expect(head.field("host") == "a" && Gateway.isOurs(head.field("via")), "\(name)")
            #expect(head.field("x-forwarded-for") == "127.0.0.1", "\(name)")
            #expect(head.field("x-request-id") == "r1", "\(name)")
            #expect(Gateway.body(request).contains("body"), "\(name)")
            try client.send("GET /next HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try client.answer().text == "GET /next HTTP/1.1")
        }
    }

    @Test func `a stranger's word about where a request came from is not passed on`() throws {
        let gateway = try Gateway()
        _ = try sent(
            gateway,
            "X-Forwarded-For: 6.6.6.6\r\nx-forwarded-for: 6.6.6.7\r\nX-Forwarded-Proto: https\r\n"
                + "X-Forwarded-Host: evil\r\nX-Forwarded-Port: 666\r\nForwarded: for=6.6.6.6\r\n"
                + "X-Real-IP: 6.6.6.6\r\nX_Forwarded_For: 6.6.6.6\r\nX-Forwarded_Proto: https\r\n"
                + "x_real_ip: 6.6.6.6\r\nContent_Length: 666\r\nX_Request_Id: 666\r\n")
        let request = gateway.backend.requests.last ?? ""
        #expect(
            !request.contains("6.6.6.") && !request.contains("evil") && !request.contains("666"))
        #expect(!request.contains("https"))
        let head = Answer(head: request)
        #expect(head.field("x-forwarded-for") == "127.0.0.1")
        #expect(head.field("x-forwarded-host") == "a")
    }

    // RFC 9110 §7.6.3.
    @Test func `Via is added to behind what is there, and tells a loop`() throws {
        let gateway = try Gateway()
        _ = try sent(gateway, "Via: 1.0 fred, 1.1 p.example (x)\r\nVia: 1.1 q\r\n")
        let vias = (gateway.backend.requests.last ?? "").split(separator: "\r\n").filter {
            $0.hasPrefix("Via:")
        }
        #expect(vias.dropLast() == ["Via: 1.0 fred, 1.1 p.example (x)", "Via: 1.1 q"])
        let own = try #require(vias.last).dropFirst("Via: ".count)
        #expect(Gateway.isOurs(String(own)))
        let loop = try gateway.ask(
            "GET / HTTP/1.1\r\nHost: a\r\nVia: 1.1 x, \(own.uppercased())\r\n\r\n")
        #expect(loop.status == 508)
    }

    @Test func `a balancer behind another one is no loop`() throws {
        let inner = try Gateway()
        let outer = try Balanced([inner.balanced.address])
        #expect(try outer.get("/").status == 200)
        let head = Answer(head: try #require(inner.backend.requests.last))
        let vias = head.head.split(separator: "\r\n").filter { $0.hasPrefix("Via: ") }
        #expect(Set(vias).count == 2)
    }

    // RFC 9110 §7.6.2.
    @Test func `Max-Forwards is counted down for TRACE and OPTIONS, and ends at zero`() throws {
        let gateway = try Gateway()
        let client = try gateway.client()
        for (request, status) in [
            ("TRACE /x", 405), ("OPTIONS /x", 200), ("OPTIONS *", 200), ("TRACE http://b/x", 405),
        ] {
            try client.send("\(request) HTTP/1.1\r\nHost: a\r\nMax-Forwards: 0\r\n\r\n")
            #expect(try client.answer().status == status)
        }
        #expect(gateway.backend.requests.isEmpty)
        for (method, came, left) in [
            ("TRACE", "5", "4"), ("OPTIONS", "1", "0"), ("GET", "0", "0"), ("POST", "7", "7"),
            ("TRACE", "x", "x"),
        ] {
            try client.send("\(method) /x HTTP/1.1\r\nHost: a\r\nMax-Forwards: \(came)\r\n\r\n")
            #expect(try client.answer().text == "\(method) /x HTTP/1.1")
            let head = Answer(head: gateway.backend.requests.last ?? "")
            #expect(head.field("max-forwards") == left, "\(method) \(came)")
        }
    }

    // RFC 9110 §7.6.1, and §6.6.1 for Date.
    @Test func `a response keeps its end-to-end fields alone, and has a Date`() throws {
        let cookies = (0..<110).map { "Set-Cookie: c\($0)=\($0)\r\n" }.joined()
        let gateway = try Gateway { target in
            let fields =
                switch target {
                case "/hop":
                    "Connection: X-Hop, keep-alive\r\nconnection: X-Two\r\nX-Hop: 1\r\nX-Two: 2\r\n"
                        + "Keep-Alive: timeout=9\r\nProxy-Connection: x\r\nUpgrade: h2\r\nTE: x\r\n"
                case "/end":
                    "Server: s\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nX-E:\r\nx-e: a\r\n"
                default: cookies
                }
            return Gateway.Reply("HTTP/1.1 200 Caf\u{e9}\r\n\(fields)Content-Length: 2\r\n\r\nok")
        }
        func fields(_ target: String) throws -> [String] {
            let answer = try gateway.ask("GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(answer.text == "ok")
            return answer.head.split(separator: "\r\n").map(String.init)
        }
        let hop = try fields("/hop")
        #expect(hop.count == 3 && hop[1] == "Content-Length: 2" && hop[2].hasPrefix("Date: "))
        #expect(
            try fields("/end") == [
                "HTTP/1.1 200 Caf\u{e9}", "Server: s", "Date: Sun, 06 Nov 1994 08:49:37 GMT",
                "X-E:",
                "x-e: a", "Content-Length: 2",
            ])
        #expect(
            try fields("/many").dropFirst().prefix(110).joined(separator: "\r\n") + "\r\n"
                == cookies)
    }
}
