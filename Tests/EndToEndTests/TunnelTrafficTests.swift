import Kernel
import Synchronization
import TestSupport
import Testing

/// Much that passes through a tunnel: every byte, in order, in both directions at once.
@Suite struct TunnelTrafficTests {
    private static let request =
        "GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: shout\r\n\r\n"
    private static let response =
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: shout\r\n\r\n"

    private func messages(_ seed: UInt64) -> [[UInt8]] {
        var traffic = Traffic(seed)
        var messages: [[UInt8]] = []
        for _ in 0..<600 { messages.append(traffic.bytes(1 + traffic.size(upTo: 20_000))) }
        messages.append(traffic.bytes(1 << 20))
        return messages
    }

    /// Takes what comes until it is as much as was meant; whether it is the same.
    private func hears(_ messages: [[UInt8]], _ client: Client) throws -> Bool {
        let all = messages.flatMap { $0 }
        var heard: [UInt8] = []
        while heard.count < all.count {
            let some = try client.some()
            if some.isEmpty { break }
            heard += some
        }
        return heard == all
    }

    @Test func `messages of all sizes come back unchanged`() throws {
        let backend = try ScriptedBackend { (connection) throws(Failure) in
            _ = try connection.request()
            try connection.send(Self.response)
            while try connection.receive() { try connection.send(connection.takeUnread()) }
        }
        let balanced = try Balanced([backend.address])
        let client = try Client(balanced.address)
        try client.send(Self.request)
        #expect(try client.answer().status == 101)
        let messages = messages(1)
        // One by one with an answer each, and then without waiting.
        for message in messages.prefix(200) {
            try client.send(message)
            let isSame = try hears([message], client)
            if !isSame { Issue.record("a message of \(message.count) bytes came back changed") }
        }
        Thread.start(named: "sender") {
            for message in messages { try? client.send(message) }
        }
        #expect(try hears(messages, client))
        client.endSending()
        #expect(try client.rest() == [])
    }

    @Test func `both sides speak at once, of different things`() throws {
        let spoken = messages(2)
        let answered = messages(3)
        let heard = Mutex<String?>(nil)
        let backend = try ScriptedBackend { (connection) throws(Failure) in
            _ = try connection.request()
            try connection.send(Self.response)
            Thread.start(named: "speaker") {
                for message in answered {
                    try? connection.send(String(decoding: message, as: UTF8.self))
                }
            }
            var pieces: [String] = []
            while try connection.receive() { pieces.append(connection.takeUnread()) }
            let all = pieces.joined()
            heard.withLock { $0 = all }
        }
        let balanced = try Balanced([backend.address])
        let client = try Client(balanced.address)
        try client.send(Self.request)
        #expect(try client.answer().status == 101)
        Thread.start(named: "sender") {
            for message in spoken { try? client.send(message) }
            client.endSending()
        }
        #expect(try hears(answered, client))
        let isOver = eventually { heard.withLock { $0 } != nil }
        #expect(isOver)
        let isSame = heard.withLock { $0.map { Array($0.utf8) } } == spoken.flatMap { $0 }
        #expect(isSame)
    }
}
