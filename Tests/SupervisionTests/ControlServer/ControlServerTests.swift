import Basics
import Control
import Kernel
import Logs
import Testing

@testable import Supervision

@Suite("The server of the control socket")
struct ControlServerTests {
    /// A peer that has gone must not end the process that all tests run in, as it does not end the
    /// programs (SIGPIPE).
    init() { Signals.letWritesFail() }

    private static let now = Clock.now()

    /// A server at a socket of its own, and a log that is kept nowhere.
    private final class Place {
        let server: ControlServer
        let listener: ListeningSocket
        let poller: Poller
        private let path: ByteString

        init() throws(SystemError) {
            let path = ByteString("/tmp/lbctl-control-\(ThisProcess.pid)-\(Randomness.word())")
            let listener = try ListeningSocket(.unix(path))
            let poller = try Poller()
            try poller.add(
                listener.reference, for: .readable,
                token: Token(kind: EventSource.controlSocket.rawValue))
            self.path = path
            self.listener = listener
            self.poller = poller
            server = ControlServer(listener, log: LogStream(history: nil))
        }

        deinit { try? Files.remove(path) }
    }

    /// A connection that the server has taken, with the client's end.
    private func connect(
        _ place: Place, as peer: ControlConnection.Peer = .client, at now: Instant = now
    ) throws -> Client {
        let pair = try Socket.pair()
        try pair.first.setNonBlocking()
        try pair.second.setNonBlocking()
        place.server.take(pair.second, for: peer, place.poller, now: now)
        return Client(pair.first)
    }

    private final class Client {
        private let socket: Descriptor
        private var incoming = ByteQueue(capacity: 4096)
        private(set) var isOver = false

        init(_ socket: consuming Descriptor) { self.socket = socket }

        func ask(_ request: ControlRequest) {
            var queue = ByteQueue(capacity: 256)
            Framing.append(request, to: &queue)
            _ = socket.write(&queue)
        }

        /// All that has been answered.
        func replies() throws(Misspelling) -> [ControlReply] {
            var found: [ControlReply] = []
            while true {
                if let reply = try Framing.take(ControlReply.self, from: &incoming) {
                    found.append(reply)
                    continue
                }
                incoming.reserve(4096)
                switch socket.receive(into: &incoming) {
                case .moved: continue
                case .wouldBlock: return found
                case .end, .failed:
                    isOver = true
                    return found
                }
            }
        }
    }

    /// One turn of the supervisor's loop, as far as it concerns the server. Returns what was asked.
    @discardableResult
    private func turn(
        _ place: Place, at now: Instant = now,
        _ answer: (ControlRequest, ControlServer.Key) -> Void = { _, _ in }
    ) -> [ControlRequest] {
        var asked: [ControlRequest] = []
        let count = place.poller.wait(timeout: Nanoseconds(0))
        for index in 0..<count {
            let event = place.poller.event(index)
            if event.token.kind == EventSource.controlSocket.rawValue {
                place.server.clientsCame(place.poller, now: now)
            } else {
                place.server.isReady(
                    place.server.key(of: event.token), event.readiness, place.poller)
            }
        }
        place.server.takeRequests(place.poller) { request, key in
            asked.append(request)
            answer(request, key)
        }
        place.server.timePassed(place.poller, now: now)
        place.server.flush(place.poller)
        return asked
    }

    @Test func `a request is yielded and its answer sent`() throws {
        let place = try Place()
        let client = try connect(place)
        #expect(turn(place) == [])
        client.ask(.reload)
        #expect(turn(place) { place.server.reply(.done, to: $1) } == [.reload])
        #expect(try client.replies() == [.done])
    }

    @Test func `a client that is owed an answer is not read from`() throws {
        let place = try Place()
        let client = try connect(place)
        client.ask(.reload)
        client.ask(.status)
        var key = ControlServer.Key.none
        #expect(turn(place) { key = $1 } == [.reload])
        #expect(turn(place) == [])
        place.server.reply(.done, to: key)
        turn(place)
        #expect(turn(place) == [.status])
        #expect(try client.replies() == [.done])
    }

    @Test func `one that asks without end keeps no other waiting`() throws {
        let place = try Place()
        let first = try connect(place)
        let second = try connect(place)
        for _ in 0..<3 { first.ask(.status) }
        second.ask(.bans)
        var asked: [ControlRequest] = []
        for _ in 0..<6 { asked += turn(place) }
        #expect(asked.count == 4)
        #expect(asked.prefix(2).contains(.bans))
    }

