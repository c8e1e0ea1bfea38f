import Basics
import Testing

@testable import HTTP1

@Suite struct RequestForwardingTests {
    private func sent(_ fields: String, method: String = "GET", version: String = "1") -> [String] {
        Array(
            lines(forwarded("\(method) /p HTTP/1.\(version)\r\nHost: h\r\n\(fields)\r\n"))
                .dropFirst(2))
    }

    @Test func `a plain request keeps its lines and gets ours`() {
        let head = "GET /a?b HTTP/1.1\r\nhost:  h \r\nX-A:1\r\nAccept: */*\r\n\r\n"
        #expect(
            forwarded(head) == "GET /a?b HTTP/1.1\r\nhost:  h \r\nX-A:1\r\nAccept: */*\r\n"
                + "Via: 1.1 lbctl\r\nX-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: http\r\n"
                + "X-Forwarded-Host: h\r\nX-Request-Id: ID\r\n\r\n")
    }

    @Test(arguments: [
        "Connection: close", "Keep-Alive: timeout=5", "Proxy-Connection: keep-alive",
        "TE: deflate;q=0.5", "TE:", "TE: trailers;q=0", "TE: trailersx", "Connection: TE\r\nTE: x",
        "Upgrade: websocket", "Trailer: X", "connection: x-hop\r\nX-Hop: 1\r\nx-hop: 2",
        "X-Hop: 1\r\nConnection: close, X-HOP", "Connection: TE\r\nTE: gzip;q=0.5",
        "Connection: accept\r\nAccept: a", "Connection: ,", "X-Real-IP: 6.6.6.6",
        "X-Forwarded-For: 6.6.6.6", "X-Forwarded-Proto: https", "X-Forwarded-Host: evil",
        "X-Forwarded-Port: 1", "Forwarded: for=6.6.6.6", "Proxy: http://evil/",
        "HTTP2-Settings: AAMAAABk", "X_Forwarded_For: 6.6.6.6", "x-forwarded_proto: https",
        "X_Real-IP: 6.6.6.6", "Content_Length: 5", "TRANSFER_ENCODING: chunked",
        "X_Request_Id: 1", "X-Request_ID: 1", "keep_alive: 1", "Proxy_Connection: 1",
        "HTTP2_Settings: 1", "Max_Forwards: 0", "Connection: content_length\r\nContent_Length: 5",
        "X-Request-Id: a b", "X-Request-Id:",
        "X-Request-Id: a\r\nX-Request-Id: a",
    ]) func `what is of this hop alone, or not believed, is not sent on`(fields: String) {
        #expect(sent("X-A: 1\r\n\(fields)\r\nX-B: 2\r\n") == ["X-A: 1", "X-B: 2"])
        #expect(sent("\(fields)\r\n") == [])
    }

    @Test(arguments: [
        "Host", "Content-Type", "Cookie", "Authorization", "Via", "Cache-Control", "Date", "Origin",
        "X-Forwarded-For", "X-Request-Id", "Max-Forwards", "Expect",
    ]) func `an end-to-end field cannot be nominated away`(name: String) {
        let head =
            "GET / HTTP/1.1\r\nConnection: close, \(name)\r\nHost: h\r\nContent-Type: t\r\n"
            + "Cookie: c\r\nAuthorization: a\r\nCache-Control: no\r\nDate: d\r\nOrigin: o\r\n"
            + "Max-Forwards: 3\r\nExpect: x\r\n\r\n"
        #expect(
            lines(forwarded(head)).dropFirst() == [
                "Host: h", "Content-Type: t", "Cookie: c", "Authorization: a", "Cache-Control: no",
                "Date: d", "Origin: o", "Max-Forwards: 3", "Expect: x",
            ])
        #expect(forwarded(head)?.contains("X-Forwarded-For: 192.0.2.1\r\n") == true)
    }

    @Test(arguments: [
        "X-Forward-For: 1", "X_Forwards_For: 1", "X_Request_Ie: 1", "X_Other_Name_That_Is_Long: 1",
        "Proxy-Authorization: x", "Proxies: 1", "Content_Lengts: 1", "Content.Length: 1",
        "Transfer_Encodings: chunked", "Transfer+Encoding: chunked", "_Content_Length: 1",
        "Content_Type: a", "Custom_Field: 1",
    ]) func `a field that only looks like one of ours is sent on`(field: String) {
        #expect(sent(field + "\r\n") == [field])
    }

    @Test func `framing is written once and by us`() {
        #expect(sent("content-length: 0005\r\n", method: "POST") == ["Content-Length: 5"])
        #expect(
            sent("content-length: 0\r\nConnection: content-length\r\n") == ["Content-Length: 0"])
        #expect(
            sent("transfer-encoding:\tCHUNKED\r\nTrailer: X\r\n", method: "POST")
                == ["Transfer-Encoding: chunked"])
    }

    @Test(arguments: [
        "TE: trailers", "te:\tTRAILERS ", "TE: trailers\r\nConnection: TE", "TE: gzip, trailers",
        "Connection: close, te\r\nTE: deflate;q=0.5, trailers ,gzip", "TE: x\r\nTE: trailers",
        "TE: trailers\r\nTE: trailers",
    ]) func `that a client takes trailers is passed on, and nothing else of TE`(lines: String) {
        #expect(sent("A: 1\r\n\(lines)\r\n") == ["A: 1", "Connection: TE", "TE: trailers"])
        // It has no chunks, and so can't have trailers.
        #expect(sent("\(lines)\r\n", version: "0") == ["Via: 1.0 lbctl"])
    }

    @Test func `a client may take trailers and ask for an upgrade`() {
        #expect(
            sent("TE: trailers\r\nConnection: Upgrade, TE\r\nUpgrade: websocket\r\n") == [
                "Connection: upgrade, TE", "TE: trailers", "Upgrade: websocket",
            ])
    }

    @Test func `an upgrade is passed on with its nomination`() {
        #expect(
            sent("Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-X: 1\r\n")
                == ["Sec-X: 1", "Connection: upgrade", "Upgrade: websocket"])
    }

    @Test func `Expect is passed on from version 1.1 alone`() {
        let fields = "Content-Length: 1\r\nExpect: 100-continue\r\n"
        #expect(sent(fields) == ["Expect: 100-continue", "Content-Length: 1"])
        #expect(!sent(fields, version: "0").contains("Expect: 100-continue"))
    }

    @Test func `Max-Forwards is counted down where it counts`() {
        #expect(sent("Max-Forwards: 5\r\n", method: "TRACE") == ["Max-Forwards: 4"])
        #expect(sent("Max-Forwards: 0\r\n", method: "OPTIONS") == ["Max-Forwards: 0"])
        #expect(sent("Max-Forwards: 5\r\n") == ["Max-Forwards: 5"])
        #expect(
            sent("Max-Forwards: 99999999999999999999\r\n", method: "TRACE")
                == ["Max-Forwards: 18446744073709551614"])
    }

    @Test(arguments: [
        ("GET http://good:8/x?y HTTP/1.1\r\nHost: e\r\n", "GET /x?y HTTP/1.1", "Host: good:8"),
        ("GET HTTPS://good HTTP/1.1\r\nHost: e\r\n", "GET / HTTP/1.1", "Host: good"),
        ("GET http://good?q HTTP/1.1\r\nHost: e\r\n", "GET /?q HTTP/1.1", "Host: good"),
        ("OPTIONS http://good HTTP/1.1\r\nHost: e\r\n", "OPTIONS * HTTP/1.1", "Host: good"),
        ("OPTIONS * HTTP/1.1\r\nHost: e\r\n", "OPTIONS * HTTP/1.1", "Host: e"),
        ("GET /x HTTP/1.0\r\nHost: e\r\n", "GET /x HTTP/1.1", "Host: e"),
        ("GET /x HTTP/1.0\r\n", "GET /x HTTP/1.1", "Host: back:1"),
        ("GET //evil/x HTTP/1.2\r\nHost: e\r\n", "GET //evil/x HTTP/1.1", "Host: e"),
    ]) func `the request line and Host are what a backend needs`(
        head: String, line: String, host: String
    ) {
        let result = forwarded(head + "X: 1\r\n\r\n") {
            $0.fallbackHost = InlineText("back:1".utf8.span)
        }
        let sent = (result ?? "").split(separator: "\r\n").map(String.init)
        #expect(sent.first == line)
        #expect(sent.filter { $0.lowercased().hasPrefix("host:") } == [host])
        #expect(sent.contains("X: 1"))
        let version = head.contains("HTTP/1.0") ? "1.0" : "1.1"
        #expect(sent.contains("Via: \(version) lbctl"))
    }

    @Test func `a trusted client is believed and appended to`() {
        let head =
            "GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: a, b\r\nX-Forwarded-Proto: https\r\n"
            + "x-forwarded-for: c\r\nForwarded: for=a\r\nX-Forwarded-Host: x\r\n\r\n"
        let result = forwarded(head, isTrusted: true) {
            $0.writesForwarded = true
            $0.clientAddress = InlineText("2001:db8::1".utf8.span)
        }
        #expect(
            lines(result).dropFirst(2) == [
                "X-Forwarded-Proto: https", "Forwarded: for=a", "X-Forwarded-Host: x",
                "X-Forwarded-For: a, b, c, 2001:db8::1",
                "Forwarded: for=\"[2001:db8::1]\";proto=http;host=\"h\"",
            ])
    }

    @Test func `a valid request id stays`() {
        let result = forwarded("GET / HTTP/1.1\r\nHost: h\r\nX-Request-Id: a-1/b:c\r\n\r\n")
        #expect(lines(result).dropFirst(2) == ["X-Request-Id: a-1/b:c"])
        #expect(result?.contains("X-Request-Id: ID") == false)
    }

    @Test func `what is sent on parses to the same request`() {
        for head in [
            "GET /a HTTP/1.1\r\nHost: h\r\nA: 1\r\nConnection: b\r\nB: 2\r\n\r\n",
            "POST http://h/a HTTP/1.1\r\nHost: x\r\nContent-Length: 7\r\n\r\n",
            "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\nHost: h\r\n\r\n",
            "GET /a HTTP/1.0\r\nHost: h\r\nConnection: keep-alive\r\n\r\n",
        ] {
            let first = request(head)
            let second = request(forwarded(head) ?? "")
            #expect(second != nil)
            #expect(first?.framing == second?.framing)
            #expect(first?.host == second?.host)
            #expect(first?.path == second?.path)
            #expect(second?.length == forwarded(head)?.utf8.count)
        }
    }

    @Test func `too many connection options are refused`() {
        let options = String(repeating: "a,", count: 65)
        let head = "GET / HTTP/1.1\r\nConnection: \(options)\r\n"
        #expect(fault(head) == .tooManyConnectionOptions)
    }
}
