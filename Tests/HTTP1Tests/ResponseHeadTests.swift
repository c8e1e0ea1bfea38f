import Basics
import Testing

@testable import HTTP1

private func read(_ head: String) -> HeadParse {
    var parsed = ResponseHead()
    return parsed.parse(Array(head.utf8).span, limits: HeadLimits())
}

private func framing(_ head: String, _ method: Method = .get) -> BodyFraming? {
    var parsed = ResponseHead()
    guard case .complete = parsed.parse(Array(head.utf8).span, limits: HeadLimits()) else {
        return nil
    }
    return parsed.framing(answering: method)
}

private func sent(
    _ head: String, _ word: ResponseHead.ConnectionWord = .keepAlive, chunked: Bool = false,
    adding lines: String = ""
) -> String {
    let bytes = Array(head.utf8)
    var parsed = ResponseHead()
    _ = parsed.parse(bytes.span, limits: HeadLimits())
    var out = ByteQueue(capacity: 16)
    parsed.writeForwarded(
        from: bytes.span, connection: word, chunked: chunked, adding: Array(lines.utf8).span,
        to: &out)
    return text(out.bytes, out.bytes.indices)
}

private let good = [
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "HTTP/1.1 200 \r\n\r\n",
    "HTTP/1.0 404 Not  Found caf\u{e9}\r\nX: 1\r\n\r\n", "HTTP/1.1 999\r\nA:\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nDate: x\r\n\r\n",
    "HTTP/1.1 200 OK\nContent-Length: 5\n\n", "HTTP/1.1 200\r\nA: 1\nB:\n\n",
    "HTTP/1.1 200 OK\n\n", "HTTP/1.1 200 OK\r\n\n", "HTTP/1.1 200 OK\nA: 1\r\n\r\n",
    "HTTP/1.1 200 OK\r\nA \t: 1\r\nContent-Length : 5\r\n\r\n",
    "HTTP/1.1 200 OK\r\nSet-Cookie: a=\u{1}\u{7f}\r\n\r\n",
]

@Suite struct ResponseHeadTests {
    @Test(arguments: good) func `every prefix of a good head is partial`(head: String) {
        let bytes = Array(head.utf8)
        for end in 0..<bytes.count {
            var parsed = ResponseHead()
            let result = parsed.parse(Array(bytes[..<end]).span, limits: HeadLimits())
            #expect(result == .partial, "\(end) bytes of \(head)")
        }
        #expect(read(head + "more") == .complete(length: bytes.count))
    }

