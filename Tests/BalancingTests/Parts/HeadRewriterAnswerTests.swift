import Basics
import Control
import HTTP1
import Kernel
import ProxyProtocol
import Testing

@testable import Balancing

/// What a client is sent of a response's head, and the balancer's own answers.
@Suite struct HeadRewriterAnswerTests {
    private typealias Heads = RewrittenHeads

    private static let date = "Date: Sat, 28 Nov 2026 12:00:00 GMT\r\n"
    /// One second after the epoch.
    private static let ours = "Date: Thu, 01 Jan 1970 00:00:01 GMT\r\n"
    private static let cookie: HeadRewriter.Cookie = .init(repeating: 0x61)

    /// A request that a backend has been sent.
    private func asked(
        _ line: String = "GET / HTTP/1.1", _ fields: String = "A: b", body: String = "",
        by client: ClientSource = Heads.direct, isLeaving: Bool = false
    ) -> Heads {
        let heads = Heads()
        _ = heads.sent(
            "\(line)\r\nHost: a\r\nX-Request-Id: mine\r\n\(fields)\r\n\r\n\(body)", by: client,
            isLeaving: isLeaving)
        heads.take()
        return heads
    }

    private func head(_ status: String = "200 OK", _ fields: String...) -> String {
        "HTTP/1.1 \(status)\r\n\(Self.date)\(fields.map { "\($0)\r\n" }.joined())\r\n"
    }

    private func isMalformed(_ answered: HeadRewriter.Answered?, _ cause: Cause) -> Bool {
        if case .malformed(let fault) = answered { return fault.cause == cause }
        return false
    }

    private func isInterim(_ answered: HeadRewriter.Answered?) -> Bool {
        if case .interim = answered { return true }
        return false
    }

    private func switches(_ answered: HeadRewriter.Answered?) -> Bool {
        if case .switches = answered { return true }
        return false
    }

    // MARK: Final responses

    @Test func `a head that needs nothing is sent on as it lies`() {
        for fields in ["Content-Length: 0", "content-length:0", "X:  y \r\nContent-Length: 2"] {
            let heads = asked()
            let text = head("200 OK", fields) + (fields.hasSuffix("2") ? "hi" : "")
            #expect(heads.received(text) == text)
            #expect(heads.isSentAsItLies)
            #expect(heads.phase == .answering && heads.keepsClient)
            #expect(heads.known { $0.answering.status == 200 && $0.response.isComplete })
        }
    }

    @Test func `what is sent as it lies is what would have been written`() {
        let lines = [
            "Server: x", "Content-Length: 2", "Content-Length: 2, 2", "Connection: close",
            "Connection: X-Own", "X-Own: 1", "Keep-Alive: timeout=5", "TE: a", "Upgrade: a",
            "Transfer-Encoding: chunked", "Trailer: X", "Set-Cookie: a=b", "X-Odd : 1", "X: \u{1}",
        ]
        var asTheyLie = 0
        for status in ["200 OK", "204 No Content", "304 Not Modified", "426 Upgrade Required"] {
            for version in ["1.1", "1.0"] {
                for bits in 0..<(1 << lines.count) where bits.nonzeroBitCount <= 3 {
                    let heads = asked()
                    let chosen = lines.indices.filter { bits >> $0 & 1 == 1 }.map { lines[$0] }
                    let text =
                        "HTTP/\(version) \(status)\r\n\(Self.date)"
                        + "\(chosen.map { "\($0)\r\n" }.joined())\r\n"
                    guard case .final = heads.answered(text), heads.isSentAsItLies else { continue }
                    asTheyLie += 1
                    #expect(heads.written(.keepAlive, chunked: false) == text)
                }
            }
        }
        #expect(asTheyLie > 4)
    }

    @Test(arguments: [
        "Connection: close", "Connection: X-Own\r\nX-Own: 1", "Keep-Alive: timeout=5",
        "Upgrade: h2c", "TE: trailers", "Proxy-Connection: keep-alive", "Trailer: X",
    ])
    func `what is of one hop goes no further`(_ fields: String) {
        let received = asked().received(head("200 OK", fields, "Content-Length: 0"))
        #expect(received == head("200 OK", "Content-Length: 0"))
    }

