import Basics
import Kernel
import TestSupport
import Testing

/// Connections of the TCP mode: what is sent arrives, and an end is the end that it was.
@Suite struct StreamTests {
    static let mode = ["--mode", "tcp"]

    private func balanced(
        _ words: [String] = [],
        _ script: @escaping @Sendable (ScriptedConnection) throws(Failure) -> Void
    ) throws -> (Balanced, Client, ScriptedBackend) {
        let backend = try ScriptedBackend(script)
        // The checks would be connections like any other to the script.
        let balanced = try Balanced(
            [backend.address], Self.mode + ["--health-check", "off"] + words)
        return (balanced, try Client(balanced.address), backend)
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test func `a client that has ended still hears the backend to its end`() throws {
        let (balanced, client, backend) = try balanced { (connection) throws(Failure) in
            try connection.awaitEnd()
            try connection.send("said: " + connection.takeUnread())
            try connection.send(String(repeating: "x", count: 300_000))
        }
        try client.send("hello")
        client.endSending()
        let rest = try client.rest()
        #expect(text(Array(rest.prefix(11))) == "said: hello")
        #expect(rest.count == 300_011)
        let line = try balanced.program.line(with: " tcp up=5 down=300011 ")
        #expect(line.hasPrefix("127.0.0.1:") && line.hasSuffix(" end=client"), "\(line)")
        withExtendedLifetime(backend) {}
    }

    @Test func `a backend that has ended still hears the client to its end`() throws {
        let (balanced, client, backend) = try balanced { (connection) throws(Failure) in
            try connection.send("bye")
            connection.endSending()
            _ = try connection.bytes(300_000)
            try connection.awaitEnd()
        }
        #expect(text(try client.rest()) == "bye")
        try client.send([UInt8](repeating: 120, count: 300_000))
        client.endSending()
        let line = try balanced.program.line(with: " tcp up=300000 down=3 ")
        #expect(line.hasSuffix(" end=backend"), "\(line)")
        withExtendedLifetime(backend) {}
    }

    @Test func `a backend may speak first`() throws {
        let (balanced, client, backend) = try balanced { (connection) throws(Failure) in
            try connection.send("220 ready\r\n")
            try connection.awaitEnd()
        }
        #expect(text(try client.some()) == "220 ready\r\n")
        withExtendedLifetime((balanced, backend)) {}
    }

    @Test func `a reset by the backend is a reset for the client, behind what was said`() throws {
        let (balanced, client, backend) = try balanced { (connection) throws(Failure) in
            try connection.send("half an ans")
            _ = try connection.bytes(2)
            connection.reset()
        }
        #expect(text(try client.some()) == "half an ans")
        try client.send("go")
        let failure = #expect(throws: Failure.self) { _ = try client.rest() }
        #expect(failure?.description.hasPrefix("receive: ") == true)
        let line = try balanced.program.line(with: " tcp up=2 down=11 ")
        #expect(line.hasSuffix(" end=backend_reset"), "\(line)")
        withExtendedLifetime(backend) {}
    }

    @Test func `a reset by the client is a reset for the backend`() throws {
        let (heard, said) = try Self.pair()
        let note = said
        let backend = try ScriptedBackend { (connection) throws(Failure) in
            // Far more than fits anywhere: so the connection breaks while this is sent.
            do throws(Failure) {
                for _ in 0..<400 { try connection.send(String(repeating: "x", count: 100_000)) }
            } catch { try note.send("broke") }
        }
        let balanced = try Balanced([backend.address], Self.mode + ["--health-check", "off"])
        var client: Client? = try Client(balanced.address)
        _ = try client?.some()
        client?.reset()
        client = nil
        #expect(text(try heard.some()) == "broke")
        let line = try balanced.program.line(with: " end=")
        #expect(line.hasSuffix(" end=client_reset"), "\(line)")
    }

    @Test func `much in both directions at once arrives whole`() throws {
        let echo = try RunningProgram("lb-echo", ["--mode", "tcp", "--port", "0"])
        let balanced = try Balanced([try echo.address()], Self.mode)
        let client = try Client(balanced.address)
        let count = 48 << 20
        Thread.start(named: "sender") {
            var piece = [UInt8](repeating: 0, count: 1 << 20)
            for round in 0..<(count >> 20) {
                for index in piece.indices {
                    piece[index] = UInt8(truncatingIfNeeded: round &* 31 &+ index &* 7)
                }
                guard (try? client.send(piece)) != nil else { return }
            }
            client.endSending()
        }
        var position = 0
        var isSame = true
        while case let bytes = try client.some(), !bytes.isEmpty {
            for byte in bytes {
                let (round, index) = (position >> 20, position & 0xF_FFFF)
                if byte != UInt8(truncatingIfNeeded: round &* 31 &+ index &* 7) { isSame = false }
                position += 1
            }
        }
        #expect(isSame)
        #expect(position == count)
        _ = try balanced.program.line(with: " tcp up=\(count) down=\(count) ")
    }

    @Test func `a receiver that takes nothing holds its sender back`() throws {
        let (heard, said) = try Self.pair()
        let note = said
        let (balanced, client, backend) = try balanced { (connection) throws(Failure) in
            // Not read from until told to.
            _ = try note.some()
            var count = 0
            while try connection.receive() { count += connection.takeUnread().utf8.count }
            try note.send("\(count)")
        }
        let piece = [UInt8](repeating: 120, count: 1 << 20)
        var sent = 0
        while case let count = try client.sendSome(piece, from: 0, within: .seconds(1)), count > 0 {
            sent += count
            // What the kernel holds for four sockets is much, and has an end.
            try #require(sent < 256 << 20)
        }
        try heard.send("go")
        client.endSending()
        #expect(text(try heard.some()) == "\(sent)")
        withExtendedLifetime((balanced, backend)) {}
    }

    @Test func `a silent connection ends by its own limit, and a half-closed one too`() throws {
        let (balanced, client, backend) = try balanced(["--timeout-tunnel", "400ms"]) {
            (connection) throws(Failure) in
            try connection.awaitEnd()
            Poll.sleep(.seconds(30))
        }
        #expect(client.isClosed())
        let half = try Client(balanced.address)
        half.endSending()
        #expect(half.isClosed())
        #expect(try balanced.program.line(with: " end=").hasSuffix(" end=idle"))
        withExtendedLifetime(backend) {}
    }

    @Test func `after a long silence an end still leaves time for the answer`() throws {
        let (balanced, client, backend) = try balanced(["--timeout-tunnel", "6s"]) {
            (connection) throws(Failure) in
            try connection.awaitEnd()
            Poll.sleep(.seconds(4))
            try connection.send("got it")
        }
        try client.send("abc")
        Poll.sleep(.seconds(4))
        client.endSending()
        // More than the limit after the last byte, and less than that after the end.
        #expect(text(try client.rest()) == "got it")
        withExtendedLifetime((balanced, backend)) {}
    }

    @Test func `what is cut in the middle of an answer is reset`() throws {
        let (balanced, client, backend) = try balanced(["--timeout-tunnel", "400ms"]) {
            (connection) throws(Failure) in
            try connection.awaitEnd()
            try connection.send("half an ans")
            Poll.sleep(.seconds(30))
        }
        client.endSending()
        #expect(text(try client.some()) == "half an ans")
        let failure = #expect(throws: Failure.self) { _ = try client.rest() }
        #expect(failure?.description.hasPrefix("receive: ") == true)
        withExtendedLifetime((balanced, backend)) {}
    }

    /// Whether a client is reset at once: it may be so before it knows that it is connected.
    static func isTurnedAway(by address: Address) -> Bool {
        do throws(Failure) { return try Client(address).isClosed() } catch {
            return error.description.contains("reset")
        }
    }

    /// Two connected ends, to tell a script something or hear of it.
    static func pair() throws -> (Client, Client) {
        let listener = try ListeningSocket(.loopback(port: 0))
        let one = try Client(listener.address)
        guard case .connection(let socket, _) = Socket.accept(from: listener.reference) else {
            throw Failure("nobody came")
        }
        return (one, Client(socket))
    }
}
