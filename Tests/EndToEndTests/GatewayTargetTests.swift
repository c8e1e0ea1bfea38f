import Testing

/// The request line and Host: what is asked for, of which host, in which version (RFC 9112 §2, §3).
@Suite struct GatewayTargetTests {
    // RFC 9112 §3, §2.3: one space between three parts, and nothing else.
    @Test func `a request line that is not three parts is refused`() throws {
        let gateway = try Gateway()
        for line in [
            "GET  / HTTP/1.1", "GET /  HTTP/1.1", "GET\t/ HTTP/1.1", "GET /\tHTTP/1.1",
            " GET / HTTP/1.1", "GET / HTTP/1.1 ", "GET /a b HTTP/1.1", "GET /", "GET / ", "GET",
            "/ HTTP/1.1", "GET  HTTP/1.1", "GET /\0 HTTP/1.1", "GET /\u{b} HTTP/1.1",
            "GET /\r HTTP/1.1", "GET /\u{7f} HTTP/1.1", "GET / HTTP/1.1\r", "GET / HTTP/1.1\0",
            "G@T / HTTP/1.1", "(GET) / HTTP/1.1", "GET: / HTTP/1.1", "G\u{e9}T / HTTP/1.1",
            "\"GET\" / HTTP/1.1", "GET, / HTTP/1.1", "GET\0 / HTTP/1.1", "\u{feff}GET / HTTP/1.1",
            "GET / HTTP/01.1", "GET / HTTP/3", "GET / HTTP/9.9.9", "GET / http/1.1",
            "GET / HTTP/1.01", "GET / HTTP/1.10",
            "GET / HTTP/1", "GET / HTTP/.1", "GET / HTTP/1.", "GET / HTTP/1.x", "GET / HTTP/+1.1",
            "GET / HTTP 1.1", "GET / HTTPS/1.1", "GET / XHTTP/1.1", "GET / ICY/1.1",
            "\u{16}\u{3}\u{1}\u{2}", "\0",
        ] {
            try gateway.expectRefusal(line + "\r\nHost: a\r\n\r\n")
        }
        for line in [
            "GET / HTTP/2.0", "GET / HTTP/3.0", "GET / HTTP/0.9", "PRI * HTTP/2.0",
        ] {
            try gateway.expectRefusal(line + "\r\nHost: a\r\n\r\n", [505])
        }
        gateway.expectOrdinary(after: "bad request lines")
    }

