import Basics
import Kernel
import TestSupport
import Testing

/// The PROXY protocol, in front of clients and of backends.
@Suite struct ProxyHeaderTests {
    private static let signature: [UInt8] = [
        0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A,
    ]
    /// 192.0.2.7:4711 to 192.0.2.1:443, and a NOOP of two bytes behind it.
    private static let binary =
        signature + [0x21, 0x11, 0, 17, 192, 0, 2, 7, 192, 0, 2, 1, 0x12, 0x67, 0x01, 0xBB]
        + [0x04, 0, 2, 9, 9]

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    private func echoed(_ words: [String]) throws -> (Balanced, RunningProgram) {
        let echo = try RunningProgram("lb-echo", ["--mode", "tcp", "--port", "0"])
        let balanced = try Balanced(
            [try echo.address()],
            StreamTests.mode + ["--accept-proxy", "--trust-proxy", "127.0.0.1"] + words)
        return (balanced, echo)
    }

    @Test func `either version names the client, and is taken off`() throws {
        let (balanced, echo) = try echoed([])
        let headers = [
            (Array("PROXY TCP4 192.0.2.7 192.0.2.1 4711 443\r\n".utf8), "192.0.2.7:4711 "),
            (Array("PROXY TCP6 2001:db8::7 ::1 4712 443\r\n".utf8), "[2001:db8::7]:4712 "),
            (Array("PROXY UNKNOWN whatever\r\n".utf8), "127.0.0.1:"),
            (Self.binary, "192.0.2.7:4711 "),
            (Self.signature + [0x20, 0, 0, 3, 1, 2, 3], "127.0.0.1:"),
        ]
        for (number, (header, name)) in headers.enumerated() {
            let client = try Client(balanced.address)
            let said = String(repeating: "x", count: number + 1)
            try client.send(header + Array(said.utf8))
            client.endSending()
            #expect(text(try client.rest()) == said)
            let line = try balanced.program.line(with: " tcp up=\(number + 1) ")
            #expect(line.hasPrefix(name), "\(line)")
        }
        withExtendedLifetime(echo) {}
    }

    @Test func `a header may come byte by byte`() throws {
        let (balanced, echo) = try echoed([])
        let client = try Client(balanced.address)
        for byte in Self.binary { try client.send([byte]) }
        try client.send("hello")
        client.endSending()
        #expect(text(try client.rest()) == "hello")
        #expect(try balanced.program.line(with: " tcp ").hasPrefix("192.0.2.7:4711 "))
        withExtendedLifetime(echo) {}
    }

    @Test(arguments: [
        "hello", "GET / HTTP/1.1\r\n\r\n", "PROXY TCP4 192.0.2.7 192.0.2.1 4711\r\nx",
        "PROXY TCP4 192.0.2.7 192.0.2.256 4711 443\r\nx", "PROXY TCP5 1 2 3 4\r\nx",
        "PROXY TCP4 192.0.2.7 192.0.2.1 65536 443\r\nx",
        "\r\n\r\n\0\r\nQUIT\n\u{31}\u{11}\0\0",
    ])
    func `what is no proper header is refused`(_ words: String) throws {
        let (balanced, echo) = try echoed([])
        let client = try Client(balanced.address)
        try client.send(words)
        #expect(client.isClosed())
        let line = try balanced.program.line(with: " refused ")
        #expect(line.hasSuffix("error=proxy_header_malformed"), "\(line)")
        withExtendedLifetime(echo) {}
    }

    @Test func `a wrong checksum is refused, and silence too`() throws {
        let (balanced, echo) = try echoed(["--timeout-head", "300ms"])
        let client = try Client(balanced.address)
        try client.send(
            Self.signature
                + [0x21, 0x11, 0, 19, 192, 0, 2, 7, 192, 0, 2, 1, 0x12, 0x67, 0x01, 0xBB]
                + [0x03, 0, 4, 1, 2, 3, 4])
        #expect(client.isClosed())
        let silent = try Client(balanced.address)
        #expect(silent.isClosed())
        _ = try balanced.program.line(with: "error=proxy_header_missing")
        withExtendedLifetime(echo) {}
    }

