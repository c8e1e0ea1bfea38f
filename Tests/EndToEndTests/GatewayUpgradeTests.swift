import TestSupport
import Testing

/// Changes of protocol: only what the client asked for and the backend agreed to, and bytes pass
/// from the first one on (RFC 9110 §7.8).
@Suite struct GatewayUpgradeTests {
    private static let accept =
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"

    private func ask(_ fields: String, _ line: String = "GET /ws HTTP/1.1") -> String {
        "\(line)\r\nHost: a\r\n\(fields)\r\n"
    }

    private static let wish = "Connection: Upgrade\r\nUpgrade: websocket\r\n"

    /// A backend that agrees to a wish for websocket, says `first`, and then says after the client
    /// what that says, in capitals; other requests have ordinary answers.
    private func agreeing(_ head: String = accept, saying first: String = "") throws -> Gateway {
        try Gateway { (connection) throws(Failure) in
            while let request = try connection.request() {
                if Answer(head: request).field("upgrade") == nil {
                    try Gateway.answer(request, over: connection)
                    continue
                }
                try connection.send(head + first)
                repeat {
                    let text = connection.takeUnread()
                    if !text.isEmpty { try connection.send(text.uppercased()) }
                } while try connection.receive()
                return
            }
        }
    }

    /// All bytes up to `end`, which must come.
    private func read(_ client: Client, through end: String) throws -> String {
        var text = ""
        while !text.hasSuffix(end) {
            let some = try client.some()
            if some.isEmpty { throw Failure("the end came after \(text.debugDescription)") }
            text += String(decoding: some, as: UTF8.self)
        }
        return text
    }

    @Test func `after a 101 bytes pass both ways, whatever they look like`() throws {
        let gateway = try agreeing(saying: "first")
        for fields in [
            Self.wish, "CONNECTION: keep-alive, UPGRADE\r\nuPGRADE: WebSocket\r\n",
            "Connection: x\r\nUpgrade: websocket\r\nConnection: ,upgrade,\r\n",
            "Connection: upgrade\r\nUpgrade: other, websocket\r\n",
        ] {
            let client = try gateway.client()
            try client.send(ask(fields))
            let answer = try client.answer()
            #expect(answer.status == 101, "\(fields)")
            #expect(answer.field("upgrade") == "websocket")
            #expect(answer.field("connection") == "upgrade")
            #expect(try read(client, through: "first") == "first")
            try client.send("get / http/1.1\r\nconnection: x-hop\r\nx-hop: 1\r\n\r\n")
            let echo = "GET / HTTP/1.1\r\nCONNECTION: X-HOP\r\nX-HOP: 1\r\n\r\n"
            #expect(try read(client, through: "\r\n\r\n") == echo)
        }
        gateway.expectOrdinary(after: "tunnels")
    }

    @Test func `what the client sends before the 101 comes through behind it`() throws {
        let gateway = try agreeing()
        let client = try gateway.client()
        try client.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n" + ask(Self.wish) + "early")
        #expect(try client.answer().text == "GET /1 HTTP/1.1")
        #expect(try client.answer().status == 101)
        #expect(try read(client, through: "EARLY") == "EARLY")
    }

    @Test(arguments: [
        "Content-Length: 4\r\n\r\nbody", "Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n",
    ]) func `a request with a body may change the protocol too`(body: String) throws {
        let gateway = try agreeing()
        let client = try gateway.client()
        try client.send("POST /ws HTTP/1.1\r\nHost: a\r\n" + Self.wish + body)
        #expect(try client.answer().status == 101)
        try client.send("more")
        #expect(try read(client, through: "MORE") == "MORE")
        #expect(Gateway.body(gateway.backend.requests[0]).contains("body"))
    }

