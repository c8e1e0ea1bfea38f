import Basics
import Testing

@testable import HTTP1

private enum Outcome: Equatable {
    case whole(data: String, trailers: String, length: Int)
    case cut(data: String)
    case refused(Malformation)
}

/// Decodes `bytes` as they come in pieces that end at `cuts`, as a connection would.
private func decode(
    _ bytes: [UInt8], cuts: [Int], from sender: Sender = .client
) -> Outcome {
    var decoder = ChunkedDecoder(from: sender)
    var data = ""
    var digested = 0
    for cut in cuts + [bytes.count] {
        let window = Array(bytes[digested..<cut])
        var offset = 0
        pieces: while true {
            switch decoder.next(window.span, from: offset) {
            case .data(let range):
                data += text(window.span, range)
                offset = range.upperBound
            case .needsMore(let consumed):
                digested += consumed
                break pieces
            case .end(let trailers, let consumed):
                return .whole(
                    data: data, trailers: text(window.span, trailers), length: digested + consumed)
            case .malformed(let reason): return .refused(reason)
            }
        }
    }
    return .cut(data: data)
}

private let bodies: [(String, Outcome)] = [
    ("0\r\n\r\n", .whole(data: "", trailers: "", length: 5)),
    ("5\r\nhello\r\n0\r\n\r\nGET /", .whole(data: "hello", trailers: "", length: 15)),
    ("5;ext=1;foo\r\nhello\r\n00;last\r\n\r\n", .whole(data: "hello", trailers: "", length: 31)),
    (
        "1 ;a\r\nx\r\nA\r\n0123456789\r\n0\r\n\r\n",
        .whole(data: "x0123456789", trailers: "", length: 29)
    ),
    (
        "2\r\nab\r\n0\r\nX-T: 1\r\nY: \r\n\r\nmore",
        .whole(data: "ab", trailers: "X-T: 1\r\nY: \r\n", length: 25)
    ),
    (
        "5 ;\ta = b\t;c;d=\"e;\\\"\"; f=\"\"\r\nhello\r\n0;x=y\r\n\r\n",
        .whole(data: "hello", trailers: "", length: 45)
    ),
    ("5\r\nhel", .cut(data: "hel")), ("5\r\nhello\r\n", .cut(data: "hello")),
    ("FFFFFFFFFFFFFFFFF\r\n", .refused(.chunkSizeTooLarge)),
    ("8000000000000000\r\n", .refused(.chunkSizeTooLarge)),
    ("00000000000000005\r\n", .refused(.chunkSizeTooLarge)),
    ("0x5\r\nhello", .refused(.chunkSizeInvalid)), ("-1\r\n", .refused(.chunkSizeInvalid)),
    ("5g\r\n", .refused(.chunkSizeInvalid)), ("+5\r\n", .refused(.chunkSizeInvalid)),
    (" 5\r\n", .refused(.chunkSizeInvalid)), ("\r\n", .refused(.chunkSizeInvalid)),
    ("5 \r\nhello\r\n", .refused(.chunkSizeInvalid)), ("5\nhello", .refused(.bareLineFeed)),
    ("5\rhello", .refused(.bareCarriageReturn)), ("5;a\rb", .refused(.bareCarriageReturn)),
    ("5;a\nb", .refused(.chunkExtensionInvalid)), ("5;\0", .refused(.chunkExtensionInvalid)),
    ("5\r\nhello0\r\n\r\n", .refused(.chunkDataUnterminated)),
    ("5\r\nhelloXX\r\n", .refused(.chunkDataUnterminated)),
    ("5\r\nhello\rX", .refused(.chunkDataUnterminated)),
    ("5\r\nhello\n0", .refused(.chunkDataUnterminated)),
    ("5;\r\n", .refused(.chunkExtensionInvalid)), ("5;;a\r\n", .refused(.chunkExtensionInvalid)),
    ("5;a=\r\n", .refused(.chunkExtensionInvalid)), ("5;=b\r\n", .refused(.chunkExtensionInvalid)),
    ("5;a[=b\r\n", .refused(.chunkExtensionInvalid)),
    ("5;a b\r\n", .refused(.chunkExtensionInvalid)),
    ("5;a \r\n", .refused(.chunkExtensionInvalid)),
    ("5;a=b \r\n", .refused(.chunkExtensionInvalid)),
    ("5;a=b c\r\n", .refused(.chunkExtensionInvalid)),
    ("5;a=\"b\r\n", .refused(.chunkExtensionInvalid)),
    ("5;a=\"b\"c\r\n", .refused(.chunkExtensionInvalid)),
    ("5;a=b=c\r\n", .refused(.chunkExtensionInvalid)),
    ("5;a=\"\u{7f}\"\r\n", .refused(.chunkExtensionInvalid)),
    ("0\r\nX : 1\r\n", .refused(.spaceBeforeColon)), ("0\r\n\n", .refused(.bareLineFeed)),
    ("0\r\nX\r\n", .refused(.fieldWithoutColon)), ("0\r\n Y: 1", .refused(.obsoleteFold)),
]

