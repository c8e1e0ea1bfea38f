import Basics
import Control
import HTTP1
import Kernel
import ProxyProtocol
import Testing

@testable import Balancing

/// What a backend is sent of a request's head, and what is kept of it.
@Suite struct HeadRewriterTests {
    private typealias Heads = RewrittenHeads

    private static let clients = [Heads.direct, Heads.direct6, Heads.near, Heads.nowhere]
    private let id = "X-Request-Id: mine-1\r\n"

    /// A head with these lines besides Host and an identifier.
    private func head(_ line: String = "GET / HTTP/1.1", _ fields: String...) -> String {
        let lines = ["Host: a"] + fields
        return "\(line)\r\n\(lines.joined(separator: "\r\n"))\r\n\(id)\r\n"
    }

    private func address(_ client: ClientSource) -> String { Utf8.string(client.address.bytes) }

    // MARK: What is written

    @Test func `a head goes on with what is ours to say behind it`() {
        let heads = Heads()
        #expect(
            heads.sent(head()) == """
                GET / HTTP/1.1\r
                Host: a\r
                X-Request-Id: mine-1\r
                Via: 1.1 lb\r
                X-Forwarded-For: 192.0.2.7\r
                X-Forwarded-Proto: http\r
                X-Forwarded-Host: a\r
                \r

                """)
        #expect(heads.phase == .delivering)
        #expect(heads.known { $0.request.isComplete })
    }

    @Test func `every beginning of a head is partial, and what follows it stays behind it`() {
        let text = head("POST /a?b HTTP/1.1", "Content-Length: 4")
        let bytes = Array(text.utf8)
        let heads = Heads()
        for count in 0..<bytes.count {
            let part = String(decoding: bytes.prefix(count), as: UTF8.self)
            #expect(heads.read(part) == .partial)
        }
        #expect(heads.sent(text + "bodyNEXT").hasSuffix("X-Forwarded-Host: a\r\n\r\nbody"))
        #expect(heads.known { $0.request.isComplete && $0.request.bodyBytes == 4 })
        heads.change { $0.request.dropMessage() }
        #expect(heads.known { Utf8.string($0.request.queue.bytes) } == "NEXT")
    }

    @Test func `a head that is larger than is allowed is none`() {
        let heads = Heads { $0.requestLimits.maxBytes = 64 }
        #expect(heads.read(head("GET / HTTP/1.1", "A: b")) == .complete(length: 55))
        let long = "A: \(String(repeating: "b", count: 64))"
        #expect(heads.read(head("GET / HTTP/1.1", long)) == .malformed(.headTooLarge))
    }

    @Test(arguments: [
        "Connection: close", "Connection: keep-alive", "Connection: X-Own\r\nX-Own: 1",
        "Keep-Alive: timeout=5", "Proxy-Connection: keep-alive", "Upgrade: websocket",
        "TE: gzip",
    ])
    func `what is of one hop goes no further`(_ fields: String) {
        #expect(Heads().lines(head("GET / HTTP/1.1", fields)) == Heads().lines(head()))
    }

    @Test func `trailers and another protocol are asked for in our own name`() {
        for (fields, expected) in [
            ("TE: trailers", ["Connection: TE", "TE: trailers"]),
            ("TE: gzip, trailers", ["Connection: TE", "TE: trailers"]),
            (
                "Connection: upgrade\r\nUpgrade: websocket",
                ["Connection: upgrade", "Upgrade: websocket"]
            ),
            (
                "Connection: upgrade\r\nUpgrade: a/1, b\r\nTE: trailers",
                ["Connection: upgrade, TE", "TE: trailers", "Upgrade: a/1, b"]
            ),
        ] {
            let heads = Heads()
            let lines = heads.lines(head("GET / HTTP/1.1", fields))
            #expect(Array(lines.dropFirst(2).prefix(expected.count)) == expected)
            #expect(heads.known { $0.asked.asksUpgrade } == fields.contains("Upgrade"))
        }
        let heads = Heads()
        _ = heads.sent(head("GET / HTTP/1.1", "Connection: upgrade", "Upgrade: a/1, b"))
        #expect(heads.known { Utf8.string($0.asked.protocols.bytes) } == "a/1, b")
    }

    @Test func `Via says which version the message came with, behind those before us`() {
        for (version, said) in [("1.1", "1.1"), ("1.0", "1.0")] {
            let lines = Heads().lines(head("GET / HTTP/\(version)", "Via: 1.1 other"))
            #expect(lines.filter { $0.hasPrefix("Via") } == ["Via: 1.1 other", "Via: \(said) lb"])
        }
        let lines = Heads { $0.pseudonym = InlineText() }.lines(head())
        #expect(lines.contains("Via: 1.1 lbctl"))
    }

    @Test func `a request without a host has ours, where it may be without`() {
        let heads = Heads()
        let sent = heads.sent("GET /a HTTP/1.0\r\nAccept: b\r\n\(id)\r\n")
        #expect(sent.hasPrefix("GET /a HTTP/1.1\r\nHost: 192.0.2.1:80\r\nAccept: b\r\n"))
        #expect(!sent.contains("X-Forwarded-Host"))
        #expect(heads.known { $0.asked.minorVersion } == 0)
        guard case .malformed = heads.read("GET /a HTTP/1.1\r\nAccept: b\r\n\r\n") else {
            Issue.record("HTTP/1.1 asks for a host")
            return
        }
    }

    @Test(arguments: [
        ("GET / HTTP/1.1", "GET /"), ("GET /a?b=%20 HTTP/1.1", "GET /a?b=%20"),
        ("\r\nGET /a HTTP/1.1", "GET /a"), ("GET http://a HTTP/1.1", "GET /"),
        ("GET http://a/b?c HTTP/1.1", "GET /b?c"), ("GET http://a?c HTTP/1.1", "GET /?c"),
        ("OPTIONS * HTTP/1.1", "OPTIONS *"), ("OPTIONS http://a HTTP/1.1", "OPTIONS *"),
        ("GET /a HTTP/1.0", "GET /a"), ("PURGE /a HTTP/1.1", "PURGE /a"),
    ])
    func `the line that is logged is the one that was sent, whatever is in front of it`(
        _ line: String, _ expected: String
    ) {
        let header = ProxyHeader(
            from: .inet(1, port: 2), to: .inet(3, port: 4))
        for behind in [nil, header] {
            let heads = Heads { $0.proxyVersion = .text }
            let sent = heads.sent(head(line), behind: behind)
            let prefix = heads.known { $0.request.prefix }
            #expect((prefix > 0) == (behind != nil))
            let message = String(decoding: Array(sent.utf8).dropFirst(prefix), as: UTF8.self)
            #expect(message.hasPrefix("\(expected) HTTP/1.1"))
            #expect(heads.line == expected)
            heads.change { $0.saveLine($0.asked.lineLength) }
            #expect(heads.line == expected)
        }
    }

    @Test(arguments: [ProxyHeader.Version.text, .binary])
    func `the header of a proxy stands in front, and is no part of the message`(
        _ version: ProxyHeader.Version
    ) {
        let heads = Heads { $0.proxyVersion = version }
        let header = ProxyHeader(from: .inet(0xC000_0207, port: 1), to: .inet(3, port: 4))
        var bytes = ByteQueue(capacity: 256)
        header.append(as: version, to: &bytes)
        let count = bytes.count
        for said in [header, .local] {
            let sent = heads.sent(head(), behind: said)
            if said == header { #expect(heads.known { $0.request.prefix } == count) }
            #expect(sent.contains("GET / HTTP/1.1\r\nHost: a\r\n"))
            #expect(heads.line == "GET /")
            // It can be read once more, as for an answer of our own.
            #expect(heads.format == .text)
        }
    }

    @Test func `a chunked body goes on as one, and the length that is said is said once`() {
        let heads = Heads()
        let chunked = heads.sent(
            head("POST / HTTP/1.1", "Transfer-Encoding: chunked", "Trailer: X")
                + "2;a=b\r\nhi\r\n0\r\nX: 1\r\n\r\n")
        #expect(chunked.contains("Transfer-Encoding: chunked\r\n"))
        #expect(chunked.hasSuffix("\r\n\r\n2\r\nhi\r\n0\r\n\r\n"))
        #expect(heads.known { $0.request.isComplete })
        let plain = Heads().sent(head("POST / HTTP/1.1", "Content-Length: 2") + "hi")
        #expect(plain.contains("Content-Length: 2\r\n"))
        #expect(plain.hasSuffix("\r\n\r\nhi"))
    }

    @Test func `Max-Forwards is counted down`() {
        let lines = Heads().lines(head("OPTIONS / HTTP/1.1", "Max-Forwards: 3"))
        #expect(lines.filter { $0.hasPrefix("Max") } == ["Max-Forwards: 2"])
    }

    // MARK: Which client asks

    @Test func `a backend is told which client asks`() {
        for client in Self.clients {
            let heads = Heads { $0.writesForwarded = true }
            let lines = heads.lines(head(), by: client)
            let address = address(client)
            #expect(lines.contains("X-Forwarded-For: \(address)"))
            let quoted = address.contains(":") ? "\"[\(address)]\"" : address
            #expect(lines.contains("Forwarded: for=\(quoted);proto=http;host=\"a\""))
            #expect(heads.known { $0.asked.network } == client.network)
            #expect(heads.known { $0.asked.isLocal } == client.isLocal)
            #expect(heads.known { $0.asked.claimedAddress.isEmpty })
        }
    }

    @Test func `what is said of other clients is believed of a trusted proxy alone`() {
        let claims = [
            "X-Forwarded-For: 198.51.100.1, 203.0.113.9", "X-Forwarded-Proto: https",
            "X-Forwarded-Host: b", "Forwarded: for=203.0.113.9",
        ].joined(separator: "\r\n")
        for client in Self.clients {
            let heads = Heads()
            let lines = heads.lines(head("GET / HTTP/1.1", claims), by: client)
            #expect(lines.contains("X-Forwarded-For: \(address(client))"))
            #expect(lines.contains("X-Forwarded-Proto: http"))
            #expect(lines.contains("X-Forwarded-Host: a"))
            #expect(!lines.contains { $0.contains("203.0.113.9") })
            #expect(heads.known { $0.asked.network } == client.network)
            // A client speaks for another: it is not on this machine for sure.
            #expect(heads.known { !$0.asked.isLocal && $0.asked.claimedAddress.isEmpty })
        }
        let heads = Heads()
        let lines = heads.lines(head("GET / HTTP/1.1", claims), by: Heads.proxy)
        #expect(lines.contains("X-Forwarded-For: 198.51.100.1, 203.0.113.9, 10.0.0.1"))
        #expect(lines.contains("X-Forwarded-Proto: https") && lines.contains("X-Forwarded-Host: b"))
        #expect(heads.known { $0.asked.network } == ClientNetwork("203.0.113.9"))
        #expect(heads.known { Utf8.string($0.asked.claimedAddress.bytes) } == "203.0.113.9")
    }

    @Test(arguments: [
        ("203.0.113.9", "203.0.113.9"), ("203.0.113.9, 10.0.0.7", "203.0.113.9"),
        ("10.0.0.8, 10.0.0.7", "10.0.0.8"), ("198.51.100.1, 203.0.113.9:80", "203.0.113.9"),
        ("[2001:db8::7]:80", "2001:db8::7"), ("203.0.113.9, unknown", ""),
    ])
    func `of those that proxies name it is the last that is none of theirs`(
        _ said: String, _ expected: String
    ) {
        let heads = Heads()
        _ = heads.note(head("GET / HTTP/1.1", "X-Forwarded-For: \(said)"), by: Heads.proxy)
        #expect(heads.known { Utf8.string($0.asked.claimedAddress.bytes) } == expected)
        let network = expected.isEmpty ? Heads.proxy.network : ClientNetwork(expected)
        #expect(heads.known { $0.asked.network } == network)
    }

    @Test func `what came through another proxy is from nowhere near`() {
        for (fields, isLocal) in [("A: b", true), ("Via: 1.1 x", false)] {
            let heads = Heads()
            _ = heads.note(head("GET / HTTP/1.1", fields), by: Heads.near)
            #expect(heads.known { $0.asked.isLocal } == isLocal)
        }
    }

    @Test func `a request keeps its identifier, and gets one of ours where it has none`() {
        let heads = Heads()
        _ = heads.note(head())
        #expect(heads.requestID == "mine-1")
        var seen: Set<String> = []
        for fields in ["", "X-Request-Id: a b\r\n", "X-Request-Id: \r\n"] {
            let sent = heads.sent("GET / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n")
            #expect(heads.requestID.count == 26)
            #expect(sent.contains("\r\nX-Request-Id: \(heads.requestID)\r\n"))
            #expect(sent.split(separator: "X-Request-Id").count == 2)
            seen.insert(heads.requestID)
        }
        #expect(seen.count == 3)
    }

    @Test func `an identifier is known whole, however long it may be`() {
        for length in [1, 47, 48, 49, 127, 128] {
            let id = String(repeating: "x", count: length - 1) + "e"
            let heads = Heads()
            let sent = heads.sent("GET / HTTP/1.1\r\nHost: a\r\nX-Request-Id: \(id)\r\n\r\n")
            #expect(heads.requestID == id && sent.contains("\r\nX-Request-Id: \(id)\r\n"))
            heads.take()
            let answer = heads.own(OwnAnswer(.noBackendReady, "no backend is ready"))
            #expect(answer.contains("\r\nX-Request-Id: \(id)\r\n"))
            #expect(answer.contains("Request \(id)."))
        }
        let heads = Heads()
        let long = String(repeating: "x", count: 129)
        _ = heads.sent("GET / HTTP/1.1\r\nHost: a\r\nX-Request-Id: \(long)\r\n\r\n")
        #expect(heads.requestID.count == 26)
    }

    // MARK: What is kept

    @Test(arguments: [
        ("HTTP/1.1", "A: b", true), ("HTTP/1.1", "Connection: close", false),
        ("HTTP/1.0", "A: b", false), ("HTTP/1.0", "Connection: keep-alive", true),
    ])
    func `a connection is kept as the client wants it, and never when we leave`(
        _ version: String, _ fields: String, _ keeps: Bool
    ) {
        for isLeaving in [false, true] {
            let heads = Heads()
            _ = heads.note(head("GET / \(version)", fields), isLeaving: isLeaving)
            #expect(heads.keepsClient == (keeps && !isLeaving))
        }
    }

    @Test func `a client that waits to be told to go on is known, and the backend is asked`() {
        for (version, fields, waits) in [
            ("1.1", "Expect: 100-continue", true), ("1.1", "A: b", false),
            ("1.0", "Expect: 100-continue", false),
        ] {
            let heads = Heads()
            let lines = heads.lines(
                head("POST / HTTP/\(version)", "Content-Length: 1", fields))
            #expect(heads.known { $0.asked.awaitsContinue } == waits)
            #expect(lines.contains("Expect: 100-continue") == waits)
        }
    }

    @Test(arguments: [
        ("A: b", AnswerFormat.text), ("Accept: application/json", .json),
        ("Accept: text/html", .html),
    ])
    func `the form of an answer is that which was asked for, while its head is here`(
        _ fields: String, _ expected: AnswerFormat
    ) {
        let heads = Heads()
        let length = heads.note(head("POST / HTTP/1.1", fields, "Content-Length: 2"))
        heads.refused(length)
        #expect(heads.known { $0.asked.format } == expected)
        // Of one that is sent on it is read once more.
        for prefix in [nil, ProxyHeader.local] {
            _ = heads.sent(head("POST / HTTP/1.1", fields, "Content-Length: 2"), behind: prefix)
            #expect(heads.format == expected)
        }
        heads.change { $0.asked.format = .html }
        #expect(heads.format == .html)
    }

    @Test(arguments: [
        ("CONNECT a:80 HTTP/1.1", "A: b", Cause.refusedMethod, "CONNECT is not offered here"),
        ("TRACE / HTTP/1.1", "Max-Forwards: 0", .refusedMethod, "TRACE is not answered here"),
        ("OPTIONS / HTTP/1.1", "Max-Forwards: 0", .meantForUs, "This is lbctl's balancer"),
        (
            "GET / HTTP/1.1", "Via: 1.1 a, 1.0 lb", .loop,
            "this request has been through this balancer before"
        ),
    ])
    func `some are understood and go nowhere`(
        _ line: String, _ fields: String, _ cause: Cause, _ sentence: String
    ) throws {
        let heads = Heads()
        let length = heads.note(head(line, fields))
        try #require(length > 0)
        #expect(heads.refusal == cause)
        #expect(heads.answer(refusing: cause).sentence == sentence)
        heads.refused(length)
        // After CONNECT anything may follow: so it is not over.
        #expect(heads.known { $0.request.isComplete } == !line.hasPrefix("CONNECT"))
        #expect(heads.line == String(line.dropLast(" HTTP/1.1".count)))
    }

    @Test(arguments: [
        ("GET / HTTP/1.1", "Via: 1.1 a, 1.0 lbx"), ("GET / HTTP/1.1", "Max-Forwards: 0"),
        ("OPTIONS / HTTP/1.1", "Max-Forwards: 1"), ("DELETE / HTTP/1.1", "A: b"),
    ])
    func `all others go on`(_ line: String, _ fields: String) {
        let heads = Heads()
        #expect(heads.note(head(line, fields)) > 0)
        #expect(heads.refusal == nil)
    }

    @Test func `the body of a request that is refused is still to come`() {
        let heads = Heads()
        let target = String(repeating: "a", count: 2 * Limits.loggedTarget)
        heads.refused(heads.note(head("POST /\(target) HTTP/1.1", "Content-Length: 2")))
        #expect(heads.known { !$0.request.isComplete })
        // Of a long target the log has the beginning.
        #expect(heads.line.utf8.count == Limits.loggedTarget)
    }
}
