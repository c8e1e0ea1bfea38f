import Basics
import Kernel
import TestSupport
import Testing

/// Connections whose protocol was changed: bytes both ways until both sides have ended.
@Suite struct TunnelTests {
    private static let request =
        "GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: shout\r\n\r\n"
    private static let response =
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: shout\r\n\r\n"

    private func tunnel(
        _ words: [String] = [],
        _ script: @escaping @Sendable (ScriptedConnection) throws(Failure) -> Void
    ) throws -> (Balanced, Client, ScriptedBackend) {
        let backend = try ScriptedBackend { (connection) throws(Failure) in
            _ = try connection.request()
            try connection.send(Self.response)
            try script(connection)
        }
        let balanced = try Balanced([backend.address], words)
        let client = try Client(balanced.address)
        try client.send(Self.request)
        #expect(try client.answer().status == 101)
        return (balanced, client, backend)
    }

    @Test func `a client that has ended still hears the backend to its end`() throws {
        let (balanced, client, backend) = try tunnel { (connection) throws(Failure) in
            try connection.awaitEnd()
            try connection.send(try "said: " + connection.bytes(5))
            try connection.send(String(repeating: "x", count: 300_000))
        }
        try client.send("hello")
        client.endSending()
        let rest = try client.rest()
        #expect(String(decoding: rest.prefix(11), as: UTF8.self) == "said: hello")
        #expect(rest.count == 300_011)
        withExtendedLifetime((balanced, backend)) {}
    }

    @Test func `a backend that has ended still hears the client to its end`() throws {
        let (balanced, client, backend) = try tunnel { (connection) throws(Failure) in
            try connection.send("bye")
            connection.endSending()
            _ = try connection.bytes(300_000)
            try connection.awaitEnd()
        }
        #expect(String(decoding: try client.rest(), as: UTF8.self) == "bye")
        try client.send([UInt8](repeating: 120, count: 300_000))
        client.endSending()
        let line = try balanced.program.line(with: "/chat")
        #expect(line.contains(" 101 3 "), "\(line)")
        #expect(!line.contains("error="), "\(line)")
        withExtendedLifetime((balanced, backend)) {}
    }

    @Test func `bytes right behind the 101 and right behind the request arrive`() throws {
        let backend = try ScriptedBackend { (connection) throws(Failure) in
            _ = try connection.request()
            try connection.send(Self.response + "first")
            try connection.send(try connection.bytes(5).uppercased())
            try connection.awaitEnd()
        }
        let balanced = try Balanced([backend.address])
        let client = try Client(balanced.address)
        try client.send(Self.request + "early")
        #expect(try client.answer().status == 101)
        var heard = ""
        while heard.utf8.count < 10 { heard += String(decoding: try client.some(), as: UTF8.self) }
        #expect(heard == "firstEARLY")
    }

    @Test func `a reset of one side is a reset of the other`() throws {
        let (balanced, client, backend) = try tunnel { (connection) throws(Failure) in
            _ = try connection.bytes(2)
            connection.reset()
        }
        try client.send("go")
        let failure = #expect(throws: Failure.self) { _ = try client.rest() }
        #expect(failure?.description.hasPrefix("receive: ") == true)
        withExtendedLifetime((balanced, backend)) {}
    }

    @Test func `a tunnel outlasts the limits of requests, and ends by its own`() throws {
        let (balanced, client, backend) = try tunnel([
            "--timeout-client", "200ms", "--timeout-response", "200ms", "--timeout-idle", "200ms",
            "--timeout-tunnel", "1500ms",
        ]) { (connection) throws(Failure) in
            try connection.send(try connection.bytes(4))
            try connection.awaitEnd()
        }
        // Several times as long as any of the others.
        Poll.sleep(.milliseconds(700))
        try client.send("ping")
        #expect(String(decoding: try client.some(), as: UTF8.self) == "ping")
        #expect(client.isClosed())
        _ = try balanced.program.line(with: "\"GET /chat HTTP/1.1\" 101 4 ")
        withExtendedLifetime((balanced, backend)) {}
    }
}
