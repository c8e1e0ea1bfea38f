import Basics
import Control
import Kernel
import Logs
import Testing

@testable import Supervision

@Suite("A control connection")
struct ControlConnectionTests {
    /// A peer that has gone must not end the process that all tests run in, as it does not end the
    /// programs (SIGPIPE).
    init() { Signals.letWritesFail() }

    /// Two ends: what a client holds, and the connection that the supervisor makes of the other.
    private func connect() throws -> (client: SharedDescriptor, server: ControlConnection) {
        let pair = try Socket.pair()
        try pair.first.setNonBlocking()
        try pair.second.setNonBlocking()
        let connection = ControlConnection(pair.second, for: .client, now: Clock.now())
        return (SharedDescriptor(pair.first), connection)
    }

    /// Requests, and whether the client is to wait for what comes of them.
    private static let owed: [(ControlRequest, Bool)] = [
        (.status, false), (.follow, false), (.bans, false), (.lift(["all"]), false),
        (.gatherLog, false), (.awaitReady, false),
        (.kill(targets: ["all"], signal: 9, restarts: true), true),
        (.down(within: nil, why: ""), true), (.scale(to: 3), true), (.reload, true),
        (.carryOut(ServiceOrder(.stop, targets: ["all"])), true),
    ]

    private func frame(_ request: ControlRequest) -> [UInt8] {
        var queue = ByteQueue(capacity: 256)
        Framing.append(request, to: &queue)
        return queue.bytes.indices.map { queue.bytes[$0] }
    }

    private func requests(_ connection: ControlConnection) -> (
        found: [ControlRequest], isOver: Bool
    ) {
        var found: [ControlRequest] = []
        while true {
            switch connection.nextRequest() {
            case .request(let request): found.append(request)
            case .nothingYet: return (found, false)
            case .misspelt, .over: return (found, true)
            }
        }
    }

    @Test
    func `hears a request however it was cut`() throws {
        let request = ControlRequest.kill(targets: ["3001", "all"], signal: 9, restarts: true)
        let bytes = frame(request)
        for cut in 0...bytes.count {
            let (client, server) = try connect()
            _ = client.descriptor.write(Array(bytes[..<cut]).span)
            #expect(requests(server).found.count == (cut == bytes.count ? 1 : 0))
            _ = client.descriptor.write(Array(bytes[cut...]).span)
            #expect(requests(server).found.count == (cut == bytes.count ? 0 : 1))
        }
    }

    @Test
    func `is asked for no request while an answer is owed or not yet taken`() throws {
        let (client, server) = try connect()
        #expect(!server.mustListen)
        server.outbox.put(.done)
        #expect(server.mustListen)
        #expect(server.outbox.flush(to: server.socket.reference) == .emptied)
        for (request, isOwed) in Self.owed {
            server.asked(request)
            #expect(server.mustListen == isOwed)
            server.replied(.done)
            #expect(server.mustListen)
            #expect(server.outbox.flush(to: server.socket.reference) == .emptied)
            #expect(!server.mustListen)
        }
        server.awaitsLines(version: 3, until: .never)
        #expect(server.mustListen)
        withExtendedLifetime(client) {}
    }

    @Test
    func `is silent from when on a client should have asked for something`() throws {
        let pair = try Socket.pair()
        let now = Clock.now()
        let client = ControlConnection(pair.first, for: .client, now: now)
        let until = now + Limits.clientPatience
        #expect(client.patienceEnds == until && client.spareUntil == until)
        #expect(!client.isSilent(now: until) && client.isSilent(now: until + .milliseconds(1)))
        client.asked(.status)
        #expect(!client.isSilent(now: until + .milliseconds(1)))
        #expect(client.spareUntil == .never)
        client.asked(.awaitReady)
        #expect(client.patienceEnds == nil && client.spareUntil == nil)
        client.awaitsLines(version: 1, until: until)
        #expect(client.patienceEnds == until && !client.isSilent(now: until + .milliseconds(1)))
        let guardian = ControlConnection(pair.second, for: .guardian, now: now)
        #expect(guardian.state == .awaitsReady && guardian.spareUntil == nil)
        // It is told when all is ready, whatever else it asks for.
        for request in [ControlRequest.status, .down(within: nil, why: "")] {
            guardian.asked(request)
            #expect(guardian.state == .awaitsReady && !guardian.mustListen)
        }
    }

    @Test
    func `follows once, and is not spared for it`() throws {
        let pair = try Socket.pair()
        let client = ControlConnection(pair.first, for: .client, now: Clock.now())
        let begun = [client.beginFollowing(), client.beginFollowing()]
        #expect(begun == [true, false])
        #expect(client.spareUntil == nil)
        withExtendedLifetime(pair.second.reference) {}
    }