    // RFC 9110 §7.8: a wish that Connection does not name is none; nor is one of HTTP/1.0.
    @Test func `a wish that is none is not passed on`() throws {
        let gateway = try Gateway()
        for (fields, line) in [
            ("Upgrade: websocket\r\n", "GET /ws HTTP/1.1"),
            ("Connection: keep-alive\r\nUpgrade: websocket\r\n", "GET /ws HTTP/1.1"),
            ("Connection: xupgrade\r\nUpgrade: websocket\r\n", "GET /ws HTTP/1.1"),
            ("Connection: Upgrade\r\n", "GET /ws HTTP/1.1"),
            ("Connection: Upgrade\r\nUpgrade:\r\n", "GET /ws HTTP/1.1"),
            ("Connection: Upgrade\r\nUpgrade: h2c\r\n", "GET /ws HTTP/1.1"),
            ("Connection: Upgrade\r\nUpgrade: websocket, h2c\r\n", "GET /ws HTTP/1.1"),
            (Self.wish, "GET /ws HTTP/1.0"),
        ] {
            #expect(try gateway.ask(ask(fields, line)).text == "GET /ws HTTP/1.1")
            let head = Answer(head: gateway.backend.requests.last ?? "")
            #expect(head.field("upgrade") == nil && head.field("connection") == nil, "\(fields)")
        }
    }

    @Test func `a refused wish is an ordinary answer, and what follows is HTTP`() throws {
        let gateway = try Gateway { target in
            target == "/ws" ? Gateway.Reply("HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno") : nil
        }
        let client = try gateway.client()
        let next = "GET /next HTTP/1.1\r\nHost: a\r\nConnection: X-Hop\r\nX-Hop: 1\r\n\r\n"
        try client.send(ask(Self.wish) + next + ask(Self.wish) + "\u{1}\u{5}frame\r\n\r\n")
        #expect(try client.answer().text == "no")
        #expect(try client.answer().text == "GET /next HTTP/1.1")
        #expect(try client.answer().text == "no")
        #expect(try client.answer().status == 400)
        #expect(gateway.backend.requests.count == 3)
        #expect(!gateway.backend.requests.contains { $0.contains("X-Hop") || $0.contains("frame") })
    }

    // RFC 9110 §15.2.2: only in answer to a wish, and to one of its protocols.
    @Test func `a 101 that was not asked for opens no tunnel`() throws {
        for (fields, head) in [
            ("", Self.accept), ("Upgrade: websocket\r\n", Self.accept),
            (Self.wish, "HTTP/1.1 101 X\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n"),
            (Self.wish, "HTTP/1.1 101 X\r\nConnection: upgrade\r\nUpgrade: websocket, x\r\n\r\n"),
            (Self.wish, "HTTP/1.1 101 X\r\nConnection: upgrade\r\n\r\n"),
        ] {
            let gateway = try Gateway { target in
                target == "/ws" ? Gateway.Reply(head + "HTTP/1.1 200 OK\r\n\r\nsecret") : nil
            }
            let client = try gateway.client()
            try client.send(ask(fields))
            let answer = try client.answer()
            #expect(answer.status == 502 && !answer.text.contains("secret"), "\(fields)\(head)")
            gateway.expectOrdinary(after: "a 101")
        }
    }

    @Test func `a 101 is sent on without what is of the backend's hop`() throws {
        let gateway = try agreeing(
            "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 101 Go\r\nConnection: X-Hop, upgrade\r\n"
                + "Upgrade: websocket\r\nX-Hop: 1\r\nKeep-Alive: 5\r\n"
                + "Content-Length: 9\r\nX-E: 1\r\n\r\n"
        )
        let client = try gateway.client()
        try client.send(ask(Self.wish))
        #expect(
            try read(client, through: "Connection: upgrade\r\n\r\n")
                == "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 101 Go\r\nUpgrade: websocket\r\n"
                + "X-E: 1\r\nConnection: upgrade\r\n\r\n")
    }

    @Test func `either end of a tunnel ends the other`() throws {
        let gateway = try Gateway { (connection) throws(Failure) in
            guard let request = try connection.request() else { return }
            try connection.send(Self.accept + "bye")
            if request.contains("/reset") { connection.reset() }
            if request.contains("/wait") { try connection.awaitEnd() }
        }
        for target in ["/close", "/reset"] {
            let client = try gateway.client()
            try client.send(ask(Self.wish, "GET \(target) HTTP/1.1"))
            #expect(try client.answer().status == 101)
            while !client.isClosed() {}
        }
        // The script ends, and the test with it, only when the client's end has been passed on.
        let client = try gateway.client()
        try client.send(ask(Self.wish, "GET /wait HTTP/1.1"))
        #expect(try read(client, through: "bye").hasSuffix("bye"))
        client.endSending()
        #expect(client.isClosed())
    }
}
