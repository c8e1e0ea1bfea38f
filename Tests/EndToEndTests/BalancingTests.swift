import Basics
import Kernel
import Synchronization
import TestSupport
import Testing

/// What lb-balancer promises to clients while all is well.
@Suite struct BalancingTests {
    @Test func `thirty requests over new connections are ten for each of three`() throws {
        let echoes = try Echoes(3)
        let balanced = try Balanced(echoes.addresses, ["--threads", "2"])
        var turns: [String: Int] = [:]
        for _ in 0..<30 {
            let answer = try balanced.get("/")
            turns[answer.field("x-backend") ?? "?", default: 0] += 1
        }
        #expect(turns == ["echo.1": 10, "echo.2": 10, "echo.3": 10])
    }

    @Test func `the rotation is exact over all threads at once`() throws {
        let echoes = try Echoes(3)
        let balanced = try Balanced(echoes.addresses, ["--threads", "4"])
        let turns = Mutex<[String: Int]>([:])
        let left = Atomic<Int>(8)
        for _ in 0..<8 {
            Thread.start(named: "client") {
                var mine: [String: Int] = [:]
                if let client = try? Client(balanced.address) {
                    for _ in 0..<150 {
                        try? client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                        let name = (try? client.answer())?.field("x-backend") ?? "failed"
                        mine[name, default: 0] += 1
                    }
                }
                turns.withLock { $0.merge(mine, uniquingKeysWith: +) }
                left.wrappingSubtract(1, ordering: .releasing)
            }
        }
        #expect(eventually { left.load(ordering: .acquiring) == 0 })
        #expect(turns.withLock { $0 } == ["echo.1": 400, "echo.2": 400, "echo.3": 400])
    }

    @Test func `weights decide how many turns each has`() throws {
        let echoes = try Echoes(2)
        let words = [
            "--listen", "127.0.0.1:0", "--backend", "\(echoes.addresses[0]),weight=3",
            "--backend", "\(echoes.addresses[1]),weight=1",
        ]
        let program = try RunningProgram("lb-balancer", words)
        let line = try program.line(with: "listening on ", in: .errors)
        let address = try #require(Address(String(line.split(separator: " ").last ?? "")))
        var turns: [String: Int] = [:]
        for _ in 0..<12 {
            turns[try Client.get(address, "/").field("x-backend") ?? "?", default: 0] += 1
        }
        #expect(turns == ["echo.1": 9, "echo.2": 3])
    }

