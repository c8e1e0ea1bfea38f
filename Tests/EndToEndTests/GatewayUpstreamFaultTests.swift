import Basics
import Kernel
import Synchronization
import TestSupport
import Testing

/// A backend that fails: the client is told or can see it, none waits for ever, and no request is
/// done twice that may not be (RFC 9110 §9.2.2, RFC 9112 §8, §9.3, §9.6).
@Suite struct GatewayUpstreamFaultTests {
    /// Something that one thread waits for another to say.
    private final class Signal: Sendable {
        private let isSet = Atomic<Bool>(false)
        func set() { isSet.store(true, ordering: .releasing) }
        func wait() { _ = eventually { isSet.load(ordering: .acquiring) } }
    }

    private static let cut = [
        "Content-Length: 9\r\n\r\n", "Content-Length: 9\r\n\r\nbody",
        "Transfer-Encoding: chunked\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n4",
        "Transfer-Encoding: chunked\r\n\r\n4\r\nbo", "Transfer-Encoding: chunked\r\n\r\n4\r\nbody",
        "Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n",
        "Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n",
        "Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\nX: 1\r\n",
    ]

    /// A response that never gets whole is an error, or a body whose end does not come.
    private func expectCut(_ client: Client, _ what: String) {
        let answer = try? client.answer()
        #expect(answer == nil || answer?.status == 502, "\(what): \(answer?.text ?? "")")
    }

    // RFC 9112 §8: the client must not take a part for the whole.
    @Test(arguments: [Gateway.Reply.Ending.closed, .reset])
    func `a body that is cut off is seen to be`(ending: Gateway.Reply.Ending) throws {
        let gateway = try Gateway { target in
            Int(target.dropFirst()).map {
                Gateway.Reply("HTTP/1.1 200 OK\r\n" + Self.cut[$0], then: ending)
            }
        }
        for number in Self.cut.indices {
            let client = try gateway.client()
            try client.send("GET /\(number) HTTP/1.1\r\nHost: a\r\n\r\n")
            expectCut(client, Self.cut[number])
        }
        gateway.expectOrdinary(after: "cut bodies")
    }

    @Test func `a body that goes wrong behind a head that is out is seen to be`() throws {
        let tails = [
            "4\r\nbodyX", "x", "-1\r\n", "4\nbody", "FFFFFFFFFFFFFFFFF\r\n", "0\r\nX : 1\r\n\r\n",
            "0\r\n\0\r\n\r\n", "4;\(String(repeating: "e", count: 9000))\r\nbody\r\n0\r\n\r\n", "",
        ]
        let signals = tails.map { _ in Signal() }
        let gateway = try Gateway { (connection) throws(Failure) in
            while let request = try connection.request() {
                guard let number = Int(Gateway.target(request).dropFirst()) else {
                    try Gateway.answer(request, over: connection)
                    continue
                }
                try connection.send(
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ngood\r\n")
                signals[number].wait()
                try connection.send(tails[number])
                if tails[number].isEmpty { return }
            }
        }
        for number in tails.indices {
            let client = try gateway.client()
            try client.send("GET /\(number) HTTP/1.1\r\nHost: a\r\n\r\n")
            var text = ""
            while !text.contains("good") {
                text += String(decoding: try client.some(), as: UTF8.self)
            }
            signals[number].set()
            let rest = (try? client.rest()).map { String(decoding: $0, as: UTF8.self) } ?? ""
            #expect(!(text + rest).contains("0\r\n\r\n"), "\(tails[number].prefix(20))")
            #expect(!rest.contains("X"), "\(tails[number].prefix(20))")
        }
        gateway.expectOrdinary(after: "bad chunks")
    }

    // RFC 9110 §9.2.2, balancing.md 2.11: what was sent and is not idempotent is not sent again.
    @Test(arguments: [Gateway.Reply.Ending.closed, .reset])
    func `a request that was lost is tried again only where it may be`(
        ending: Gateway.Reply.Ending
    ) throws {
        for start in ["", "HTTP/1.1 200 OK\r\nX-Half"] {
            let gateway = try Gateway { _ in Gateway.Reply(start, then: ending) }
            for method in ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"] {
                let before = gateway.backend.requests.count
                let answer = try gateway.ask(
                    "\(method) /x HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody",
                    method: method)
                #expect(answer.status == 502, "\(method)")
                let tries = gateway.backend.requests.dropFirst(before)
                #expect((2...4).contains(tries.count), "\(method)")
                #expect(tries.allSatisfy { $0 == tries.first && Gateway.body($0) == "body" })
            }
            for method in ["POST", "PATCH", "LOCK", "get"] {
                let before = gateway.backend.requests.count
                let answer = try gateway.ask(
                    "\(method) /x HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody")
                #expect(answer.status == 502, "\(method)")
                #expect(gateway.backend.requests.count == before + 1, "\(method)")
            }
        }
    }

