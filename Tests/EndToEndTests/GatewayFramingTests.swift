import Testing

/// Where a request ends, the balancer may not see it otherwise than the backend (RFC 9112 §6 to
/// §8).
@Suite struct GatewayFramingTests {
    private static let post = "POST /doubt HTTP/1.1\r\nHost: a\r\n"

    // RFC 9110 §8.6, RFC 9112 §6.3 case 5.
    @Test func `a Content-Length that is not one plain number is refused`() throws {
        let gateway = try Gateway()
        for value in [
            "", " ", "+4", "-4", "-0", "0x4", "4x", "4.0", "4e0", "4_0", "4 4", "4;4", "4,", ",4",
            "4, 4", "4,4,4", "\"4\"", "\u{ff14}", "4\u{b}", "\u{c}4", "4\0", "4\u{a0}", "NaN",
            "9223372036854775808", "18446744073709551620", "99999999999999999999999999999",
        ] {
            try gateway.expectRefusal(Self.post + "Content-Length: \(value)\r\n\r\nbody")
        }
        for lines in [
            "Content-Length: 4\r\nContent-Length: 5", "Content-Length: 4\r\ncontent-length: 4",
            "Content-Length:\r\nContent-Length: 4", "Content-Length : 4", "Content-Length\t: 4",
            " Content-Length: 4", "Content-Length: 4\r\n 4", "Content-Length 4",
            "Content-Length\0: 4", "Content-Length: 4\nX: 1", "X: 1\rContent-Length: 4",
        ] {
            try gateway.expectRefusal(Self.post + "\(lines)\r\n\r\nbody")
        }
        gateway.expectOrdinary(after: "bad lengths")
    }

