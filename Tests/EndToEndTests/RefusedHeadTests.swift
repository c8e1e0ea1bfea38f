import Basics
import Kernel
import TestSupport
import Testing

/// What is said to requests that could not be understood, and how (RFC 9110 §9.3.2, RFC 9112 §2.3).
@Suite struct RefusedHeadTests {
    /// What comes until the other side ends: a head and what stands behind it.
    private func exchange(
        _ text: String, with address: Address
    ) throws -> (answer: Answer, content: String) {
        let client = try Client(address)
        try client.send(text)
        let all = String(decoding: try client.rest(), as: UTF8.self)
        let parts = all.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
        return (
            Answer(head: String(parts[0]) + "\r\n\r\n"), parts.count > 1 ? String(parts[1]) : ""
        )
    }

    private static let refused: [(rest: String, status: Int)] = [
        ("/x HTTP/1.1\r\n\r\n", 400), ("/x HTTP/1.1\r\nHost: a\r\nX Y: z\r\n\r\n", 400),
        ("/x HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", 400), ("nonsense\r\n\r\n", 400),
        ("/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
        ("/\(String(repeating: "a", count: 9000)) HTTP/1.1\r\nHost: a\r\n\r\n", 414),
        ("/ HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "a", count: 20_000))\r\n\r\n", 431),
        ("/ HTTP/1.1\r\nHost: a\r\n\(String(repeating: "X:\r\n", count: 200))\r\n", 431),
        ("/ HTTP/2.0\r\nHost: a\r\n\r\n", 505), ("/ HTTP/0.9\r\nHost: a\r\n\r\n", 505),
        ("/ HTTP/01.01\r\nHost: a\r\n\r\n", 400), ("/ HTTP/3\r\nHost: a\r\n\r\n", 400),
        ("/ HTTP/9.9.9\r\nHost: a\r\n\r\n", 400), ("/ HTTP/99999999999.0\r\nHost: a\r\n\r\n", 400),
        ("/x HTTP/1.1\r\nHost", 408), ("/x HTTP/1.1\r\nHost: a\r\nMax-Forwards: 0", 408),
    ]

    @Test(arguments: refused.indices)
    func `a refusal has its content for GET, and for HEAD the length of it alone`(
        index: Int
    ) throws {
        let (rest, status) = Self.refused[index]
        let backend = try ScriptedBackend { (connection) throws(Failure) in }
        let balanced = try Balanced([backend.address], ["--timeout-head", "300ms"])
        for start in ["", "\r\n"] {
            let got = try exchange("\(start)GET \(rest)", with: balanced.address)
            #expect(got.answer.status == status)
            #expect(got.answer.field("content-length") == "\(got.content.utf8.count)")
            #expect(!got.content.isEmpty)
            let head = try exchange("\(start)HEAD \(rest)", with: balanced.address)
            #expect(head.answer.status == status)
            #expect(head.content == "", "\(head.content)")
            #expect(head.answer.field("content-length") == got.answer.field("content-length"))
            #expect(head.answer.field("connection") == "close")
        }
        #expect(backend.requests.isEmpty)
    }

    @Test func `an answer of ours to HEAD has no content whatever it is about`() throws {
        let closed = try Balanced([try Balanced.closedPort()], ["--max-body", "1KiB"])
        for (lines, status) in [
            ("", 502), ("Content-Length: 4000\r\n", 413), ("Via: 1.1 x\r\n", 502),
            ("Transfer-Encoding: chunked\r\n\r\nx\r\n", 400),
        ] {
            let (answer, content) = try exchange(
                "HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\(lines)\r\n",
                with: closed.address)
            #expect(answer.status == status && content == "", "\(lines): \(content)")
        }
    }

    @Test func `lb-echo says nothing behind the head either`() throws {
        let echoes = try Echoes(1)
        let (answer, content) = try exchange(
            "HEAD / HTTP/1.1\r\n\r\n", with: echoes.addresses[0])
        #expect(answer.status == 400 && content == "", "\(content)")
    }
}
