import Basics
import TestSupport
import Testing

@testable import HTTP1

@Suite struct ChunkedWriterTests {
    @Test func `a chunk header is its size in hexadecimal`() {
        for (size, line) in [
            (1, "1\r\n"), (15, "f\r\n"), (16, "10\r\n"), (255, "ff\r\n"), (65536, "10000\r\n"),
            (Int.max, "7fffffffffffffff\r\n"),
        ] {
            var out = ByteQueue(capacity: 1)
            ChunkedWriter.appendHeader(size: size, to: &out)
            #expect(text(out.bytes, out.bytes.indices) == line)
            #expect(out.count <= ChunkedWriter.maxHeaderLength)
        }
    }

    @Test func `what is written is decoded to the same`() {
        var out = ByteQueue(capacity: 8)
        ChunkedWriter.appendHeader(size: 300, to: &out)
        for _ in 0..<300 { out.append(0x61) }
        ChunkedWriter.appendDataEnd(to: &out)
        ChunkedWriter.appendEnd(to: &out)
        let bytes = array(out.bytes)
        var decoder = ChunkedDecoder(from: .backend)
        #expect(decoder.next(bytes.span, from: 0) == .data(5..<305))
        #expect(
            decoder.next(bytes.span, from: 305)
                == .end(trailers: 310..<310, consumed: bytes.count))
    }

    @Test func `trailer fields that change the message are dropped`() {
        let bad = [
            "Content-Length: 50", "Host: evil", "X-Forwarded-For: 6.6.6.6", "Transfer-Encoding: x",
            "Connection: x", "Trailer: y", "Content-Type: t", "If-Match: a", "Set-Cookie: a",
            "Authorization: a", "Via: 1.1 x", "Cache-Control: no", "TE: x", "Upgrade: x",
        ]
        let lines = "A: 1\r\n" + bad.joined(separator: "\r\n") + "\r\nContent-Digest: d\r\n"
        let bytes = Array("__\(lines)".utf8)
        var out = ByteQueue(capacity: 8)
        ChunkedWriter.appendEnd(trailers: 2..<bytes.count, from: bytes.span, to: &out)
        let written = text(out.bytes, out.bytes.indices)
        #expect(written == "0\r\nA: 1\r\nContent-Digest: d\r\n\r\n")
    }
}
