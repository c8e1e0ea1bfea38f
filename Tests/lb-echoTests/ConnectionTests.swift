import Basics
import HTTP1
import Kernel
import TestSupport
import Testing

@testable import lb_echo

/// One client's connection: bytes in, bytes out.
@Suite struct ConnectionTests {
    /// A peer that has gone must not end the process that all tests run in, as it does not end the
    /// programs (SIGPIPE).
    init() { Signals.letWritesFail() }

    /// A connection and the client's end of it.
    private final class Client {
        private let socket: Descriptor
        private var connection: Connection
        private var backend: Backend
        var now = Instant(nanoseconds: 1_000_000_000)
        private(set) var isOver = false
        /// Until when it waits, where it waits for a time.
        private(set) var waitsUntil: Instant?

        init(_ words: [String] = [], mode: Settings.Mode = .http) throws {
            let pair = try Socket.pair()
            try pair.first.setNonBlocking()
            try pair.second.setNonBlocking()
            connection = Connection(
                socket: try pair.second.duplicate(), mode: mode,
                now: Instant(nanoseconds: 1_000_000_000))
            socket = pair.first
            backend = Backend(
                try Settings(words + ["--port", "0", "--name", "web.1"]),
                listeningOn: .loopback(port: 3001))
        }

        /// Sends bytes, lets the connection have its turns, and returns what came back.
        func exchange(_ text: String, ending: Bool = false) -> String {
            socket.reference.writeAll(text)
            if ending { Socket.endSending(socket) }
            return turn(ending ? [.readable, .peerEnded] : .readable)
        }

        /// Lets the connection have its turns, and returns what came back.
        func turn(_ readiness: Readiness = []) -> String {
            connection.note(readiness)
            var received = ByteQueue(capacity: 1 << 20)
            while !isOver {
                let turn = connection.turn(&backend, now: now)
                received.reserve(256 << 10)
                if case .moved = socket.receive(into: &received) {
                    connection.note([.writable, .readable])
                    continue
                }
                switch turn {
                case .again: continue
                case .over: isOver = true
                case .waits(let until):
                    waitsUntil = until
                    return TestSupport.text(received)
                }
            }
            return TestSupport.text(received)
        }

        var isIdle: Bool { connection.isIdle }
        var mayBeSilent: Bool { connection.mayBeSilent }
        var served: UInt64 { backend.served }
        func leave() { backend.isLeaving = true }
    }

    /// The status line and the body of an answer.
    private func parts(_ answer: String) -> (status: String, body: String) {
        let parts = answer.split(
            separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
        return (
            String(answer.prefix { !$0.isNewline }), parts.count > 1 ? String(parts[1]) : ""
        )
    }

    @Test func `a greeting is answered however the request is cut`() throws {
        let bytes = Array("GET / HTTP/1.1\r\nHost: h\r\n\r\n".utf8)
        for cut in 1..<bytes.count {
            let client = try Client()
            #expect(client.exchange(String(decoding: bytes[..<cut], as: UTF8.self)) == "")
            let answer = client.exchange(String(decoding: bytes[cut...], as: UTF8.self))
            #expect(parts(answer).status == "HTTP/1.1 200 OK")
            #expect(parts(answer).body == "Hello from web.1 (port 3001)\n")
            #expect(client.isIdle && !client.isOver)
        }
    }

    @Test func `requests that come together are answered in their order`() throws {
        let client = try Client()
        let answers = client.exchange(
            "GET /status/201 HTTP/1.1\r\nHost: h\r\n\r\nGET /status/404 HTTP/1.1\r\nHost: h\r\n\r\n"
        )
        #expect(answers.contains("201 Created\nHTTP/1.1 404 Not Found\r\n"))
        #expect(client.served == 2)
    }

    @Test func `a body comes back, framed as it came`() throws {
        let client = try Client()
        let answer = client.exchange(
            "POST / HTTP/1.1\r\nHost: h\r\nContent-Type: a/b\r\nContent-Length: 5\r\n\r\nhello")
        #expect(
            answer.contains("Content-Type: a/b\r\n") && answer.contains("Content-Length: 5\r\n"))
        #expect(parts(answer).body == "hello")
        let chunked = client.exchange(
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "5\r\nhello\r\n0\r\n\r\n"
        )
        #expect(parts(chunked).body == "5\r\nhello\r\n0\r\n\r\n")
        #expect(client.isIdle)
    }

