import Basics
import Kernel
import TestSupport
import Testing

/// Bodies that come in great pieces, for which there are big buffers. One thread, so that all of
/// them use the same ones.
@Suite struct BigBodyTests {
    private static let size = 4 << 20
    private static let body: [UInt8] = {
        var state: UInt64 = 1
        return (0..<size).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 56)
        }
    }()

    private func balanced(_ backends: [Address]) throws -> Balanced {
        try Balanced(backends, ["--threads", "1", "--health-check", "off"])
    }

    /// The whole body up and back again. It is sent by a thread of its own: what an echo answers
    /// while it listens must be read.
    private func isEchoed(over client: Client) throws -> Bool {
        Thread.start(named: "sender") {
            let length = "Content-Length: \(Self.size)"
            try? client.send("POST / HTTP/1.1\r\nHost: a\r\n\(length)\r\n\r\n")
            try? client.send(Self.body)
        }
        return try client.answer().body == Self.body
    }

    @Test func `a big body is the same on the other side, up and down, again and again`() throws {
        let echoes = try Echoes(2)
        let balanced = try balanced(echoes.addresses)
        for _ in 0..<6 { #expect(try isEchoed(over: try Client(balanced.address))) }
        // What follows on the same connection is not taken for a part of it.
        let client = try Client(balanced.address)
        for size in [Self.size, 17, Self.size, 0, 17] {
            try client.send("GET /bytes/\(size) HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try client.answer().body.count == size)
        }
    }

    @Test func `of many that do not read at once each gets its own`() throws {
        let echoes = try Echoes(1)
        let balanced = try balanced(echoes.addresses)
        let single = try balanced.get("/bytes/\(Self.size)").body
        // Each with a big buffer, as many as there are.
        let clients = try (0..<24).map { _ in try Client(balanced.address) }
        for client in clients {
            try client.send("GET /bytes/\(Self.size) HTTP/1.1\r\nHost: a\r\n\r\n")
        }
        #expect(try balanced.get("/bytes/17").body.count == 17)
        for client in clients { #expect(try client.answer().body == single) }
    }

    @Test func `what a backend breaks off looks broken, and no other client gets its rest`() throws
    {
        let breaking = try ScriptedBackend { (connection) throws(Failure) in
            _ = try connection.request()
            let size = Self.size
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n")
            try connection.send(String(repeating: "x", count: size / 2))
        }
        let broken = try balanced([breaking.address])
        for _ in 0..<3 {
            let client = try Client(broken.address)
            try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(throws: Failure.self) { try client.answer() }
        }
    }

    @Test func `what a client leaves unread reaches no other`() throws {
        let echoes = try Echoes(1)
        let balanced = try balanced(echoes.addresses)
        for round in 0..<6 {
            do {
                let leaver = try Client(balanced.address)
                let half = Array(Self.body.prefix(Self.size / 2))
                let isUpload = round % 2 == 0
                let line = isUpload ? "POST /" : "GET /bytes/\(Self.size)"
                let length = isUpload ? "Content-Length: \(Self.size)\r\n" : ""
                try leaver.send("\(line) HTTP/1.1\r\nHost: a\r\n\(length)\r\n")
                // Read or sent in part: then the kernel's buffers and ours are full.
                if isUpload { _ = try leaver.sendSome(half, from: 0, within: .seconds(1)) }
                if !isUpload { _ = try leaver.some() }
                leaver.reset()
            }
            #expect(try isEchoed(over: try Client(balanced.address)))
        }
    }
}
