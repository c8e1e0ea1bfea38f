import Testing

/// Fields behind a body: those of requests end here, those of responses arrive (RFC 9112 §7.1.2,
/// RFC 9110 §6.5).
@Suite struct GatewayTrailerTests {
    private static let post =
        "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"

    // A backend that leaves trailers unread takes them for the next request.
    @Test(arguments: [
        "", "Trailer: X-Sum, GET\r\n", "TE: trailers\r\nTrailer: X-Sum\r\nConnection: TE\r\n",
        "Connection: Trailer\r\nTrailer: X-Sum\r\n",
    ]) func `a request's trailers reach no backend, announced or not`(lines: String) throws {
        let gateway = try Gateway()
        let client = try gateway.client()
        for trailers in ["X-Sum: 1\r\n", "GET: /hidden HTTP/1.0\r\nX-Sum: 1\r\n"] {
            try client.send("\(Self.post)\(lines)\r\n4\r\nbody\r\n0\r\n\(trailers)\r\n")
            #expect(try client.answer().status == 200)
            let request = gateway.backend.requests.last ?? ""
            #expect(request.hasSuffix("\r\n\r\n4\r\nbody\r\n0\r\n\r\n"), "\(request)")
            #expect(!request.contains("Trailer:") && !request.contains("X-Sum"), "\(request)")
        }
        gateway.expectOrdinary(after: "trailers")
        #expect(gateway.backend.requests.count == 3)
    }

    @Test func `a response's trailers arrive, and the backend is told if they are taken`() throws {
        let gateway = try Gateway { _ in
            Gateway.Reply(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
                    + "4\r\nbody\r\n0\r\nX-Sum: 42\r\nGrpc-Status: 0\r\n\r\n")
        }
        for (te, told) in [
            ("TE: trailers\r\nConnection: TE, close\r\n", true), ("TE: gzip, trailers\r\n", true),
            ("TE: gzip\r\n", false), ("", false),
        ] {
            let client = try gateway.client()
            try client.send("GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\(te)\r\n")
            let all = String(decoding: try client.rest(), as: UTF8.self)
            #expect(all.hasSuffix("0\r\nX-Sum: 42\r\nGrpc-Status: 0\r\n\r\n"), "\(all)")
            let lines = Gateway.lines(gateway.backend.requests.last ?? "").dropFirst(2)
            #expect(lines == (told ? ["Connection: TE", "TE: trailers"] : []), "\(te)")
        }
        let old = try gateway.ask("GET /x HTTP/1.0\r\nTE: trailers\r\n\r\n")
        #expect(old.text == "body")
        #expect(gateway.backend.requests.last?.contains("TE:") == false)
    }
}