    @Test func `a client that waits for leave to send its body is given it`() throws {
        let client = try Client()
        let leave = client.exchange(
            "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        #expect(leave.hasPrefix("HTTP/1.1 100 Continue\r\n\r\n"))
        #expect(client.exchange("ok").hasSuffix("ok"))
    }

    @Test func `bytes are as many as were asked for, and HEAD has none of them`() throws {
        let client = try Client()
        let answer = client.exchange("GET /bytes/100000 HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(parts(answer).body.utf8.count == 100_000)
        let head = client.exchange("HEAD /bytes/100000 HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(head.contains("Content-Length: 100000\r\n") && parts(head).body == "")
    }

    @Test func `a stream is lines in chunks, and for HTTP 1.0 up to the end`() throws {
        let client = try Client()
        let answer = client.exchange("GET /stream/2 HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(
            parts(answer).body
                == "17\r\nline 1 of 2 from web.1\n\r\n"
                + "17\r\nline 2 of 2 from web.1\n\r\n0\r\n\r\n")
        let old = client.exchange("GET /stream/2 HTTP/1.0\r\n\r\n")
        #expect(parts(old).body == "line 1 of 2 from web.1\nline 2 of 2 from web.1\n")
        #expect(client.isOver)
    }

    @Test func `a request that waits is answered when its time has come`() throws {
        let client = try Client(["--latency", "20ms"])
        #expect(client.exchange("GET /delay/0.01 HTTP/1.1\r\nHost: h\r\n\r\n") == "")
        #expect(client.waitsUntil == client.now + .milliseconds(30))
        #expect(client.mayBeSilent)
        client.now = client.now + .milliseconds(30)
        #expect(parts(client.turn()).status == "HTTP/1.1 200 OK")
        #expect(!client.mayBeSilent)
    }

    @Test func `what is no request is told why, and the connection ends`() throws {
        let client = try Client()
        let answer = client.exchange("GET /\r\n\r\n", ending: true)
        #expect(parts(answer).status == "HTTP/1.1 400 Bad Request")
        #expect(answer.contains("Connection: close\r\n"))
        #expect(client.isOver)
    }

    @Test func `a chunk that is none ends the connection amid its answer`() throws {
        let client = try Client()
        let answer = client.exchange(
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", ending: true)
        #expect(!answer.contains("0\r\n\r\n"))
        #expect(client.isOver)
    }

    @Test func `a backend that leaves ends connections with their answer`() throws {
        let client = try Client()
        client.leave()
        let answer = client.exchange("GET / HTTP/1.1\r\nHost: h\r\n\r\n", ending: true)
        #expect(answer.contains("Connection: close\r\n"))
        #expect(client.isOver)
    }

    @Test func `every request can be made to fail, but for health checks`() throws {
        let client = try Client(["--error-rate", "1"])
        #expect(
            parts(client.exchange("GET / HTTP/1.1\r\nHost: h\r\n\r\n")).status
                == "HTTP/1.1 500 Internal Server Error")
        #expect(
            parts(client.exchange("GET /health HTTP/1.1\r\nHost: h\r\n\r\n")).body == "ok\n")
        #expect(client.served == 1)
    }

    @Test func `a browser gets a page`() throws {
        let client = try Client()
        let answer = client.exchange(
            "GET / HTTP/1.1\r\nHost: h\r\nAccept: text/html,*/*\r\n\r\n")
        #expect(answer.contains("Content-Type: text/html; charset=utf-8\r\n"))
        #expect(parts(answer).body.contains("request 1</p>"))
    }

    @Test func `in TCP mode bytes wait the latency before they come back`() throws {
        let client = try Client(["--latency", "20ms"], mode: .tcp)
        #expect(client.exchange("hello") == "")
        #expect(client.waitsUntil == client.now + .milliseconds(20))
        client.now = client.now + .milliseconds(19)
        #expect(client.turn() == "")
        client.now = client.now + .milliseconds(1)
        #expect(client.turn() == "hello")
        #expect(client.exchange(" again", ending: true) == "")
        client.now = client.now + .milliseconds(20)
        #expect(client.turn() == " again" && client.isOver)
    }

    @Test func `in TCP mode all bytes come back, up to the end`() throws {
        let client = try Client(mode: .tcp)
        #expect(client.exchange("GET / HT") == "GET / HT")
        #expect(client.mayBeSilent)
        let long = String(repeating: "0123456789", count: 5000)
        #expect(client.exchange(long, ending: true) == long)
        #expect(client.isOver)
    }
}
