import Basics
import Kernel
import Testing

/// The echo backend, as a client meets it.
@Suite struct EchoTests {
    let program: RunningProgram
    let address: Address

    init() throws {
        program = try RunningProgram("lb-echo", ["--port", "0", "--name", "it"])
        address = try program.address()
    }

    @Test func `it names itself, in the same words each time`() throws {
        let port = address.port ?? 0
        for _ in 1...12 {
            let answer = try Client.get(address, "/")
            #expect(answer.text == "Hello from it (port \(port))\n")
            #expect(answer.field("x-backend") == "it")
        }
    }

    @Test func `a health check is not counted as a request`() throws {
        #expect(try Client.get(address, "/health").text == "ok\n")
        let page = try Client.get(address, "/", fields: "Accept: text/html\r\n").text
        #expect(page.contains("request 1<"))
    }

    @Test func `asked to, it says each request before it is answered`() throws {
        let program = try RunningProgram("lb-echo", ["--port", "0", "--log"])
        let client = try Client(try program.address())
        try client.send(
            "POST /a?b HTTP/1.1\r\nHost: a\r\nX-Request-Id: one\r\nContent-Length: 2\r\n\r\nhi"
                + "GET /health HTTP/1.1\r\nHost: a\r\n\r\n"
                + "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        for _ in 0..<3 { #expect(try client.answer().status == 200) }
        _ = try program.stop()
        let lines = program.output.split(separator: "\n").dropFirst().map { String($0) }
        #expect(lines == ["POST /a?b id=one", "GET / id=-"])
    }

    @Test func `a browser gets a page that asks for no icon`() throws {
        let answer = try Client.get(address, "/", fields: "Accept: text/html,*/*;q=0.8\r\n")
        #expect(answer.field("content-type") == "text/html; charset=utf-8")
        #expect(answer.text.contains("<link rel=\"icon\" href=\"data:,\">"))
    }

    @Test(arguments: ["POST", "PUT", "GET", "DELETE"])
    func `a body comes back with its type`(method: String) throws {
        let answer = try Client.get(
            address, "/some/where", method: method, fields: "Content-Type: a/b\r\n", body: "hello")
        #expect(answer.text == "hello")
        #expect(answer.field("content-type") == "a/b")
        #expect(answer.field("content-length") == "5")
    }

    @Test func `HEAD says what GET says, without the body`() throws {
        let answer = try Client.get(address, "/", method: "HEAD")
        let full = try Client.get(address, "/")
        #expect(answer.field("content-length") == full.field("content-length"))
        let client = try Client(address)
        try client.send("HEAD / HTTP/1.0\r\n\r\n")
        #expect(String(decoding: try client.rest(), as: UTF8.self).hasSuffix("\r\n\r\n"))
    }

    @Test func `requests sent at once are answered in order`() throws {
        let client = try Client(address)
        var text = ""
        for turn in 1...500 { text += "GET /bytes/\(turn) HTTP/1.1\r\nHost: h\r\n\r\n" }
        try client.send(text)
        for turn in 1...500 { #expect(try client.answer().body.count == turn) }
    }

    @Test func `a request may come a byte at a time`() throws {
        let client = try Client(address)
        let request =
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: t\r\n\r\n"
        for byte in request.utf8 { try client.send([byte]) }
        let answer = try client.answer()
        #expect(answer.text == "abcde")
        #expect(answer.field("transfer-encoding") == "chunked")
    }

    @Test func `a client that ends its side is still answered`() throws {
        let client = try Client(address)
        try client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\nGET /health HTTP/1.1\r\nHost: h\r\n\r\n")
        client.endSending()
        #expect(try client.answer().text.hasPrefix("Hello from it"))
        #expect(try client.answer().text == "ok\n")
        #expect(client.isClosed())
    }

    @Test func `a client that waits for 100 is told to go on`() throws {
        let client = try Client(address)
        try client.send(
            "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        var bytes = try client.some()
        #expect(bytes.starts(with: Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)))
        try client.send("ok")
        client.endSending()
        bytes += try client.rest()
        #expect(String(decoding: bytes, as: UTF8.self).hasSuffix("\r\n\r\nok"))
    }

    @Test func `an HTTP 1.0 connection ends unless the client asks to keep it`() throws {
        let client = try Client(address)
        try client.send("GET /health HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        #expect(try client.answer().field("connection") == "keep-alive")
        try client.send("GET /stream/2 HTTP/1.0\r\n\r\n")
        let answer = try client.answer()
        #expect(answer.text == "line 1 of 2 from it\nline 2 of 2 from it\n")
        #expect(answer.field("transfer-encoding") == nil)
    }

    @Test(arguments: [200, 204, 304, 404, 503, 599])
    func `a status that is asked for is answered`(status: Int) throws {
        #expect(try Client.get(address, "/status/\(status)").status == status)
    }

    @Test(arguments: ["/status/99", "/status/x", "/delay/-1", "/delay/301", "/bytes/", "/stream/x"])
    func `a word with the wrong operand is refused`(path: String) throws {
        #expect(try Client.get(address, path).status == 400)
    }

    @Test func `bytes are as many as asked for, and the same each time`() throws {
        let first = try Client.get(address, "/bytes/100000")
        #expect(first.body.count == 100_000)
        #expect(try Client.get(address, "/bytes/100000").body == first.body)
    }

    @Test func `a delay holds up no other request`() throws {
        let slow = try Client(address)
        try slow.send("GET /delay/0.3 HTTP/1.1\r\nHost: h\r\n\r\n")
        let start = Clock.now()
        #expect(try Client.get(address, "/health").status == 200)
        #expect(try slow.answer().status == 200)
        #expect(Clock.now().since(start) >= .milliseconds(280))
    }

    @Test func `anything tells what was asked, as JSON`() throws {
        let answer = try Client.get(
            address, "/anything/x?y=1", method: "POST", fields: "X-A: 1\r\nX-a: \"2\"\r\n",
            body: "a\"\n")
        #expect(answer.field("content-type") == "application/json")
        for part in [
            "\"method\": \"POST\"", "\"path\": \"/anything/x?y=1\"", "\"X-A\": \"1, \\\"2\\\"\"",
            "\"body_length\": 3", "\"body\": \"a\\\"\\n\"",
        ] { #expect(answer.text.contains(part)) }
    }

    @Test func `a malformed request is told why, and the connection ends`() throws {
        let client = try Client(address)
        try client.send("GET / HTTP/1.1\r\nHost : h\r\n\r\n" + String(repeating: "x", count: 99999))
        let answer = try client.answer()
        #expect(answer.status == 400)
        #expect(answer.field("connection") == "close")
        #expect(client.isClosed())
    }
}