@Suite struct ChunkedDecoderTests {
    @Test(arguments: bodies.indices) func `a body is decoded alike in every split`(index: Int) {
        let (body, outcome) = bodies[index]
        let bytes = Array(body.utf8)
        #expect(decode(bytes, cuts: []) == outcome)
        #expect(decode(bytes, cuts: Array(1..<bytes.count)) == outcome)
        for first in 0..<bytes.count {
            for second in first..<bytes.count {
                #expect(decode(bytes, cuts: [first, second]) == outcome)
            }
        }
    }

    @Test func `every byte after a size is judged`() {
        for byte in UInt8.min...UInt8.max {
            let outcome = decode([0x31, byte] + Array("\r\nx\r\n0\r\n\r\n".utf8), cuts: [])
            let isDigit = "0123456789abcdefABCDEF".utf8.contains(byte)
            if isDigit {
                #expect(outcome == .cut(data: "x\r\n0\r\n\r\n"))
            } else {
                guard case .refused = outcome else {
                    Issue.record("\(byte) was let in: \(outcome)")
                    continue
                }
            }
        }
    }

    @Test func `every byte is let into an extension's name and value or not`() {
        for byte in UInt8.min...UInt8.max {
            func isTaken(_ before: String, _ after: String) -> Bool {
                let body =
                    Array("1;\(before)".utf8) + [byte] + Array("\(after)\r\nx\r\n0\r\n\r\n".utf8)
                if case .whole = decode(body, cuts: []) { return true }
                return false
            }
            let isToken = Scan.isToken(byte)
            let isBlank = byte == 9 || byte == 32
            #expect(isTaken("a", "b") == (isToken || byte == 0x3B || byte == 0x3D), "\(byte)")
            #expect(isTaken("a=b", "c") == (isToken || byte == 0x3B), "\(byte)")
            let isText = isBlank || (byte > 32 && byte != 127)
            let isPlain = isText && byte != 0x22 && byte != 0x5C
            #expect(isTaken("a=\"b", "\"") == isPlain, "\(byte)")
            #expect(isTaken("a=\"\\", "\"") == isText, "\(byte)")
        }
    }

    @Test(arguments: [
        "5  \r\nhello\r\n0\t\r\n\r\n", "5;\r\nhello\r\n0;;\r\n\r\n",
        "5;a[=(b \r\nhello\r\n0 ; \r\n\r\n", "5;\u{e9}\r\nhello\r\n0\r\n\r\n",
    ]) func `a backend may have blanks behind a size, and any extensions`(body: String) {
        let bytes = Array(body.utf8)
        let whole = Outcome.whole(data: "hello", trailers: "", length: bytes.count)
        #expect(decode(bytes, cuts: [], from: .backend) == whole)
        #expect(decode(bytes, cuts: Array(1..<bytes.count), from: .backend) == whole)
        guard case .refused = decode(bytes, cuts: []) else {
            Issue.record("a client may too: \(body)")
            return
        }
    }

    @Test func `a backend's lines around chunks end as a client's`() {
        for (body, reason) in bodies.compactMap({ body, outcome in
            if case .refused(let reason) = outcome { (body, reason) } else { nil }
        }) where reason != .chunkExtensionInvalid && !body.hasPrefix("5 ") {
            #expect(
                decode(Array(body.utf8), cuts: [], from: .backend) == .refused(reason), "\(body)")
        }
        for body in ["5;a\nb", "5;\0", "5 \n", "5 x"] {
            guard case .refused = decode(Array(body.utf8), cuts: [], from: .backend) else {
                Issue.record("it is taken: \(body)")
                continue
            }
        }
    }

    @Test func `extensions are bounded unless data makes up for them`() {
        let long = Array("5;\(String(repeating: "e", count: 5000))\r\n".utf8)
        #expect(decode(long, cuts: []) == .refused(.chunkExtensionTooLong))
        let small = String(repeating: "1;eeeeeee\r\nx\r\n", count: 1000)
        #expect(decode(Array(small.utf8), cuts: []) == .refused(.chunkExtensionTooLong))
        let large = String(repeating: "10;eeeeeeeeeeeee\r\n0123456789abcdef\r\n", count: 1000)
        guard case .cut = decode(Array(large.utf8), cuts: []) else {
            Issue.record("data did not make up for extensions")
            return
        }
    }

    @Test func `a trailer section is bounded in bytes and lines`() {
        let long = Array("0\r\nX: \(String(repeating: "x", count: 9000))".utf8)
        #expect(decode(long, cuts: []) == .refused(.trailerTooLarge))
        let many = Array("0\r\n\(String(repeating: "X:\r\n", count: 65))".utf8)
        #expect(decode(many, cuts: []) == .refused(.trailerTooLarge))
    }

    @Test func `an ended decoder stays ended`() {
        var decoder = ChunkedDecoder(from: .client)
        let bytes = Array("0\r\n\r\nabc".utf8)
        #expect(decoder.next(bytes.span, from: 0) == .end(trailers: 3..<3, consumed: 5))
        #expect(decoder.next(bytes.span, from: 5) == .end(trailers: 5..<5, consumed: 5))
    }
}