    @Test
    func `has the poller watch for what it waits for, and says so once`() throws {
        let pair = try Socket.pair()
        let client = ControlConnection(pair.first, for: .client, now: Clock.now())
        #expect(client.changedInterest(isBlocked: false) == nil)
        #expect(client.changedInterest(isBlocked: true) == [.readable, .writable])
        #expect(client.changedInterest(isBlocked: true) == nil)
        client.asked(.reload)
        #expect(client.changedInterest(isBlocked: false) == [])
        #expect(client.changedInterest(isBlocked: false) == nil)
        withExtendedLifetime(pair.second.reference) {}
    }

    @Test
    func `knows of a request that came behind another`() throws {
        let (client, server) = try connect()
        _ = client.descriptor.write((frame(.status) + frame(.follow)).span)
        guard case .request(.status) = server.nextRequest() else {
            Issue.record("the first request was not heard")
            return
        }
        #expect(server.hasRequestWaiting)
        guard case .request(.follow) = server.nextRequest() else {
            Issue.record("the second request was not heard")
            return
        }
        #expect(!server.hasRequestWaiting)
    }

    @Test
    func `hears two requests that came together`() throws {
        let (client, server) = try connect()
        _ = client.descriptor.write((frame(.status) + frame(.follow)).span)
        #expect(requests(server).found == [.status, .follow])
    }

    @Test(
        arguments: [
            [0xFF, 0xFF, 0xFF, 0x7F], [1, 0, 0, 0, 99], [2, 0, 0, 0, 1, 1], [0, 0, 0, 0],
            Array("GET / HTTP/1.1\r\n\r\n".utf8),
        ] as [[UInt8]])
    func `ends at what is no request`(bytes: [UInt8]) throws {
        let (client, server) = try connect()
        _ = client.descriptor.write(bytes.span)
        #expect(requests(server).isOver)
    }

    @Test
    func `ends when the client leaves amid a request`() throws {
        let server: ControlConnection
        do {
            let ends = try connect()
            _ = ends.client.descriptor.write([9, 0, 0].span)
            server = ends.server
        }
        #expect(requests(server).isOver)
    }

    @Test
    func `takes no more than its limit of a request that does not end`() throws {
        let (client, server) = try connect()
        let chunk = [UInt8](repeating: 0, count: 16384)
        // A frame is announced that is shorter than what a peer may announce.
        _ = client.descriptor.write([0, 0, 8, 0].span)
        var isOver = false
        for _ in 0..<16 where !isOver {
            _ = client.descriptor.write(chunk.span)
            isOver = requests(server).isOver
        }
        #expect(isOver)
    }

    @Test
    func `drops and counts what a slow reader leaves, and tells it`() throws {
        let pair = try Socket.pair()
        try pair.first.setNonBlocking()
        let outbox = Outbox()
        let line = [UInt8](repeating: 1, count: 10_000)
        let record = Record(
            stamp: Stamp(sequence: 1, time: WallTime(nanoseconds: 1)),
            name: line.span.extracting(0..<3), stream: .out, text: line.span)
        let length = RecordFrame.length(of: record)
        for _ in 0..<300 { outbox.offer(record) }
        #expect(outbox.flush(to: pair.first.reference) == .blocked)
        var received = ByteQueue(capacity: 65536)
        while !outbox.isEmpty {
            received.reserve(65536)
            _ = pair.second.receive(into: &received)
            _ = outbox.flush(to: pair.first.reference)
        }
        received.reserve(1 << 20)
        try pair.second.setNonBlocking()
        while case .moved = pair.second.receive(into: &received) { received.reserve(65536) }
        let sent = received.count / length
        received.consume(sent * length)
        #expect(
            try Framing.take(ControlReply.self, from: &received) == .missed(UInt64(300 - sent)))
        let rest = received.count
        #expect(rest == 0)
    }

    private func spells(_ bytes: Span<UInt8>, _ record: borrowing Record) -> Bool {
        guard let read = RecordFrame.first(in: bytes) else { return false }
        return read.stamp == record.stamp && read.name.equals(record.name)
            && read.generation == record.generation && read.stream == record.stream
            && read.part == record.part && read.text.equals(record.text)
    }

    @Test
    func `carries a record as the framing spells it`() throws {
        let name = Array("backend.2".utf8)
        let text = Array("héllo".utf8)
        let record = Record(
            stamp: Stamp(sequence: 77, time: WallTime(nanoseconds: 1_234_567)), name: name.span,
            generation: 3, stream: .err, part: .middle, text: text.span)
        var fast = ByteQueue(capacity: 64)
        RecordFrame.append(record, to: &fast)
        #expect(RecordFrame.length(of: record) == fast.count)
        let isRead = spells(fast.bytes, record)
        #expect(isRead)
        let hasPrefix = (0..<fast.count).contains {
            spells(fast.bytes.extracting(first: $0), record)
        }
        #expect(!hasPrefix)
        let word = RecordWord(
            sequence: 77, time: WallTime(nanoseconds: 1_234_567), name: "backend.2", generation: 3,
            stream: Stream.err.rawValue, part: Part.middle.rawValue, text: text)
        #expect(try Framing.take(ControlReply.self, from: &fast) == .record(word))
        let rest = fast.count
        #expect(rest == 0)
    }
}