    @Test func `one that is not trusted can't say anything`() throws {
        let echo = try RunningProgram("lb-echo", ["--mode", "tcp", "--port", "0"])
        let balanced = try Balanced(
            [try echo.address()],
            StreamTests.mode + ["--accept-proxy", "--trust-proxy", "192.0.2.1"])
        #expect(StreamTests.isTurnedAway(by: balanced.address))
        #expect(try balanced.program.line(with: " refused ").hasSuffix("error=proxy_not_trusted"))
    }

    @Test(arguments: ["v1", "v2"])
    func `a backend is told, and what it is told arrives as it was sent`(
        _ version: String
    ) throws {
        let echo = try RunningProgram("lb-echo", ["--mode", "tcp", "--port", "0"])
        let inner = try Balanced(
            [try echo.address()],
            StreamTests.mode + ["--accept-proxy", "--trust-proxy", "127.0.0.1"])
        let outer = try Balanced(
            [inner.address],
            StreamTests.mode + [
                "--accept-proxy", "--trust-proxy", "127.0.0.1", "--send-proxy", version,
            ])
        for (number, source) in ["192.0.2.7:4711", "[2001:db8::7]:4712"].enumerated() {
            let client = try Client(outer.address)
            let words =
                number == 0
                ? "TCP4 192.0.2.7 192.0.2.1 4711 443" : "TCP6 2001:db8::7 2001:db8::1 4712 443"
            let said = String(repeating: "y", count: number + 1)
            try client.send("PROXY \(words)\r\n\(said)")
            client.endSending()
            #expect(text(try client.rest()) == said)
            let line = try inner.program.line(with: " tcp up=\(number + 1) ")
            #expect(line.hasPrefix(source + " "), "\(line)")
        }
        // Its checks speak for the balancer itself, and are understood.
        #expect(!outer.program.errors.contains(" is down"), "\(outer.program.errors)")
        #expect(!inner.program.output.contains("refused"), "\(inner.program.output)")
    }

    @Test func `requests are told of their client in the same way`() throws {
        let backend = try ScriptedBackend { (connection) throws(Failure) in
            while let head = try connection.head() {
                try connection.answer(
                    head.split(separator: "\r\n").prefix(2).joined(separator: "|"))
            }
        }
        let inner = try Balanced(
            [backend.address],
            [
                "--accept-proxy", "--trust-proxy", "127.0.0.1", "--send-proxy", "v1",
                "--health-check", "off",
            ])
        let client = try Client(inner.address)
        try client.send(
            "PROXY TCP4 192.0.2.7 192.0.2.1 4711 80\r\nGET /a HTTP/1.1\r\nHost: a\r\n\r\n")
        let told = "PROXY TCP4 192.0.2.7 192.0.2.1 4711 80|GET "
        #expect(try client.answer().text == told + "/a HTTP/1.1")
        try client.send("GET /b HTTP/1.1\r\nHost: a\r\n\r\n")
        // On a connection of its own: one header tells of one client.
        #expect(try client.answer().text == told + "/b HTTP/1.1")
        let other = try Client(inner.address)
        try other.send(
            "PROXY TCP4 192.0.2.8 192.0.2.1 4713 80\r\nGET /c HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try other.answer().text.hasPrefix("PROXY TCP4 192.0.2.8 192.0.2.1 4713 80|GET /c"))
        let line = try inner.program.line(with: "/a HTTP/1.1\"")
        #expect(line.hasPrefix("192.0.2.7 \"GET /a HTTP/1.1\" 200 "), "\(line)")
        let stray = try Client(inner.address)
        try stray.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(stray.isClosed())
    }
}
