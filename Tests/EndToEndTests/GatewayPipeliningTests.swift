import Testing

/// Several requests on one connection: in order, each with its own answer, and nothing after an
/// end (RFC 9112 §9.3, §9.6).
@Suite struct GatewayPipeliningTests {
    private func get(_ target: String, _ fields: String = "") -> String {
        "GET \(target) HTTP/1.1\r\nHost: a\r\n\(fields)\r\n"
    }

    @Test func `requests of every framing behind each other are answered in order`() throws {
        let gateway = try Gateway()
        let client = try gateway.client()
        let post = "POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody"
        let put =
            "PUT /3 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n"
        try client.send(
            get("/1") + post + put + "\r\nHEAD /4 HTTP/1.1\r\nHost: a\r\n\r\n" + get("/5"))
        #expect(try client.answer().text == "GET /1 HTTP/1.1")
        #expect(try client.answer().text == "POST /2 HTTP/1.1")
        #expect(try client.answer().text == "PUT /3 HTTP/1.1")
        #expect(try client.answer(to: "HEAD").status == 200)
        #expect(try client.answer().text == "GET /5 HTTP/1.1")
    }

    @Test func `many at once, more than fit a buffer, are all answered in order`() throws {
        let gateway = try Gateway()
        let client = try gateway.client()
        try client.send((0..<1000).map { get("/\($0)") }.joined())
        for number in 0..<1000 {
            let text = try client.answer().text
            #expect(text == "GET /\(number) HTTP/1.1")
            if text != "GET /\(number) HTTP/1.1" { return }
        }
    }

    @Test func `a failure in the middle is answered in its place`() throws {
        let gateway = try Gateway { $0 == "/2" ? Gateway.Reply("", then: .closed) : nil }
        let client = try gateway.client()
        try client.send(get("/1") + get("/2") + get("/3"))
        #expect(try client.answer().text == "GET /1 HTTP/1.1")
        #expect(try client.answer().status == 502)
        #expect(try client.answer().text == "GET /3 HTTP/1.1")
    }

    @Test func `behind a refusal nothing is read`() throws {
        let gateway = try Gateway()
        for bad in ["X : 1\r\n", "Content-Length: x\r\n", "Transfer-Encoding: x\r\n"] {
            let client = try gateway.client()
            try client.send(get("/1") + get("/2", bad) + get("/hidden"))
            #expect(try client.answer().text == "GET /1 HTTP/1.1")
            let refusal = try client.answer()
            #expect(refusal.status / 100 >= 4 && refusal.field("connection") == "close")
            #expect(client.isClosed())
        }
        let client = try gateway.client()
        try client.send(get("/1") + "\u{16}\u{3}\u{1} junk\r\n\r\n" + get("/hidden"))
        #expect(try client.answer().status == 200)
        #expect(try client.answer().status == 400)
        #expect(client.isClosed())
        #expect(gateway.backend.requests.allSatisfy { Gateway.target($0) == "/1" })
    }

    @Test func `behind the last request of a connection nothing is read`() throws {
        let gateway = try Gateway()
        for last in [
            get("/1", "Connection: close\r\n"), get("/1", "Connection: foo,  CLOSE ,bar\r\n"),
            get("/1", "Connection: keep-alive\r\nConnection: close\r\n"),
            "GET /1 HTTP/1.0\r\n\r\n", "GET /1 HTTP/1.0\r\nProxy-Connection: keep-alive\r\n\r\n",
            "GET /1 HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n",
        ] {
            let client = try gateway.client()
            try client.send(last + get("/hidden"))
            let answer = try client.answer()
            #expect(answer.text == "GET /1 HTTP/1.1" && answer.field("connection") == "close")
            #expect(client.isClosed(), "\(last)")
        }
        #expect(gateway.backend.requests.allSatisfy { Gateway.target($0) == "/1" })
    }

    @Test func `an old client is kept where it asks for it and can see the end`() throws {
        let gateway = try Gateway { target in
            target == "/open" ? Gateway.Reply("HTTP/1.0 200 OK\r\n\r\nall", then: .closed) : nil
        }
        let client = try gateway.client()
        for _ in 0..<2 {
            try client.send("GET /1 HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n")
            let answer = try client.answer()
            #expect(answer.text == "GET /1 HTTP/1.1" && answer.field("connection") == "keep-alive")
        }
        try client.send("GET /open HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n")
        let answer = try client.answer()
        #expect(answer.text == "all" && answer.field("connection") == "close")
        #expect(client.isClosed())
    }

    @Test func `a client that has ended its side still gets all its answers`() throws {
        let gateway = try Gateway()
        let client = try gateway.client()
        try client.send(get("/1") + get("/2") + "GET /cut HTT")
        client.endSending()
        #expect(try client.answer().text == "GET /1 HTTP/1.1")
        #expect(try client.answer().text == "GET /2 HTTP/1.1")
        #expect(client.isClosed())
        #expect(gateway.backend.requests.count == 2)
    }

    // RFC 9112 §9.6: closing is a matter of each connection.
    @Test func `a backend that closes does not close the client's connection`() throws {
        let gateway = try Gateway { _ in
            Gateway.Reply(
                "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", then: .closed
            )
        }
        let client = try gateway.client()
        for _ in 0..<10 {
            try client.send(get("/"))
            let answer = try client.answer()
            #expect(answer.text == "ok" && answer.field("connection") == nil)
        }
    }
}
