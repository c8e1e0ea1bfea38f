import Basics
import Testing

@testable import HTTP1

private let good = [
    "GET / HTTP/1.1\r\nHost: h\r\n\r\n",
    "\r\nGET /a?b=c HTTP/1.1\r\nHost: h:80\r\nAccept: */*\r\n\r\n",
    "POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n",
    "POST /p HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n",
    "GET http://h/x HTTP/1.1\r\nHost: other\r\nX-Empty:\r\nX-Text: \t caf\u{e9} \t\r\n\r\n",
    "OPTIONS * HTTP/1.1\r\nHost:\r\n\r\n", "GET / HTTP/1.0\r\n\r\n",
    "CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n",
    "M-SEARCH /x HTTP/1.7\r\nHost: [::1]:8\r\n\r\n",
]

@Suite struct RequestHeadTests {
    @Test(arguments: good) func `every prefix of a good head is partial`(head: String) {
        let bytes = Array(head.utf8)
        for end in 0..<bytes.count {
            #expect(parse(Array(bytes[..<end])) == .partial, "\(end) bytes of \(head)")
        }
        #expect(parse(bytes) == .complete(length: bytes.count))
        #expect(parse(bytes + Array("GET".utf8)) == .complete(length: bytes.count))
    }

    @Test(arguments: good) func `a judgement stands whatever follows`(head: String) {
        let bytes = Array(head.utf8)
        for place in bytes.indices {
            for byte in [0, 9, 10, 13, 32, 35, 44, 58, 92, 127, 200] as [UInt8] {
                var changed = bytes
                changed[place] = byte
                var judgement = HeadParse.partial
                for end in 0...changed.count {
                    let next = parse(Array(changed[..<end]))
                    if judgement != .partial { #expect(next == judgement) }
                    judgement = next
                }
            }
        }
    }

    @Test(arguments: good) func `a good head parsed after another says the same`(head: String) {
        var reused = RequestHead()
        for other in good {
            _ = reused.parse(Array(other.utf8).span, limits: HeadLimits())
            let result = reused.parse(Array(head.utf8).span, limits: HeadLimits())
            #expect(result == .complete(length: head.utf8.count))
            #expect(reused.framing == request(head)?.framing)
            #expect(text(Array(head.utf8).span, reused.host.range) == request(head)?.host)
        }
    }

    @Test(arguments: [
        ("GET  / HTTP/1.1\r\n", Malformation.requestLineSpacing),
        ("GET /  HTTP/1.1\r\n", .versionInvalid), ("GET /a b HTTP/1.1\r\n", .versionInvalid),
        ("GET\t/ HTTP/1.1\r\n", .requestLineSpacing), (" GET / HTTP/1.1\r\n", .methodInvalid),
        ("GET / HTTP/1.1 \r\n", .requestLineSpacing), ("GET /\r\n", .versionInvalid),
        ("GET \r\n", .targetInvalid), ("GET\r\n", .requestLineSpacing),
        ("G@T / HTTP/1.1\r\n", .methodInvalid), ("GE:T / HTTP/1.1\r\n", .methodInvalid),
        ("\u{16}\u{3}\u{1}", .methodInvalid), ("\nGET", .bareLineFeed),
        ("\r\n\r\n\r\nGET", .tooManyEmptyLines), ("\rGET", .bareCarriageReturn),
        ("PRI * HTTP/2.0\r\n", .versionUnsupported), ("GET / HTTP/2.0\r\n", .versionUnsupported),
        ("GET / HTTP/3\r\n", .versionInvalid), ("GET / HTTP/01.1", .versionInvalid),
        ("GET / HTTP/9.9.9", .versionInvalid), ("GET / HTTP/10.0", .versionInvalid),
        ("GET / HTTP/2.0\n", .bareLineFeed), ("GET / HTTP/2.0 \r\n", .requestLineSpacing),
        ("GET / HTTP/.1", .versionInvalid), ("GET / HTTP/1.\r\n", .versionInvalid),
        ("GET / HTTP/0.9\r\n", .versionUnsupported), ("GET / http/1.1", .versionInvalid),
        ("GET / HTTP/1.10\r\n", .versionInvalid), ("GET / HTTP/1.x", .versionInvalid),
        ("GET / HTTP/1,1", .versionInvalid), ("GET / HTTP/1.1\n", .bareLineFeed),
        ("GET / HTTP/1.1\rX", .bareCarriageReturn), ("GET /a#b HTTP/1.1", .targetHasFragment),
        ("GET /a\\b HTTP/1.1", .targetInvalid), ("GET /\u{7f} HTTP/1.1", .targetInvalid),
        ("GET /\u{e9} HTTP/1.1", .targetInvalid), ("GET * HTTP/1.1\r\n", .targetNotForMethod),
        ("GET a HTTP/1.1\r\n", .targetInvalid), ("GET ftp://h/ HTTP/1.1\r\n", .targetInvalid),
        ("GET http:///x HTTP/1.1\r\n", .hostInvalid),
        ("GET http://u@h/x HTTP/1.1\r\n", .hostInvalid),
        ("CONNECT /x HTTP/1.1\r\n", .targetNotForMethod),
        ("CONNECT h HTTP/1.1\r\n", .targetNotForMethod),
        ("CONNECT h: HTTP/1.1\r\n", .targetNotForMethod),
        ("AAAAAAAAAABBBBBBBBBBCCCCCCCCCCDDDDDDDDDD", .methodTooLong),
    ]) func `a bad request line is refused before anything follows`(
        line: String, reason: Malformation
    ) {
        #expect(fault(line) == reason)
    }

    @Test(arguments: [
        ("Host: h\r\nX : 1\r\n", Malformation.spaceBeforeColon), ("X\t: 1", .spaceBeforeColon),
        ("X\r\n", .fieldWithoutColon), ("X\n", .fieldWithoutColon), (": x", .fieldNameEmpty),
        ("X y z\r\n", .fieldWithoutColon), ("<p>\r\n", .fieldWithoutColon),
        ("X \n", .fieldWithoutColon), ("X y: 1", .spaceInFieldName),
        ("X \t : 1", .spaceBeforeColon),
        ("X(: 1", .fieldNameInvalid), ("X\0: 1", .fieldNameInvalid), (" X: 1", .obsoleteFold),
        ("X: 1\r\n y", .obsoleteFold), ("X: 1\r\n\ty", .obsoleteFold),
        ("X: 1\ry", .bareCarriageReturn), ("X: 1\n", .bareLineFeed), ("\n", .bareLineFeed),
        ("\rX", .bareCarriageReturn), ("X: \0", .controlCharacter),
        ("X: \u{b}", .controlCharacter), ("X: \u{7f}", .controlCharacter),
        ("Host: a\r\nHost: a\r\n", .hostRepeated), ("Host: a b\r\n", .hostInvalid),
        ("Host: a@b\r\n", .hostInvalid), ("Host: a,b\r\n", .hostInvalid),
        ("Host: a:80x\r\n", .hostInvalid), ("X: 1\r\n\r\n", .hostMissing),
        ("Content-Length: 5\r\nContent-Length: 5\r\n", .contentLengthRepeated),
        ("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", .contentLengthWithTransferEncoding),
        ("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", .contentLengthWithTransferEncoding),
        ("Content-Length: 5\r\nTransfer-Encoding:\r\n", .contentLengthWithTransferEncoding),
        ("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", .transferEncodingInvalid),
        ("Transfer-Encoding: chunked, identity\r\n", .transferEncodingInvalid),
        ("Transfer-Encoding: chunked,\r\n", .transferEncodingInvalid),
        ("Transfer-Encoding: , chunked\r\n", .transferEncodingInvalid),
        ("Transfer-Encoding: \"chunked\"\r\n", .transferEncodingInvalid),
        ("Transfer-Encoding:\r\n", .transferEncodingInvalid),
        ("Transfer-Encoding: xchunked\r\n", .transferEncodingUnknown),
        ("Transfer-Encoding: chunked;q=1\r\n", .transferEncodingUnknown),
        ("Transfer-Encoding: gzip, chunked\r\n", .transferEncodingUnknown),
        ("Transfer-Encoding: identity\r\n", .transferEncodingUnknown),
    ]) func `a bad field is refused as soon as its line is there`(
        lines: String, reason: Malformation
    ) {
        #expect(fault("GET / HTTP/1.1\r\n" + lines) == reason)
    }

    @Test(arguments: [
        "+5", "-5", "0x5", "5x", "", "5 5", "5, 5", "5,6", "18446744073709551621",
        "9223372036854775808", "5.0", "\"5\"",
    ]) func `a Content-Length that is not digits alone is refused`(value: String) {
        let head = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: \(value)\r\n\r\n"
        #expect(fault(head) == .contentLengthInvalid)
    }

    @Test func `Transfer-Encoding in an old version is refused`() {
        let head = "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n"
        #expect(fault(head) == .transferEncodingInOldVersion)
    }

    @Test func `framing is told from the fields`() {
        func framing(_ lines: String) -> BodyFraming? {
            request("POST / HTTP/1.1\r\nHost: h\r\n\(lines)\r\n")?.framing
        }
        #expect(framing("") == BodyFraming.none)
        #expect(framing("Content-Length: 0\r\n") == .length(0))
        #expect(framing("content-length:0005 \r\n") == .length(5))
        #expect(framing("Content-Length: 9223372036854775807\r\n") == .length(1 << 63 - 1))
        #expect(framing("transfer-encoding:\tCHUNKED\r\n") == .chunked)
        #expect(framing("Transfer_Encoding: chunked\r\n") == BodyFraming.none)
        #expect(framing("Content-Length0: 7\r\n") == BodyFraming.none)
    }

    @Test func `each byte is let into a field value or not`() {
        for byte in UInt8.min...UInt8.max {
            for offset in 0..<10 {
                var bytes = Array("GET / HTTP/1.1\r\nHost: h\r\nX: 0123456789abc\r\n\r\n".utf8)
                bytes[28 + offset] = byte
                let isGood = byte == 9 || (byte >= 32 && byte != 127)
                #expect((parse(bytes) == .complete(length: bytes.count)) == isGood, "\(byte)")
            }
        }
    }

    @Test func `each byte is let into a field name, a method and a target or not`() {
        let token = Set("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz".utf8)
        for byte in UInt8.min...UInt8.max {
            for offset in 0..<10 {
                var name = Array("GET / HTTP/1.1\r\nHost: h\r\nAbcdefghijklm: 1\r\n\r\n".utf8)
                name[26 + offset] = byte
                let isToken = token.contains(Ascii.lowered(byte))
                let isName = isToken || byte == Ascii.colon
                #expect((parse(name) == .complete(length: name.count)) == isName, "\(byte)")
                var method = Array("Abcdefghijklm / HTTP/1.1\r\nHost: h\r\n\r\n".utf8)
                method[1 + offset] = byte
                #expect((parse(method) == .complete(length: method.count)) == isToken, "\(byte)")
                var target = Array("GET /abcdefghijklmnop HTTP/1.1\r\nHost: h\r\n\r\n".utf8)
                target[5 + offset] = byte
                let isTarget = byte > 32 && byte < 127 && byte != 0x23 && byte != 0x5C
                #expect((parse(target) == .complete(length: target.count)) == isTarget, "\(byte)")
            }
        }
    }

    @Test func `HEAD is told though nothing else may be understood`() {
        func isHead(_ text: String) -> Bool { RequestHead.asksWithHead(Array(text.utf8).span) }
        for text in [
            "HEAD / HTTP/1.1", "\r\n\r\n\r\nHEAD /", "HEAD\t", "HEAD\r\n", "HEAD", "HEAD \0",
        ] {
            #expect(isHead(text), "\(text)")
        }
        for text in ["", "\r\n", "HEA", "HEADS /", "head /", "GET /HEAD", " HEAD /", "XHEAD"] {
            #expect(!isHead(text), "\(text)")
        }
    }

    @Test func `methods are told by their exact names`() {
        let names = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"]
        let methods = [Method.get, .head, .post, .put, .delete, .options, .trace, .patch]
        for (name, method) in zip(names, methods) {
            for (spelled, wanted) in [
                (name, method), (name + "S", .other), (name.lowercased(), .other),
            ] {
                let bytes = Array("\(spelled) / HTTP/1.1\r\nHost: h\r\n\r\n".utf8)
                var head = RequestHead()
                #expect(
                    head.parse(bytes.span, limits: HeadLimits()) == .complete(length: bytes.count))
                #expect(head.method == wanted)
            }
        }
    }

