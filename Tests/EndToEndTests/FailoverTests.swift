import Basics
import Kernel
import Synchronization
import TestSupport
import Testing

/// What lb-balancer promises when a backend fails it.
@Suite struct FailoverTests {
    private func healthy(_ body: String) throws -> ScriptedBackend {
        try ScriptedBackend { (connection) throws(Failure) in
            while try connection.request() != nil { try connection.answer(body) }
        }
    }

    @Test(arguments: ["GET", "POST"])
    func `what reached no backend is tried elsewhere, whatever its method`(method: String) throws {
        let closed = try Balanced.closedPort()
        let backend = try healthy("fine")
        let balanced = try Balanced([closed, backend.address])
        for _ in 0..<10 {
            let answer = try balanced.get("/", method: method, body: method == "POST" ? "x" : "")
            #expect(answer.status == 200)
            #expect(answer.text == "fine")
        }
        #expect(backend.requests.count == 10)
    }

    @Test func `a GET that broke before an answer is tried on another`() throws {
        let breaking = try ScriptedBackend { (connection) throws(Failure) in
            _ = try connection.request()
            connection.reset()
        }
        let backend = try healthy("fine")
        let balanced = try Balanced([breaking.address, backend.address])
        for _ in 0..<6 { #expect(try balanced.get("/").text == "fine") }
        #expect(backend.requests.count == 6)
        #expect(breaking.requests.count >= 1)
    }

    @Test func `a POST that may have been received is done once and its failure is told`() throws {
        let breaking = try ScriptedBackend { (connection) throws(Failure) in
            _ = try connection.request()
            connection.reset()
        }
        let backend = try healthy("fine")
        let balanced = try Balanced([breaking.address, backend.address])
        var statuses: [Int] = []
        for _ in 0..<4 { statuses.append(try balanced.get("/", method: "POST", body: "x").status) }
        #expect(statuses.sorted() == [200, 200, 502, 502])
        #expect(breaking.requests.count == 2)
        #expect(backend.requests.count == 2)
    }

    @Test(arguments: [[], ["--retries", "0"], ["--retry-budget", "0%,floor=0"]])
    func `the only backend is asked again over a new connection`(_ flags: [String]) throws {
        // It closes a kept connection at the moment it is used again, as a restarted one does.
        let backend = try ScriptedBackend { (connection) throws(Failure) in
            _ = try connection.request()
            try connection.answer("first")
            _ = try connection.request()
            connection.reset()
        }
        // Which is no retry: that the connection was closing says nothing of the backend.
        let balanced = try Balanced([backend.address], ["--threads", "1"] + flags)
        for _ in 0..<5 {
            let answer = try balanced.get("/")
            #expect(answer.status == 200)
            #expect(answer.text == "first")
        }
    }

    @Test func `a kept connection that its backend has closed costs no POST`() throws {
        let backend = try ScriptedBackend { (connection) throws(Failure) in
            _ = try connection.request()
            try connection.answer("done")
        }
        let balanced = try Balanced([backend.address], ["--threads", "1"])
        for _ in 0..<20 {
            #expect(try balanced.get("/", method: "POST", body: "x").status == 200)
        }
        #expect(backend.requests.count == 20)
    }

    @Test func `an answer that breaks off is seen to be broken off`() throws {
        let breaking = try ScriptedBackend { (connection) throws(Failure) in
            _ = try connection.request()
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        }
        let other = try healthy("fine")
        let balanced = try Balanced([breaking.address, other.address])
        var broken = 0
        for _ in 0..<2 {
            do throws(Failure) { _ = try balanced.get("/") } catch { broken += 1 }
        }
        #expect(broken == 1)
    }

    @Test func `an answer that stops coming is cut off and the balancer lives on`() throws {
        let stuck = try ScriptedBackend { (connection) throws(Failure) in
            _ = try connection.request()
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
            try connection.awaitEnd()
        }
        let balanced = try Balanced([stuck.address], ["--timeout-response", "300ms"])
        for _ in 0..<2 { #expect(throws: Failure.self) { _ = try balanced.get("/") } }
        #expect(balanced.program.ending == nil)
    }

    @Test func `an answer that came before the request was read is passed on`() throws {
        // It answers and closes while the body is still being sent.
        let hasty = try ScriptedBackend { (connection) throws(Failure) in
            _ = try connection.receive()
            try connection.send("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno")
            connection.reset()
        }
        let balanced = try Balanced([hasty.address])
        let client = try Client(balanced.address)
        try client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n")
        try? client.send([UInt8](repeating: 120, count: 20_000))
        // A reset may overtake the answer in the kernel; then it is an honest 502.
        #expect([413, 502].contains(try client.answer().status))
        #expect(balanced.program.ending == nil)
    }

    @Test func `with no backend there it says so with 502`() throws {
        let balanced = try Balanced([try Balanced.closedPort(), try Balanced.closedPort()])
        let answer = try balanced.get("/")
        #expect(answer.status == 502)
        #expect(answer.text.contains("refused the connection"))
    }

    @Test func `a backend that is silent is given up in time with 504`() throws {
        let silent = try ScriptedBackend { (connection) throws(Failure) in
            _ = try connection.request()
            try connection.awaitEnd()
        }
        let balanced = try Balanced([silent.address], ["--timeout-response", "300ms"])
        let answer = try balanced.get("/")
        #expect(answer.status == 504)
        #expect(answer.text.contains("did not answer in time"))
    }

    @Test func `a request that does not come is given up in time with 408`() throws {
        let backend = try healthy("fine")
        let balanced = try Balanced([backend.address], ["--timeout-head", "300ms"])
        let client = try Client(balanced.address)
        try client.send("GET / HTTP/1.1\r\nHo")
        #expect(try client.answer().status == 408)
        #expect(client.isClosed())
    }

    @Test(arguments: [
        "nonsense\r\n\r\n", "HTTP/1.1 99 x\r\n\r\n", "HTTP/1.1 200 OK\r\nA b\r\n\r\n",
    ])
    func `what is no response is answered with 502`(text: String) throws {
        let backend = try ScriptedBackend { (connection) throws(Failure) in
            _ = try connection.request()
            try connection.send(text)
            try connection.awaitEnd()
        }
        let balanced = try Balanced([backend.address])
        #expect(try balanced.get("/").status == 502)
    }

    @Test(arguments: [
        "GET / HTTP/1.1\r\n\r\n", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost : a\r\n\r\n", "\u{16}\u{3}\u{1}\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1x\r\n\r\n",
    ])
    func `a malformed request is refused, reaches no backend and ends the connection`(
        text: String
    ) throws {
        let backend = try healthy("fine")
        let balanced = try Balanced([backend.address])
        let client = try Client(balanced.address)
        try client.send(text + "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n")
        let answer = try client.answer()
        #expect(answer.status == 400)
        #expect(!answer.text.isEmpty)
        #expect(client.isClosed())
        #expect(backend.requests.isEmpty)
    }

    @Test func `half a request is not passed off as a whole one`() throws {
        let backend = try healthy("fine")
        let balanced = try Balanced([backend.address])
        let client = try Client(balanced.address)
        try client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf")
        client.endSending()
        #expect(client.isClosed())
        #expect(backend.requests.isEmpty)
    }

    @Test func `a client that does not read holds up no other`() throws {
        let echoes = try Echoes(1)
        let balanced = try Balanced(echoes.addresses, ["--threads", "1"])
        let lazy = try Client(balanced.address)
        try lazy.send("GET /bytes/50000000 HTTP/1.1\r\nHost: a\r\n\r\n")
        for _ in 0..<50 { #expect(try balanced.get("/").status == 200) }
        #expect(try lazy.answer().body.count == 50_000_000)
    }
}