    // RFC 9112 §2.2: an empty line or two may come first, and they end with CR and LF.
    @Test func `empty lines in front are few and whole`() throws {
        let gateway = try Gateway()
        let client = try gateway.client()
        for lines in ["\r\n", "\r\n\r\n", ""] {
            try client.send(lines + "GET /x HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try client.answer().text == "GET /x HTTP/1.1")
        }
        for lines in ["\r\n\r\n\r\n", "\n", "\r", "\r\r\n", " \r\n", "\r\n\n"] {
            try gateway.expectRefusal(lines + "GET /x HTTP/1.1\r\nHost: a\r\n\r\n")
        }
    }

    // RFC 9112 §3.2: four forms, each where it belongs.
    @Test func `a target that is none of the four forms is refused`() throws {
        let gateway = try Gateway()
        for line in [
            "GET *", "POST *", "OPTIONS *x", "OPTIONS */", "GET x", "GET x/y", "GET a:80", "GET ?x",
            "GET #x", "GET /x#y", "GET /x\\y", "GET ftp://a/", "GET javascript:x", "GET http:/x",
            "GET http:x", "GET http://", "GET http:///x", "GET http://?x", "GET http://u@a/",
            "GET http://u:p@a/", "GET http://a:x/", "GET http://a:99999/", "GET http://[::1/",
            "GET http://a,b/", "GET http://a/x#y", "GET http://a\\b/", "CONNECT /x",
            "CONNECT http://a/", "CONNECT a", "CONNECT a:", "CONNECT :80", "CONNECT u@a:80",
        ] {
            try gateway.expectRefusal(line + " HTTP/1.1\r\nHost: a\r\n\r\n")
        }
        // RFC 9110 §9.3.6: a gateway need offer no tunnels; what follows is not one either.
        try gateway.expectRefusal("CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n", [405])
        gateway.expectOrdinary(after: "bad targets")
    }

    // RFC 9110 §7.7: path and query pass as they came.
    @Test func `a good target arrives as it was`() throws {
        let gateway = try Gateway()
        for target in [
            "/", "//evil/x", "/a//b/./../c", "/%41%2f%00%zz", "/a?", "/?a=b?c&d=%20+e",
            "/x?u=http://a/b\\c", "/a;b=c,d:@!$&'()*", "/[|]^`{}\"<>",
            "/" + String(repeating: "a", count: 8000),
        ] {
            let answer = try gateway.ask("GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(answer.text == "GET \(target) HTTP/1.1")
        }
        let long = String(repeating: "a", count: 20_000)
        try gateway.expectRefusal("GET /\(long) HTTP/1.1\r\nHost: a\r\n\r\n", [414], hidden: false)
    }

    // RFC 9112 §3.2.2, §3.2.4: the absolute form tells the host, whatever Host says.
    @Test func `an absolute target becomes what a backend expects`() throws {
        let gateway = try Gateway()
        for (line, sent, host) in [
            ("GET http://b/x?y", "GET /x?y", "b"), ("GET HTTP://b:80/x", "GET /x", "b:80"),
            ("GET http://b", "GET /", "b"), ("GET http://b?q", "GET /?q", "b"),
            ("GET http://[::1]:8/x", "GET /x", "[::1]:8"), ("OPTIONS http://b", "OPTIONS *", "b"),
            ("OPTIONS http://b/x", "OPTIONS /x", "b"), ("OPTIONS *", "OPTIONS *", "a"),
        ] {
            let answer = try gateway.ask("\(line) HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(answer.text == "\(sent) HTTP/1.1")
            let request = gateway.backend.requests.last ?? ""
            #expect(Gateway.lines(request) == ["\(sent) HTTP/1.1", "Host: \(host)"])
        }
    }

    // RFC 9112 §3.2: 400 to a Host that is missing, there twice, or no host.
    @Test func `a Host that leaves a doubt is refused`() throws {
        let gateway = try Gateway()
        for value in [
            "a b", "a\tb", "a,b", "a, b", "u@a", "a:b", "a:80:80", "a:-1", "a:65536", "a: 80",
            ":80", "[::1", "::1", "[::g]", "[1.2.3.4]", "[::1]x", "a/b", "a?b", "a#b", "a\\b",
            "http://a", "\"a\"", "<a>", "a{}", "a|b", "a^b", "a`b", "\u{e9}", "a\0", "a\u{b}",
            "a%", "a%2", "a%zz",
        ] {
            try gateway.expectRefusal("GET /x HTTP/1.1\r\nHost: \(value)\r\n\r\n")
            try gateway.expectRefusal("GET http://a/x HTTP/1.1\r\nHost: \(value)\r\n\r\n")
        }
        for fields in [
            "", "X: 1\r\n", "Host: a\r\nHost: b\r\n", "Host: a\r\nhost: a\r\n",
            "Host:\r\n a\r\n", " Host: a\r\n", "Host : a\r\n", "Host: a\r\n b\r\n", "H\0st: a\r\n",
        ] {
            try gateway.expectRefusal("GET /x HTTP/1.1\r\n\(fields)\r\n")
            try gateway.expectRefusal("GET http://a/x HTTP/1.1\r\n\(fields)\r\n")
        }
        try gateway.expectRefusal("GET /x HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n")
        gateway.expectOrdinary(after: "bad hosts")
    }

    // RFC 9112 §3.2, §3.3; RFC 9110 §2.5.
    @Test func `an old client needs no Host, a newer minor version is ours`() throws {
        let gateway = try Gateway()
        #expect(try gateway.ask("GET /x HTTP/1.0\r\n\r\n").text == "GET /x HTTP/1.1")
        let old = Answer(head: gateway.backend.requests.last ?? "")
        // Version 1.1 must have the field, and many a program refuses an empty one.
        #expect(old.field("host") == "\(gateway.balanced.address)")
        #expect(old.field("x-forwarded-host") == nil)
        #expect(old.field("via")?.hasPrefix("1.0 ") == true)
        #expect(try gateway.ask("GET /x HTTP/1.2\r\nHost: a\r\n\r\n").text == "GET /x HTTP/1.1")
        for method in ["get", "M-SEARCH", "Get", "X!#$%&'*+-.^_`|~"] {
            let answer = try gateway.ask("\(method) /x HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(answer.text == "\(method) /x HTTP/1.1")
        }
    }
}
