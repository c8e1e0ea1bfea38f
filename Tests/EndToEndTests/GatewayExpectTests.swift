import Kernel
import Synchronization
import TestSupport
import Testing

/// Interim responses, and the client that waits for one (RFC 9110 §10.1.1, §15.2).
@Suite struct GatewayExpectTests {
    private static let waiting =
        "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n"

    /// All bytes up to and with `end`.
    private func read(_ client: Client, through end: String) throws -> String {
        var text = ""
        while !text.hasSuffix(end) {
            let some = try client.some()
            if some.isEmpty { throw Failure("the end came after \(text.debugDescription)") }
            text += String(decoding: some, as: UTF8.self)
        }
        return text
    }

    @Test func `Expect and the 100 that answers it are passed on`() throws {
        let gateway = try Gateway { (connection) throws(Failure) in
            while let head = try connection.head() {
                let isMeant = Answer(head: head).field("expect") == "100-continue"
                try connection.send("HTTP/1.1 100 \(isMeant ? "Continue" : "What")\r\n\r\n")
                while connection.unread.utf8.count < 4 { _ = try connection.receive() }
                let body = connection.takeUnread()
                try connection.answer(body)
            }
        }
        let client = try gateway.client()
        for _ in 0..<2 {
            try client.send(Self.waiting)
            #expect(try read(client, through: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
            try client.send("body")
            #expect(try client.answer().text == "body")
        }
    }

    // Neither may wait for the other for ever: a backend that has never heard of Expect says
    // nothing before it has the body, and a client may wait for as long as it takes.
    @Test func `a client that waits is told to go on where the backend says nothing`() throws {
        let gateway = try Gateway()
        let client = try gateway.client()
        try client.send(Self.waiting)
        #expect(try read(client, through: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
        try client.send("body")
        #expect(try client.answer().text == "POST /x HTTP/1.1")
        #expect(Gateway.body(gateway.backend.requests[0]) == "body")
        try client.send(
            "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
                + "Expect: 100-Continue\r\n\r\n")
        #expect(try read(client, through: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
        try client.send("4\r\nbody\r\n0\r\n\r\n")
        #expect(try client.answer().text == "POST /x HTTP/1.1")
    }

    // There are clients that take a second 100 for a final answer, or wait for ever after it.
    @Test func `a 100 that comes after ours is not told again`() throws {
        let gateway = try Gateway { (connection) throws(Failure) in
            while try connection.request() != nil {
                try connection.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hint\r\n\r\n")
                try connection.answer("late")
            }
        }
        let client = try gateway.client()
        for _ in 0..<2 {
            try client.send(Self.waiting)
            #expect(try read(client, through: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
            try client.send("body")
            #expect(try read(client, through: "late").hasPrefix("HTTP/1.1 103 "))
        }
    }

    @Test func `a client that does not wait is not made to`() throws {
        let gateway = try Gateway()
        let client = try gateway.client()
        for request in [
            Self.waiting + "body",
            "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nExpect: 100-continue\r\n\r\n",
            "POST /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n",
        ] {
            try client.send(request)
            #expect(try client.answer().text == "POST /x HTTP/1.1")
        }
        // HTTP/1.0 knows no 100, and no backend may be asked for one in its name.
        try client.send(
            "POST /x HTTP/1.0\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\nbody")
        #expect(try client.answer().text == "POST /x HTTP/1.1")
        #expect(gateway.backend.requests.last?.contains("Expect") == false)
    }

    // RFC 9110 §10.1.1: the body may come or not; so nothing may follow on this connection.
    @Test func `a final answer instead of 100 is the last of its connection`() throws {
        let gateway = try Gateway { (connection) throws(Failure) in
            while let head = try connection.head() {
                if Gateway.target(head) == "/x" {
                    try connection.send("HTTP/1.1 401 No\r\nContent-Length: 2\r\n\r\nno")
                } else {
                    try Gateway.answer(head, over: connection)
                }
            }
        }
        for next in ["GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n", "body", ""] {
            let client = try gateway.client()
            try client.send(Self.waiting)
            let answer = try client.answer()
            #expect(answer.text == "no" && answer.field("connection") == "close")
            try client.send(next)
            #expect(client.isClosed())
        }
        gateway.expectOrdinary(after: "refused bodies")
        #expect(gateway.backend.requests.allSatisfy { !$0.contains("/hidden") })
    }

    // RFC 9110 §15.2: a proxy passes interim responses on, but to HTTP/1.0.
    @Test func `interim responses pass in order, without framing and without fields of a hop`()
        throws
    {
        let gateway = try Gateway { _ in
            Gateway.Reply(
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n"
                    + "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nContent-Length: 5\r\n"
                    + "Connection: X-Hop\r\nX-Hop: 1\r\n\r\n"
                    + "HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 2\r\n\r\nok")
        }
        let client = try gateway.client()
        for _ in 0..<2 {
            try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(
                try read(client, through: "ok")
                    == "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n"
                    + "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
                    + "HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 2\r\n\r\nok")
        }
        try client.send("GET / HTTP/1.0\r\n\r\n")
        #expect(
            try read(client, through: "ok")
                == "HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
    }

    @Test func `interim responses without end, or without a final one, are no answer`() throws {
        let gateway = try Gateway { target in
            switch target {
            case "/flood":
                Gateway.Reply(String(repeating: "HTTP/1.1 100 Go\r\n\r\n", count: 5000))
            case "/cut": Gateway.Reply("HTTP/1.1 100 Go\r\n\r\n", then: .closed)
            case "/junk": Gateway.Reply("HTTP/1.1 100 Go\r\n\r\njunk\r\n\r\n")
            default: nil
            }
        }
        for target in ["/flood", "/cut", "/junk"] {
            #expect(try gateway.ask("GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n").status == 502)
            gateway.expectOrdinary(after: target)
        }
    }
}