    @Test func `what is no request is answered, and is the last`() throws {
        let place = try Place()
        let pair = try Socket.pair()
        try pair.second.setNonBlocking()
        try pair.first.setNonBlocking()
        place.server.take(pair.second, for: .client, place.poller, now: Self.now)
        _ = pair.first.write([1, 0, 0, 0, 99].span)
        let client = Client(pair.first)
        #expect(turn(place) == [])
        guard case .refused(let refusal)? = try client.replies().first else {
            Issue.record("it was not refused")
            return
        }
        #expect(refusal.what == "the request was not understood" && client.isOver)
    }

    @Test func `a client that leaves while it is owed an answer is let go, and its key too`() throws
    {
        let place = try Place()
        var key = ControlServer.Key.none
        do {
            let client = try connect(place)
            client.ask(.reload)
            turn(place) { key = $1 }
            turn(place)
        }
        turn(place)
        let next = try connect(place)
        place.server.reply(.done, to: key)
        place.server.tell(.done, to: key)
        place.server.follow(key)
        place.server.awaitLines(key, version: 1, now: Self.now)
        turn(place)
        #expect(try next.replies() == [])
        #expect(!place.server.takeLossOfGuardian())
    }

    @Test func `the guardian's loss is told once`() throws {
        let place = try Place()
        do {
            let guardian = try connect(place, as: .guardian)
            guardian.ask(.down(within: nil, why: "x"))
            #expect(turn(place) == [.down(within: nil, why: "x")])
            #expect(!place.server.takeLossOfGuardian())
        }
        turn(place)
        #expect(place.server.takeLossOfGuardian())
        #expect(!place.server.takeLossOfGuardian())
    }

    @Test func `a client that says nothing is closed when its time is over`() throws {
        let place = try Place()
        let silent = try connect(place)
        let asking = try connect(place)
        asking.ask(.status)
        turn(place)
        let until = Self.now + Limits.clientPatience
        #expect(place.server.nextLook == until)
        turn(place, at: until + .milliseconds(1))
        #expect(place.server.nextLook == .never)
        _ = try silent.replies()
        _ = try asking.replies()
        #expect(silent.isOver && !asking.isOver)
    }

    @Test func `where there is no room the one that has been silent for longest makes some`() throws
    {
        let place = try Place()
        var clients: [Client] = []
        for number: UInt64 in 0..<256 {
            clients.append(try connect(place, at: Self.now + .microseconds(256 - number)))
        }
        let late = try Socket.connect(to: place.listener.address)
        turn(place)
        for client in clients { _ = try client.replies() }
        #expect(clients.map(\.isOver).firstIndex(of: true) == 255)
        #expect(clients.count { $0.isOver } == 1)
        withExtendedLifetime(late.reference) {}
    }

    @Test func `all that wait for readiness are told, and no other`() throws {
        let place = try Place()
        let waiting = [try connect(place), try connect(place, as: .guardian)]
        let other = try connect(place)
        #expect(place.server.awaitsReadiness)
        waiting[0].ask(.awaitReady)
        other.ask(.status)
        turn(place)
        place.server.readinessIsKnown(.done)
        #expect(!place.server.awaitsReadiness)
        turn(place)
        for client in waiting { #expect(try client.replies() == [.done]) }
        #expect(try other.replies() == [])
    }

    @Test func `lines are gathered until all go by the roster, or for a moment`() throws {
        let place = try Place()
        let client = try connect(place)
        client.ask(.gatherLog)
        turn(place) { place.server.awaitLines($1, version: 7, now: Self.now) }
        let early = place.server.thoseGathered(now: Self.now) { $0 <= 6 }
        #expect(early == [])
        #expect(place.server.thoseGathered(now: Self.now) { $0 <= 7 }.count == 1)
        let late = place.server.thoseGathered(now: Self.now + .seconds(1)) { _ in false }
        #expect(late.count == 1)
        #expect(place.server.nextLook != .never)
    }

    @Test func `the end is told to those that asked for it`() throws {
        let place = try Place()
        let asking = try connect(place)
        let other = try connect(place)
        asking.ask(.down(within: nil, why: ""))
        other.ask(.awaitReady)
        turn(place)
        place.server.finish()
        #expect(try asking.replies() == [.done])
        #expect(try other.replies() == [])
    }

    @Test func `what shows the log follows from the start`() throws {
        let place = try Place()
        let audience = try connect(place, as: .audience)
        turn(place)
        #expect(try audience.replies() == [.following(from: 0)])
    }
}