    @Test func `the authority of an absolute target replaces Host`() {
        let parsed = request("GET http://good:8/x?y HTTP/1.1\r\nHost: evil\r\n\r\n")
        #expect(parsed?.host == "good:8")
        #expect(parsed?.path == "/x?y")
    }

    @Test func `a connection is kept or not`() {
        func isKept(_ version: String, _ lines: String) -> Bool? {
            request("GET / HTTP/1.\(version)\r\nHost: h\r\n\(lines)\r\n")?.isPersistent
        }
        #expect(isKept("1", "") == true)
        #expect(isKept("0", "") == false)
        #expect(isKept("0", "Connection: Keep-Alive\r\n") == true)
        #expect(isKept("1", "Connection: foo,  CLOSE ,bar\r\n") == false)
        #expect(isKept("1", "Connection: keep-alive\r\nConnection: close\r\n") == false)
        #expect(isKept("9", "") == true)
    }

    @Test func `an upgrade needs its nomination, version 1.1 and one line`() {
        func upgrade(_ lines: String, version: String = "1") -> String? {
            request("GET / HTTP/1.\(version)\r\nHost: h\r\n\(lines)\r\n")?.upgrade
        }
        #expect(upgrade("Upgrade: websocket\r\nConnection: x, Upgrade\r\n") == "websocket")
        #expect(upgrade("Upgrade: websocket\r\n") == nil)
        #expect(upgrade("Connection: upgrade\r\n") == nil)
        #expect(upgrade("Upgrade: h2c\r\nConnection: upgrade\r\n") == nil)
        #expect(upgrade("Upgrade: a\r\nUpgrade: b\r\nConnection: upgrade\r\n") == nil)
        #expect(upgrade("Upgrade: a\r\nConnection: upgrade\r\n", version: "0") == nil)
    }