    @Test func `an older or odd head is written as it should be`() {
        let old = "HTTP/1.0 200 OK\r\nX-Odd : 1\r\n\(Self.date)Content-Length: 1, 1\r\n\r\nx"
        #expect(
            asked().received(old)
                == "HTTP/1.1 200 OK\r\nX-Odd: 1\r\n\(Self.date)Content-Length: 1\r\n\r\nx")
        // A client that wants another protocol may say so, and here alone.
        let received = asked().received(
            head("426 Upgrade Required", "Upgrade: b", "Content-Length: 0"))
        #expect(
            Heads.lines(of: received).suffix(2) == ["Content-Length: 0", "Connection: upgrade"])
    }

    @Test func `a date is added where there is none, and kept where there is one`() {
        let dated = asked().received("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        #expect(dated == "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\(Self.ours)\r\n")
        let kept = asked("GET / HTTP/1.1", "Connection: close").received(
            head("200 OK", "Content-Length: 0"))
        #expect(Heads.lines(of: kept).filter { $0.hasPrefix("Date") }.count == 1)
    }

    @Test(arguments: [
        // Version and field of the request, its body, ours to leave, what frames the response.
        ("1.1", "A: b", false, "Content-Length: 0", "", true),
        ("1.1", "A: b", false, "Transfer-Encoding: chunked", "", true),
        ("1.1", "A: b", false, "B: c", "close", false),
        ("1.1", "A: b", true, "Content-Length: 0", "close", false),
        ("1.1", "Connection: close", false, "Content-Length: 0", "close", false),
        ("1.1", "Content-Length: 9", false, "Content-Length: 0", "close", false),
        ("1.0", "A: b", false, "Content-Length: 0", "close", false),
        ("1.0", "Connection: keep-alive", false, "Content-Length: 0", "keep-alive", true),
        ("1.0", "Connection: keep-alive", false, "Transfer-Encoding: chunked", "close", false),
        ("1.0", "Connection: keep-alive", false, "B: c", "close", false),
        ("1.0", "Connection: keep-alive", true, "Content-Length: 0", "close", false),
    ])
    func `a client is told what becomes of its connection, where it may not think so`(
        _ version: String, _ fields: String, _ isLeaving: Bool, _ framing: String, _ word: String,
        _ keeps: Bool
    ) {
        let heads = asked("POST / HTTP/\(version)", fields)
        let lines = Heads.lines(
            of: heads.received(head("200 OK", framing), isLeaving: isLeaving))
        let words = lines.filter { $0.hasPrefix("Connection: ") }
        #expect(words == (word.isEmpty ? [] : ["Connection: \(word)"]))
        #expect(heads.keepsClient == keeps)
        // HTTP/1.0 has no chunks.
        let isChunked = lines.contains("Transfer-Encoding: chunked")
        #expect(isChunked == (version == "1.1" && framing.contains("chunked")))
    }

    @Test func `a chunked body is framed anew, and for an old client not at all`() {
        let body = "2;a=b\r\nhi\r\n0\r\nX: 1\r\n\r\n"
        for (version, nominated, expected) in [
            ("1.1", "", "2\r\nhi\r\n0\r\nX: 1\r\n\r\n"),
            // A client that names fields of one hop may mean these.
            ("1.1", "Connection: Y\r\n", "2\r\nhi\r\n0\r\n\r\n"), ("1.0", "", "hi"),
        ] {
            let heads = asked("GET / HTTP/\(version)")
            let text = "HTTP/1.1 200 OK\r\n\(nominated)Transfer-Encoding: chunked\r\n\r\n\(body)"
            #expect(heads.received(text).hasSuffix("\r\n\r\n\(expected)"))
            #expect(heads.known { $0.response.isComplete })
        }
    }

    @Test(arguments: ["HEAD / HTTP/1.1", "GET / HTTP/1.1"])
    func `what has no body is over with its head`(_ line: String) {
        let status = line.hasPrefix("HEAD") ? "200 OK" : "304 Not Modified"
        let heads = asked(line)
        #expect(heads.received(head(status, "Content-Length: 5")).hasSuffix("5\r\n\r\n"))
        #expect(heads.known { $0.response.isComplete } && heads.keepsClient)
    }

    @Test func `a cookie is the last line, and nothing else changes`() {
        let line = "Set-Cookie: lbctl-80=aaaaaaaaaaaaaaaa; Path=/; HttpOnly; SameSite=Lax\r\n"
        for text in [
            head("200 OK", "Content-Length: 2"), "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n",
        ] {
            let without = asked().received(text + "hi")
            let with = asked().received(text + "hi", cookie: Self.cookie)
            #expect(with == without.dropLast(3) + line + "\r\nhi")
        }
    }

    @Test func `a response that may be silent for long is known by its type, if more is to come`() {
        for (fields, isStream) in [
            ("Content-Type: text/event-stream\r\nTransfer-Encoding: chunked", true),
            ("Content-Type: text/event-stream", true), ("Content-Type: text/plain", false),
            ("Content-Type: text/event-stream\r\nContent-Length: 9", true),
            ("Content-Type: text/event-stream\r\nContent-Length: 0", false),
        ] {
            let heads = asked()
            _ = heads.received(head("200 OK", fields))
            #expect(heads.known { $0.answering.isEventStream } == isStream)
        }
    }

    @Test func `a backend says for how long it keeps a connection`() {
        for (fields, seconds) in [
            ("Keep-Alive: timeout=5, max=9", UInt64(5)), ("Keep-Alive: max=9", nil), ("A: b", nil),
        ] {
            let heads = asked()
            _ = heads.answered(head("200 OK", fields))
            #expect(heads.keepAliveSeconds == seconds)
        }
    }

    @Test func `an answer to what was not asked is none`() {
        let heads = Heads()
        _ = heads.sent("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        for status in ["200 OK", "100 Continue", "101 Switching Protocols"] {
            #expect(isMalformed(heads.answered(head(status)), .malformedResponse))
            heads.change { $0.response = Relay(sent: .dropped) }
        }
    }

    @Test func `a head is partial until it is there, and has a largest size`() {
        let heads = asked()
        #expect(heads.answered("HTTP/1.1 200 OK\r\nContent-") == nil)
        #expect(heads.received("Length: 0\r\n\r\n").hasSuffix("\(Self.ours)\r\n"))
    }

    // MARK: Interim responses

    @Test func `interim responses go before the final one, and not to an old client`() {
        let hints = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
        for version in ["1.1", "1.0"] {
            let heads = asked("GET / HTTP/\(version)", "Connection: keep-alive")
            #expect(isInterim(heads.answered(hints)))
            #expect(isInterim(heads.answered("HTTP/1.1 100 Continue\r\n\r\n")))
            let passed = version == "1.1" ? hints + "HTTP/1.1 100 Continue\r\n\r\n" : ""
            #expect(heads.toClient == passed)
            #expect(heads.phase == .delivering)
            let all = heads.received("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            #expect(all.hasPrefix(passed + "HTTP/1.1 200 OK\r\n"))
            #expect(all.contains(Self.ours))
        }
    }

    @Test func `a client is told to go on once`() {
        let heads = asked("POST / HTTP/1.1", "Expect: 100-continue\r\nContent-Length: 2")
        #expect(heads.known { $0.asked.awaitsContinue && !$0.answering.wasBidContinue })
        for _ in 0..<2 {
            #expect(isInterim(heads.answered("HTTP/1.1 100 Continue\r\nA: b\r\n\r\n")))
            #expect(heads.known { !$0.asked.awaitsContinue && $0.answering.wasBidContinue })
            #expect(heads.toClient == "HTTP/1.1 100 Continue\r\nA: b\r\n\r\n")
        }
    }

    @Test func `a backend that sends interim responses without end is stopped`() {
        let heads = asked()
        for _ in 0..<Limits.interims {
            #expect(isInterim(heads.answered("HTTP/1.1 103 Early Hints\r\n\r\n")))
            heads.change { $0.response.didSend($0.response.pendingCount) }
        }
        let last = heads.answered("HTTP/1.1 103 Early Hints\r\n\r\n")
        #expect(isMalformed(last, .malformedResponse))
    }

    // MARK: Another protocol

    @Test func `a protocol that was asked for is switched to, and bytes follow on either side`() {
        let heads = asked("GET / HTTP/1.1", "Connection: upgrade\r\nUpgrade: a, b", body: "more")
        let text = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: b\r\nConnection: upgrade\r\n\r\nhi"
        #expect(switches(heads.answered(text)))
        let (client, backend) = heads.switchProtocol()
        #expect(
            client
                == "HTTP/1.1 101 Switching Protocols\r\nUpgrade: b\r\nConnection: upgrade\r\n\r\nhi"
        )
        #expect(backend == "more")
        #expect(heads.phase == .streaming && !heads.keepsClient)
        #expect(heads.known { $0.answering.hasAnswered && $0.answering.status == 101 })
        #expect(heads.known { $0.request.isComplete })
    }

    @Test(arguments: [
        ("A: b", "Upgrade: b"), ("Connection: upgrade\r\nUpgrade: a", "Upgrade: b"),
        ("Connection: upgrade\r\nUpgrade: a", "C: d"),
        ("Connection: upgrade\r\nUpgrade: a", "Upgrade: a, b"),
        ("Connection: upgrade\r\nUpgrade: b\r\nContent-Length: 9", "Upgrade: b"),
    ])
    func `one that was not is a fault, and so is one before the request is whole`(
        _ fields: String, _ answer: String
    ) {
        let heads = asked("POST / HTTP/1.1", fields)
        let text = "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\n\(answer)\r\n\r\n"
        #expect(isMalformed(heads.answered(text), .malformedResponse))
    }

    // MARK: The balancer's own answers

    private let own = OwnAnswer(.noBackendReady, "no backend is ready")

    @Test func `an answer of ours is whole, with date, length and the request's identifier`() {
        let heads = asked()
        let text = heads.own(own)
        let lines = Heads.lines(of: text)
        #expect(text.hasPrefix("HTTP/1.1 503 Service Unavailable\r\nServer: lbctl\r\n\(Self.ours)"))
        #expect(lines.contains("X-Request-Id: mine"))
        #expect(!lines.contains { $0.hasPrefix("Connection") })
        let body = text.split(separator: "\r\n\r\n", maxSplits: 1)[1]
        #expect(lines.contains("Content-Length: \(body.utf8.count)"))
        #expect(body.contains("no backend is ready") && body.contains("Request mine."))
        #expect(heads.phase == .answeringItself && heads.keepsClient)
        #expect(heads.known { $0.answering.status == 503 && $0.answering.cause == .noBackendReady })
        #expect(heads.known { $0.response.isComplete })
        #expect(heads.known { $0.response.bodyBytes } == UInt64(body.utf8.count))
    }

    @Test(arguments: [
        ("GET / HTTP/1.1", "A: b", false, "", true),
        ("GET / HTTP/1.1", "A: b", true, "close", false),
        ("GET / HTTP/1.1", "Connection: close", false, "close", false),
        // The rest of the request can't be told from the next one.
        ("POST / HTTP/1.1", "Content-Length: 9", false, "close", false),
        ("GET / HTTP/1.0", "A: b", false, "close", false),
        ("GET / HTTP/1.0", "Connection: keep-alive", false, "keep-alive", true),
        ("GET / HTTP/1.0", "Connection: keep-alive", true, "close", false),
    ])
    func `it says what becomes of the connection`(
        _ line: String, _ fields: String, _ isLeaving: Bool, _ word: String, _ keeps: Bool
    ) {
        let heads = asked(line, fields)
        let lines = Heads.lines(of: heads.own(own, isLeaving: isLeaving))
        #expect(
            lines.filter { $0.hasPrefix("Connection") }
                == (word.isEmpty ? [] : ["Connection: \(word)"]))
        #expect(heads.keepsClient == keeps)
    }

    @Test func `the answer to HEAD has no body, even where the head could not be read`() {
        let heads = asked("HEAD / HTTP/1.1")
        #expect(heads.own(own).hasSuffix("\r\n\r\n"))
        for (text, hasBody) in [("HEAD / HTTP/1.1\r\nA b\r\n\r\n", false), ("GET \r\n", true)] {
            let unread = Heads()
            guard case .malformed(let reason) = unread.read(text) else {
                Issue.record("'\(text)' is no head")
                continue
            }
            let answer = OwnAnswer(.malformedRequest, "\(reason.sentence)", status: reason.status)
            #expect(unread.own(answer).hasSuffix("\r\n\r\n") == !hasBody)
            // It has got an identifier of ours, and its connection is of no more use.
            #expect(unread.requestID.count == 26 && !unread.keepsClient)
        }
    }

    @Test func `it is in the form that the client takes, as long as its head is there`() {
        for (accept, start) in [("application/json", "{"), ("text/html", "<!"), ("a/b", "503")] {
            let heads = asked("GET / HTTP/1.1", "Accept: \(accept)")
            let body = heads.own(own).split(separator: "\r\n\r\n", maxSplits: 1)[1]
            #expect(body.hasPrefix(start))
        }
    }

    @Test func `it takes the place of whatever there was of a response`() {
        let heads = asked()
        _ = heads.received("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel")
        #expect(heads.own(own).hasPrefix("HTTP/1.1 503 "))
        #expect(!heads.toClient.contains("hel"))
    }
}