    // RFC 9112 §6.1, §6.3 cases 3 and 4.
    @Test func `a Transfer-Encoding in disguise is refused, alone and with a length`() throws {
        let gateway = try Gateway()
        let lines = [
            "Transfer-Encoding: identity", "Transfer-Encoding: chunked, identity",
            "Transfer-Encoding: identity, chunked", "Transfer-Encoding: gzip, chunked",
            "Transfer-Encoding: chunked, chunked", "Transfer-Encoding: ,chunked",
            "Transfer-Encoding: chunked,", "Transfer-Encoding:", "Transfer-Encoding: ,",
            "Transfer-Encoding: chunked;q=1", "Transfer-Encoding: chunked; a=b",
            "Transfer-Encoding: \"chunked\"", "Transfer-Encoding: 'chunked'",
            "Transfer-Encoding: chunkedx", "Transfer-Encoding: chunk",
            "Transfer-Encoding: c hunked",
            "Transfer-Encoding: \u{b}chunked", "Transfer-Encoding: chunked\u{c}",
            "Transfer-Encoding: \0chunked", "Transfer-Encoding: chunked\u{7f}",
            "Transfer-Encoding: \u{a0}chunked",
            "Transfer-Encoding: x\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: x",
            "Transfer-Encoding: chunked\r\ntransfer-encoding: chunked",
            "Transfer-Encoding : chunked", "Transfer-Encoding\t: chunked",
            " Transfer-Encoding: chunked", "\tTransfer-Encoding: chunked",
            "Transfer-Encoding:\r\n chunked", "Transfer-Encoding: chunked\r\n\tx",
            "Transfer-Encoding:\n chunked", "Transfer-Encoding\0: chunked",
            "X: 1\nTransfer-Encoding: chunked", "X: 1\rTransfer-Encoding: chunked",
        ]
        for line in lines {
            let body = "0\r\n\r\n"
            try gateway.expectRefusal(Self.post + "\(line)\r\n\r\n\(body)", [400, 501])
            try gateway.expectRefusal(
                Self.post + "Content-Length: 5\r\n\(line)\r\n\r\n\(body)", [400, 501])
            try gateway.expectRefusal(
                Self.post + "\(line)\r\nContent-Length: 5\r\n\r\n\(body)", [400, 501])
        }
        for length in ["0", "5"] {
            try gateway.expectRefusal(
                Self.post
                    + "Content-Length: \(length)\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
        }
        // RFC 9112 §6.1: what speaks 1.0 does not know of it.
        try gateway.expectRefusal(
            "POST /doubt HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
        gateway.expectOrdinary(after: "bad codings")
    }

    @Test func `a field that only looks like one that frames is just a field`() throws {
        let gateway = try Gateway()
        for line in [
            "Transfer_Encoding: chunked", "Content_Length: 50", "Content-Length0: 50",
            "XContent-Length: 50", "Transfer-Encoding-: chunked",
        ] {
            let answer = try gateway.ask(Self.post + "\(line)\r\nContent-Length: 4\r\n\r\nbody")
            #expect(answer.status == 200)
            #expect(Gateway.body(gateway.backend.requests.last ?? "") == "body", "\(line)")
        }
    }

    // RFC 9112 §7.1: chunk-size is hexadecimal digits alone, and lines end with CR and LF.
    @Test func `a chunked body that goes wrong never becomes whole`() throws {
        let gateway = try Gateway()
        let end = "\r\n0\r\n\r\n"
        for body in [
            "+4\r\nbody" + end, "-4\r\nbody" + end, "0x4\r\nbody" + end, "4h\r\nbody" + end,
            "0_4\r\nbody" + end, " 4\r\nbody" + end, "\t4\r\nbody" + end, "4 \r\nbody" + end,
            "4\t\r\nbody" + end, "\r\n4\r\nbody" + end, "4,4\r\nbody" + end, "4\0\r\nbody" + end,
            "4\nbody" + end, "4\rbody" + end, "4\r\r\nbody" + end, ";a\r\nbody" + end,
            "10000000000000004\r\nbody" + end, "FFFFFFFFFFFFFFFF\r\nbody" + end,
            "8000000000000000\r\nbody" + end, "\u{ff14}\r\nbody" + end,
            "4;a\nb\r\nbody" + end, "4;a\rb\r\nbody" + end, "4;a\0\r\nbody" + end,
            "4;\(String(repeating: "e", count: 70_000))\r\nbody" + end,
            "4\r\nbodyX" + end, "4\r\nbody\n0\r\n\r\n", "4\r\nbody\r0\r\n\r\n", "4\r\nbo" + end,
            "4\r\nbody\r\n0\n\r\n", "4\r\nbody\r\n0\r\n\n", "4\r\nbody\r\n-0\r\n\r\n",
            "4\r\nbody\r\n0\r\nX : 1\r\n\r\n", "4\r\nbody\r\n0\r\n X: 1\r\n\r\n",
            "4\r\nbody\r\n0\r\nX\r\n\r\n", "4\r\nbody\r\n0\r\n: 1\r\n\r\n",
            "4\r\nbody\r\n0\r\nX: a\0b\r\n\r\n", "4\r\nbody\r\n0\r\nX: a\rb\r\n\r\n",
            "4\r\nbody\r\n0\r\nX: a\nY: b\r\n\r\n",
            "4\r\nbody\r\n0\r\n\(String(repeating: "X: 1\r\n", count: 2000))\r\n",
            "4\r\nbody\r\n0\r\nX: \(String(repeating: "x", count: 50_000))\r\n\r\n",
        ] {
            try gateway.expectRefusal(
                Self.post + "Transfer-Encoding: chunked\r\n\r\n" + body, [400, 431])
        }
        gateway.expectOrdinary(after: "bad chunks")
    }

    // RFC 9112 §7.1.1, §7.1.2; RFC 9110 §6.5.1.
    @Test func `a chunked body arrives without its extensions and without odd trailers`() throws {
        let gateway = try Gateway()
        for body in [
            "4\r\nbody\r\n0\r\n\r\n", "00004\r\nbody\r\n000\r\n\r\n",
            "4;a;b=c;d=\"e;f\"\r\nbody\r\n0;z\r\n\r\n", "4 ;a\r\nbody\r\n0\r\n\r\n",
            "1\r\nb\r\n3\r\nody\r\n0\r\n\r\n",
            "4\r\nbody\r\n0\r\nContent-Length: 9\r\nTransfer-Encoding: x\r\nHost: evil\r\n"
                + "Connection: close\r\nAuthorization: x\r\nX-Forwarded-For: 6.6.6.6\r\n\r\n",
        ] {
            let client = try gateway.client()
            try client.send(Self.post + "Transfer-Encoding: chunked\r\n\r\n" + body)
            #expect(try client.answer().status == 200)
            let request = gateway.backend.requests.last ?? ""
            #expect(Gateway.body(request).filter { "body".contains($0) } == "body", "\(body)")
            #expect(!request.contains("evil") && !request.contains("6.6.6.6"))
            #expect(!Gateway.body(request).contains(":") && !request.contains(";"))
            // What follows is the next request, wherever the body ended.
            try client.send("GET /next HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try client.answer().text == "GET /next HTTP/1.1")
        }
    }

    // RFC 9110 §9.3: content means nothing in some requests; it is content all the same.
    @Test(arguments: ["GET", "HEAD", "DELETE", "OPTIONS", "PUT", "PATCH", "FIND"])
    func `a body is never taken for a request`(method: String) throws {
        let gateway = try Gateway()
        let inner = "GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n"
        let client = try gateway.client()
        try client.send(
            "\(method) /outer HTTP/1.1\r\nHost: a\r\nContent-Length: \(inner.utf8.count)\r\n\r\n"
                + inner + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.answer(to: method).status == 200)
        #expect(try client.answer().text == "GET /next HTTP/1.1")
        #expect(gateway.backend.requests.map { Gateway.target($0) } == ["/outer", "/next"])
        #expect(Gateway.body(gateway.backend.requests[0]) == inner)
    }

    // RFC 9112 §8: an incomplete request is not a complete one.
    @Test func `a body that is cut off never becomes whole`() throws {
        let gateway = try Gateway()
        for rest in [
            "Content-Length: 10\r\n\r\nbody", "Content-Length: 10\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\n4\r\nbo", "Transfer-Encoding: chunked\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n", "X: 1\r\n",
        ] {
            let client = try gateway.client()
            try client.send(Self.post + rest)
            client.endSending()
            #expect(client.isClosed(), "\(rest)")
        }
        gateway.expectOrdinary(after: "cut bodies")
        #expect(gateway.backend.requests.allSatisfy { !$0.contains("/doubt") })
    }
}