    @Test(arguments: [
        "Content-Length: 4\r\n\r\nbody", "Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n",
    ])
    func `a second try carries the same body`(body: String) throws {
        let isFirst = Atomic<Bool>(true)
        let gateway = try Gateway { _ in
            isFirst.exchange(false, ordering: .relaxed) ? Gateway.Reply("", then: .closed) : nil
        }
        #expect(try gateway.ask("PUT /x HTTP/1.1\r\nHost: a\r\n" + body).text == "PUT /x HTTP/1.1")
        let requests = gateway.backend.requests
        #expect(requests.count == 2 && requests[0] == requests[1])
        #expect(Gateway.body(requests[1]).contains("body"))
    }

    // RFC 9112 §9.3.1, §9.5: connections end at any time, and neither side is at fault. What can be
    // sent twice is; what can't may meet a connection that is just closing, and is sent once.
    @Test func `a backend that closes behind each answer loses nothing that can be repeated`()
        throws
    {
        let gateway = try Gateway { (connection) throws(Failure) in
            if let request = try connection.request() {
                try Gateway.answer(request, over: connection)
            }
        }
        let client = try gateway.client()
        for number in 0..<60 {
            let method = number % 2 == 0 ? "GET" : "POST"
            try client.send("\(method) /\(number) HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
            let answer = try client.answer()
            if method == "POST" && answer.status == 502 { continue }
            #expect(answer.text == "\(method) /\(number) HTTP/1.1")
        }
        let posts = gateway.backend.requests.filter { $0.hasPrefix("POST") }
        #expect(Set(posts.map { Gateway.target($0) }).count == posts.count)
    }

    // RFC 9112 §9.2: an answer to no request.
    @Test(arguments: ["x", "HTTP/1.1 408 Late\r\nContent-Length: 6\r\n\r\npoison"])
    func `what a backend says on an idle connection reaches no client`(words: String) throws {
        let client = Mutex<Client?>(nil)
        let isSaid = Signal()
        let gateway = try Gateway { (connection) throws(Failure) in
            while let request = try connection.request() {
                try Gateway.answer(request, over: connection)
                if Gateway.target(request) != "/first" { continue }
                // The balancer lets go of it: that is how the test knows that it was read.
                try connection.send(words)
                while try connection.receive() {}
                isSaid.set()
                return
            }
        }
        client.withLock { $0 = try? gateway.client() }
        let mine = try #require(client.withLock { $0 })
        try mine.send("GET /first HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try mine.answer().text == "GET /first HTTP/1.1")
        isSaid.wait()
        for method in ["GET", "POST", "GET"] {
            try mine.send("\(method) /next HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
            #expect(try mine.answer().text == "\(method) /next HTTP/1.1")
        }
        gateway.expectOrdinary(after: words)
    }

    @Test func `a backend that is not there is said not to be`() throws {
        let closed = try Balanced.closedPort()
        let balanced = try Balanced([closed], ["--health-check", "off"])
        let client = try Client(balanced.address)
        for method in ["GET", "POST"] {
            try client.send("\(method) / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
            #expect([502, 503].contains(try client.answer().status))
        }
    }

    // RFC 9112 §9.3, §9.6: the answer counts; the body that was on its way does not.
    @Test func `an answer before the body ends the connection, and the body is no request`() throws
    {
        let gateway = try Gateway { (connection) throws(Failure) in
            while let head = try connection.head() {
                if Gateway.target(head) == "/early" {
                    try connection.send("HTTP/1.1 413 Much\r\nContent-Length: 4\r\n\r\nmuch")
                    try connection.awaitEnd()
                    return
                }
                try Gateway.answer(head, over: connection)
            }
        }
        for body in [
            "GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n", String(repeating: "x", count: 90_000),
        ] {
            let client = try gateway.client()
            try client.send(
                "POST /early HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.utf8.count + 1)\r\n\r\n")
            let answer = try client.answer()
            #expect(answer.text == "much" && answer.field("connection") == "close")
            try client.send(body + "x")
            #expect(client.isClosed())
        }
        gateway.expectOrdinary(after: "early answers")
        #expect(gateway.backend.requests.allSatisfy { !$0.contains("GET /hidden") })
    }

    // RFC 9112 §9.6: many a client reads nothing before it has sent everything.
    @Test func `a client that sends its whole body first still gets the early answer`() throws {
        let gateway = try Gateway { (connection) throws(Failure) in
            if try connection.head() == nil { return }
            try connection.send("HTTP/1.1 413 Much\r\nContent-Length: 4\r\n\r\nmuch")
        }
        let client = try gateway.client()
        let piece = String(repeating: "x", count: 100_000)
        try client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 700000\r\n\r\n")
        for _ in 0..<7 {
            Poll.sleep(.milliseconds(400))
            try client.send(piece)
        }
        #expect(try client.answer().text == "much")
    }

    /// A backend that stands still where the target says, until the balancer has had enough.
    private func stalling() throws -> Gateway {
        try Gateway(["--timeout-response", "300ms", "--timeout-client", "1s"]) {
            (connection) throws(Failure) in
            while let request = try connection.request() {
                switch Gateway.target(request) {
                case "/silent": break
                case "/head": try connection.send("HTTP/1.1 200 OK\r\nX-")
                case "/interim": try connection.send("HTTP/1.1 100 Go\r\n\r\n")
                case "/body":
                    try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nbody")
                default:
                    try Gateway.answer(request, over: connection)
                    continue
                }
                try connection.awaitEnd()
                return
            }
        }
    }

    @Test func `a backend that never answers is waited for only so long`() throws {
        let gateway = try stalling()
        for (target, method) in [
            ("/silent", "GET"), ("/silent", "POST"), ("/head", "GET"), ("/interim", "GET"),
        ] {
            let before = gateway.backend.requests.count
            let answer = try gateway.ask(
                "\(method) \(target) HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
            #expect(answer.status == 504, "\(method) \(target)")
            #expect(gateway.backend.requests.count == before + 1, "\(method) \(target)")
        }
        let client = try gateway.client()
        try client.send("GET /body HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(throws: Failure.self) { try client.answer() }
        gateway.expectOrdinary(after: "silence")
    }

    // The backend's time begins when it has all; what was waited for before does not matter.
    @Test func `a slow client does not make a silent backend be waited for without end`() throws {
        let gateway = try stalling()
        let client = try gateway.client()
        try client.send("POST /silent HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\n")
        for _ in 0..<8 {
            Poll.sleep(.milliseconds(200))
            try client.send("x")
        }
        #expect(try client.answer().status == 504)
    }

    // A client may also stand still in the second of two requests that came together.
    @Test func `a client that stalls in a body is waited for only so long`() throws {
        let gateway = try Gateway(["--timeout-client", "300ms"]) { (connection) throws(Failure) in
            while let request = try connection.request() {
                if Gateway.target(request) == "/slow" { Poll.sleep(.milliseconds(500)) }
                try Gateway.answer(request, over: connection)
            }
        }
        for first in ["", "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n"] {
            for framing in [
                "Content-Length: 9\r\n\r\nbody", "Transfer-Encoding: chunked\r\n\r\n4\r\nbo",
            ] {
                let client = try gateway.client()
                try client.send(first + "POST /stall HTTP/1.1\r\nHost: a\r\n" + framing)
                if !first.isEmpty { #expect(try client.answer().status == 200) }
                #expect(try client.answer().status == 408)
                #expect(client.isClosed())
            }
        }
        #expect(gateway.backend.requests.allSatisfy { !$0.contains("/stall") })
    }
}