    @Test func `limits are kept`() {
        var limits = HeadLimits()
        limits.maxBytes = 100
        limits.maxTarget = 20
        limits.maxFields = 2
        func fault(_ text: String) -> Malformation? {
            if case .malformed(let reason) = parse(Array(text.utf8), limits: limits) {
                return reason
            }
            return nil
        }
        let long = String(repeating: "a", count: 100)
        #expect(fault("GET /\(long)") == .targetTooLong)
        #expect(fault("GET / HTTP/1.1\r\nHost: \(long)") == .headTooLarge)
        #expect(fault("GET / HTTP/1.1\r\nHost: h\r\nX: \(long)\r\n\r\n") == .headTooLarge)
        #expect(fault("GET / HTTP/1.1\r\nHost: h\r\nA:\r\nB:\r\n") == .tooManyFields)
        #expect(fault("GET / HTTP/1.1\r\nHost: h\r\nA:\r\n\r\n") == nil)
        limits.maxFields = 1000
        limits.maxBytes = 10000
        let many = String(repeating: "A:\r\n", count: HeadLimits.fieldCapacity - 1)
        #expect(fault("GET / HTTP/1.1\r\nHost: h\r\n\(many)\r\n") == nil)
        #expect(fault("GET / HTTP/1.1\r\nHost: h\r\n\(many)B:\r\n\r\n") == .tooManyFields)
    }

    @Test func `a Via that names us is found`() {
        func isOurs(_ via: String) -> Bool {
            let bytes = Array("GET / HTTP/1.1\r\nHost: h\r\nVia: \(via)\r\n\r\n".utf8)
            var head = RequestHead()
            _ = head.parse(bytes.span, limits: HeadLimits())
            return head.hasVia(naming: InlineText(), in: bytes.span)
        }
        #expect(isOurs("1.1 a, 1.0 LBCTL (x)"))
        #expect(isOurs("HTTP/1.1 lbctl"))
        #expect(!isOurs("1.1 lbctl2, 1.1 a (lbctl)"))
        #expect(!isOurs("lbctl"))
    }
}