    @Test(arguments: [
        ("HELLO", Malformation.statusLineInvalid), ("HTTP/2.0 200 OK\r\n", .statusLineInvalid),
        ("HTTP/1.1 20 OK\r\n", .statusLineInvalid), ("HTTP/1.1 abc", .statusLineInvalid),
        ("HTTP/1.1  200", .statusLineInvalid), ("HTTP/1.1 2000", .statusLineInvalid),
        ("HTTP/1.1 099 ", .statusLineInvalid), ("HTTP/1.1 200\tOK", .statusLineInvalid),
        ("HTTP/1.1 200 O\0", .controlCharacter),
        ("HTTP/1.1 200 OK\rX", .bareCarriageReturn), ("\r\nHTTP/1.1 200", .statusLineInvalid),
        ("\nHTTP/1.1 200", .statusLineInvalid), ("HTTP/3 200 OK\r\n", .statusLineInvalid),
        ("HTTP/1.1 200 OK\r\nA: 1\nB: 2\r\n\r\n", .bareLineFeed),
        ("HTTP/1.1 200 OK\r\nA: 1\r\nB: 2\n\r\n", .bareLineFeed),
        ("HTTP/1.1 200 OK\r\nA: 1\r\n\n", .bareLineFeed),
        ("HTTP/1.1 200 OK\nA: 1\n\r\n", .bareLineFeed),
        ("HTTP/1.1 200 OK\r\nX: \0", .controlCharacter),
        ("HTTP/1.1 200 OK\r\nX: \u{1}\0", .controlCharacter),
        ("HTTP/1.1 200 OK\r\nX: \u{1}\rY", .bareCarriageReturn),
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\u{1}\r\n", .controlCharacter),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: \u{b}chunked\r\n", .controlCharacter),
        ("HTTP/1.1 200 OK\r\nNo colon\r\n", .fieldWithoutColon),
        ("HTTP/1.1 200 OK\r\n<p>\n", .fieldWithoutColon),
        ("HTTP/1.1 200 OK\r\nSecured by X : y", .spaceInFieldName),
        ("HTTP/1.1 200 OK\r\nX(: y", .fieldNameInvalid),
        ("HTTP/1.1 200 OK\r\n : y", .obsoleteFold), ("HTTP/1.1 200 OK\r\n X", .obsoleteFold),
        ("HTTP/1.1 200 OK\r\nContent-Length: a\r\n", .contentLengthInvalid),
        ("HTTP/1.1 200 OK\r\nContent-Length: -2\r\n", .contentLengthInvalid),
        ("HTTP/1.1 200 OK\r\nContent-Length: 2, 3\r\n", .contentLengthRepeated),
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n", .contentLengthRepeated),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n",
            .contentLengthWithTransferEncoding
        ),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n",
            .contentLengthWithTransferEncoding
        ),
        ("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n", .transferEncodingInOldVersion),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n", .transferEncodingUnknown),
    ]) func `a bad response is refused as early as it can be`(head: String, reason: Malformation) {
        #expect(read(head) == .malformed(reason))
    }

    @Test func `the end of the body depends on status, method and fields`() {
        let long = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
        #expect(framing(long) == .length(5))
        #expect(framing(long, .head) == BodyFraming.none)
        #expect(framing(long, .connect) == BodyFraming.none)
        #expect(framing("HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n") == .chunked)
        #expect(framing("HTTP/1.1 200 OK\r\n\r\n") == .untilClose)
        #expect(framing("HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\n") == .length(5))
        for status in [100, 101, 103, 204, 304] {
            #expect(
                framing("HTTP/1.1 \(status) x\r\nContent-Length: 5\r\n\r\n") == BodyFraming.none)
        }
    }

    @Test func `a head without anything of this hop goes as it lies`() {
        func needsRewrite(_ head: String) -> Bool {
            var parsed = ResponseHead()
            _ = parsed.parse(Array(head.utf8).span, limits: HeadLimits())
            return parsed.needsRewrite
        }
        for fields in ["", "Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\nTrailer: X\r\n"]
        {
            let head = "HTTP/1.1 200 OK\r\nX: 1\r\n\(fields)\r\n"
            #expect(!needsRewrite(head))
            let isChunked = fields.hasPrefix("T")
            #expect(request(head) == nil)
            if !isChunked { #expect(sent(head) == head) }
        }
        for line in [
            "Connection: close", "Keep-Alive: x", "Upgrade: h2", "Proxy-Connection: x",
            "Trailer: X",
            "Content-Length: 5, 5", "TE: x",
        ] {
            #expect(needsRewrite("HTTP/1.1 200 OK\r\n\(line)\r\n\r\n"))
        }
        for line in ["HTTP/1.0 200 OK", "HTTP/1.1 200", "HTTP/1.2 200 OK"] {
            #expect(needsRewrite("\(line)\r\n\r\n"))
        }
        #expect(needsRewrite("HTTP/1.1 204 x\r\nContent-Length: 0\r\n\r\n"))
        #expect(needsRewrite("HTTP/1.1 204 x\r\nTransfer-Encoding: chunked\r\n\r\n"))
    }

    @Test func `a head is written for the client's connection`() {
        let head =
            "HTTP/1.0 200 Fine\r\nA: 1\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\n"
            + "Keep-Alive: timeout=7\r\nContent-Length: 5, 5\r\nUpgrade: h2\r\nB: 2\r\n\r\n"
        let start = "HTTP/1.1 200 Fine\r\nA: 1\r\nB: 2\r\n"
        #expect(sent(head) == start + "Content-Length: 5\r\n\r\n")
        #expect(sent(head, .close) == start + "Content-Length: 5\r\nConnection: close\r\n\r\n")
        #expect(
            sent(head, .keepAliveFor10, adding: "D: 4\r\n")
                == start + "Content-Length: 5\r\nConnection: keep-alive\r\nD: 4\r\n\r\n")
        #expect(sent(head, chunked: true) == start + "Transfer-Encoding: chunked\r\n\r\n")
    }

    @Test func `a switch of protocols and a wanted one are told`() {
        let upgrade = "Connection: Upgrade, x\r\nUpgrade: websocket\r\nX: 1\r\n\r\n"
        #expect(
            sent("HTTP/1.1 101 S\r\n" + upgrade, .upgrade)
                == "HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n")
        #expect(
            sent("HTTP/1.1 426 U\r\n" + upgrade, .close)
                == "HTTP/1.1 426 U\r\nUpgrade: websocket\r\nConnection: close, upgrade\r\n\r\n")
        #expect(sent("HTTP/1.1 200 O\r\n" + upgrade) == "HTTP/1.1 200 O\r\n\r\n")
    }

    @Test func `a switch is right where all it names was asked for`() {
        func isRight(_ lines: String, _ wanted: String) -> Bool {
            let bytes = Array("HTTP/1.1 101 S\r\n\(lines)\r\n".utf8)
            var parsed = ResponseHead()
            _ = parsed.parse(bytes.span, limits: HeadLimits())
            return parsed.switches(to: Array(wanted.utf8).span, in: bytes.span)
        }
        #expect(isRight("Upgrade: WebSocket\r\n", "websocket"))
        #expect(isRight("Upgrade: b\r\n", "a,  B ,c"))
        #expect(isRight("Upgrade: b\r\nUpgrade: a/1\r\n", "a/1, b"))
        for lines in [
            "", "Upgrade:\r\n", "Upgrade: h2c\r\n", "Upgrade: websocket, h2c\r\n",
            "Upgrade: websocket\r\nUpgrade: h2c\r\n", "Upgrade: websocke\r\n",
            "Upgrade: websocket,\r\n", "X: websocket\r\n",
        ] {
            #expect(!isRight(lines, "websocket"), "\(lines)")
        }
    }

    @Test func `a response may have as many fields as there is room for`() {
        let limits = HeadLimits.fieldCapacity
        func head(_ count: Int) -> String {
            "HTTP/1.1 200 O\r\n" + String(repeating: "A: 1\r\n", count: count) + "\r\n"
        }
        #expect(read(head(limits)) == .complete(length: head(limits).utf8.count))
        #expect(read(head(limits + 1)) == .malformed(.tooManyFields))
    }

    @Test func `what is odd about a line is not sent on, and the rest is as it was`() {
        let odd = "A:1\u{1}2 \nB \t:\tx y \nSet-Cookie: a\nset-cookie: b\nC:\nContent-Length : 5\n"
        let proper =
            "A: 1\u{1}2\r\nB: x y\r\nSet-Cookie: a\r\nset-cookie: b\r\nC: \r\n"
        for line in ["HTTP/1.1 200 OK\n", "HTTP/1.1 200 OK\r\n"] {
            let head = line + odd + "Keep-Alive: x\nConnection: B\n\n"
            #expect(framing(head) == .length(5))
            #expect(
                sent(head)
                    == "HTTP/1.1 200 OK\r\nA: 1\u{1}2\r\nSet-Cookie: a\r\nset-cookie: b\r\nC: \r\n"
                    + "Content-Length: 5\r\n\r\n")
            #expect(
                sent(line + odd + "\n", chunked: true)
                    == "HTTP/1.1 200 OK\r\n\(proper)Transfer-Encoding: chunked\r\n\r\n")
        }
        for head in ["HTTP/1.1 200 OK\n\n", "HTTP/1.1 200 OK\r\n\n", "HTTP/1.1 200 OK\n\r\n"] {
            #expect(sent(head) == "HTTP/1.1 200 OK\r\n\r\n")
        }
    }

    @Test func `each byte is let into a value of a response or not`() {
        for byte in UInt8.min...UInt8.max {
            for offset in 0..<10 {
                var bytes = Array("HTTP/1.1 200 OK\r\nX: 0123456789abc\r\nY: 1\r\n\r\n".utf8)
                bytes[20 + offset] = byte
                var head = ResponseHead()
                let result = head.parse(bytes.span, limits: HeadLimits())
                let isGood = ![0, 10, 13].contains(byte)
                #expect((result == .complete(length: bytes.count)) == isGood, "\(byte)")
                if !isGood { continue }
                var out = ByteQueue(capacity: 16)
                head.writeForwarded(
                    from: bytes.span, connection: .keepAlive, chunked: false, adding: Span(),
                    to: &out)
                #expect(text(out.bytes, out.bytes.indices) == text(bytes.span, bytes.indices))
            }
        }
    }

    @Test func `a stream of events is told by its type`() {
        func isStream(_ lines: String) -> Bool {
            let bytes = Array("HTTP/1.1 200 OK\r\nA: 1\r\n\(lines)\r\n\r\n".utf8)
            var head = ResponseHead()
            _ = head.parse(bytes.span, limits: HeadLimits())
            return head.isEventStream(in: bytes.span)
        }
        for value in [
            "text/event-stream", "Text/Event-Stream;charset=utf-8", "text/event-stream ;x",
        ] {
            #expect(isStream("content-type: \(value)"), "\(value)")
        }
        for line in [
            "X: text/event-stream", "Content-Type: text/event-streams", "Content-Type: text/event",
            "Content-Type:", "Content-Type: x text/event-stream", "Accept: text/event-stream",
        ] {
            #expect(!isStream(line), "\(line)")
        }
    }

    @Test func `a response that has no body frames none`() {
        let fields = "X: 1\r\nContent-Length: 5\r\n\r\n"
        #expect(sent("HTTP/1.1 204 N\r\n" + fields) == "HTTP/1.1 204 N\r\nX: 1\r\n\r\n")
        #expect(sent("HTTP/1.1 304 N\r\n" + fields) == "HTTP/1.1 304 N\r\n" + fields)
        #expect(
            sent("HTTP/1.1 204 N\r\nTransfer-Encoding: chunked\r\n\r\n", chunked: true)
                == "HTTP/1.1 204 N\r\n\r\n")
    }

    @Test func `a backend keeps its connection or not`() {
        func isKept(_ head: String) -> Bool {
            var parsed = ResponseHead()
            _ = parsed.parse(Array((head + "\r\n\r\n").utf8).span, limits: HeadLimits())
            return parsed.isPersistent
        }
        #expect(isKept("HTTP/1.1 200 OK"))
        #expect(!isKept("HTTP/1.1 200 OK\r\nConnection: close"))
        #expect(!isKept("HTTP/1.0 200 OK"))
        #expect(isKept("HTTP/1.0 200 OK\r\nConnection: keep-alive"))
    }
}