    @Test func `requests sent at once are answered in their order`() throws {
        let echoes = try Echoes(2)
        let balanced = try Balanced(echoes.addresses)
        let client = try Client(balanced.address)
        var text = ""
        for number in 0..<20 {
            // Every other one is slow, on another backend than its successor.
            let path = number % 2 == 0 ? "/delay/0.02" : "/bytes/\(number)"
            text += "GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n"
        }
        try client.send(text)
        for number in 0..<20 {
            let answer = try client.answer()
            #expect(answer.status == 200)
            if number % 2 == 1 { #expect(answer.body.count == number) }
        }
    }

    @Test(arguments: [false, true])
    func `a body comes back unchanged, whatever its framing`(chunked: Bool) throws {
        let echoes = try Echoes(1)
        let balanced = try Balanced(echoes.addresses)
        var bytes: [UInt8] = []
        var state: UInt32 = 1
        for _ in 0..<3_000_000 {
            state = state &* 1_664_525 &+ 1_013_904_223
            bytes.append(UInt8(truncatingIfNeeded: state >> 24))
        }
        let body = bytes
        let client = try Client(balanced.address)
        let framing = chunked ? "Transfer-Encoding: chunked" : "Content-Length: \(body.count)"
        // Sent from another thread: the echo answers while it is asked.
        Thread.start(named: "sender") {
            try? client.send("POST / HTTP/1.1\r\nHost: a\r\n\(framing)\r\n\r\n")
            if !chunked {
                try? client.send(body)
                return
            }
            var offset = 0
            while offset < body.count {
                let count = min(offset % 70_000 + 1, body.count - offset)
                try? client.send(String(count, radix: 16) + ";ext=1\r\n")
                try? client.send(Array(body[offset..<(offset + count)]))
                try? client.send("\r\n")
                offset += count
            }
            try? client.send("0\r\n\r\n")
        }
        let answer = try client.answer()
        #expect(answer.status == 200)
        #expect(answer.body == body)
    }

    @Test func `an old client is not sent chunks`() throws {
        let echoes = try Echoes(1)
        let balanced = try Balanced(echoes.addresses)
        let client = try Client(balanced.address)
        try client.send("GET /stream/3 HTTP/1.0\r\n\r\n")
        let answer = try client.answer()
        #expect(answer.status == 200)
        #expect(answer.field("transfer-encoding") == nil)
        #expect(answer.text.split(separator: "\n").count == 3)
    }

    @Test func `a client that waits for 100 is told to go on by the backend`() throws {
        let backend = try ScriptedBackend { (connection) throws(Failure) in
            // The body is asked for before it is waited for.
            try connection.send("HTTP/1.1 100 Continue\r\n\r\n")
            _ = try connection.request()
            try connection.answer("thanks")
        }
        let balanced = try Balanced([backend.address])
        let client = try Client(balanced.address)
        try client.send(
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n")
        let first = String(decoding: try client.some(), as: UTF8.self)
        #expect(first == "HTTP/1.1 100 Continue\r\n\r\n")
        try client.send("body")
        #expect(try client.answer().text == "thanks")
        #expect(backend.requests.first?.hasSuffix("body") == true)
    }

    @Test func `the backend is told whose request it is`() throws {
        let backend = try ScriptedBackend { (connection) throws(Failure) in
            while try connection.request() != nil { try connection.answer("ok") }
        }
        let balanced = try Balanced([backend.address])
        let client = try Client(balanced.address)
        try client.send(
            "GET /a?b HTTP/1.1\r\nHost: shop.test\r\nConnection: close, X-Secret\r\n"
                + "X-Secret: 1\r\nX-Forwarded-For: 6.6.6.6\r\nAccept: */*\r\n\r\n")
        _ = try client.answer()
        let request = Answer(head: try #require(backend.requests.first))
        #expect(request.head.hasPrefix("GET /a?b HTTP/1.1\r\n"))
        #expect(request.field("host") == "shop.test")
        #expect(request.field("x-forwarded-for") == "127.0.0.1")
        #expect(request.field("x-forwarded-proto") == "http")
        #expect(request.field("x-forwarded-host") == "shop.test")
        #expect(Gateway.isOurs(request.field("via")))
        #expect(request.field("x-request-id")?.count == 26)
        #expect(request.field("x-secret") == nil)
        #expect(request.field("connection") == nil)
        #expect(request.field("accept") == "*/*")
    }

    @Test func `told to end, it answers what it has and accepts no more`() throws {
        let echoes = try Echoes(1)
        let balanced = try Balanced(echoes.addresses)
        let client = try Client(balanced.address)
        let idle = try Client(balanced.address)
        try idle.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        _ = try idle.answer()
        try client.send("GET /delay/0.5 HTTP/1.1\r\nHost: a\r\n\r\n")
        // Long enough for the request to be at the backend; were it not, it would still have to be
        // answered, since its connection was accepted.
        Poll.sleep(.milliseconds(100))
        balanced.program.send(.terminate)
        let answer = try client.answer()
        #expect(answer.status == 200)
        #expect(answer.field("connection") == "close")
        #expect(idle.isClosed())
        #expect(try balanced.program.end().cause == .exited(code: 0))
    }

    @Test func `access lines say which client asked what, what came of it and where`() throws {
        let echoes = try Echoes(1)
        let words = ["--backend", "\(echoes.addresses[0]),name=one"]
        let program = try RunningProgram("lb-balancer", ["--listen", "127.0.0.1:0"] + words)
        let line = try program.line(with: "listening on ", in: .errors)
        let address = try #require(Address(String(line.split(separator: " ").last ?? "")))
        _ = try Client.get(address, "/bytes/17?x=%22\"")
        let access = try program.line(with: "/bytes/17")
        #expect(access.hasPrefix("127.0.0.1 \"GET /bytes/17?x=%22\\\" HTTP/1.1\" 200 17 "))
        #expect(access.contains("ms one id="))
    }
}
