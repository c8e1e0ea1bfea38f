import Basics
import Control
import Kernel
import Logs
import Supervision
import TestSupport
import Testing

@testable import lbctl

/// A verb's connection to the supervisor.
@Suite struct ControlClientTests {
    /// A peer that has gone must not end the process that all tests run in, as it does not end the
    /// programs (SIGPIPE).
    init() { Signals.letWritesFail() }

    /// The supervisor's end, and what it sends.
    private final class Supervisor {
        private let socket: Descriptor

        init(_ socket: consuming Descriptor) { self.socket = socket }

        func send(_ replies: [ControlReply]) {
            var words = ByteQueue(capacity: 1024)
            for reply in replies { Framing.append(reply, to: &words) }
            #expect(socket.reference.writeAll(&words) == nil)
        }

        func send(bytes: [UInt8]) { _ = socket.write(bytes.span) }

        func end() { Socket.endSending(socket) }

        func request() throws -> ControlRequest? {
            var incoming = ByteQueue(capacity: 4096)
            _ = socket.read(into: &incoming)
            return try Framing.take(ControlRequest.self, from: &incoming)
        }
    }

    @Test func `an answer is taken for the question that was asked`() throws {
        let pair = try Socket.pair()
        let supervisor = Supervisor(pair.second)
        var client = ControlClient(pair.first)
        supervisor.send([.done])
        let reply = try client.ask(.reload)
        #expect(reply == .done)
        #expect(try supervisor.request() == .reload)
    }

    @Test func `a refusal is thrown`() throws {
        let pair = try Socket.pair()
        let supervisor = Supervisor(pair.second)
        var client = ControlClient(pair.first)
        let refused = Refusal(what: "a", why: "b", advice: "c")
        supervisor.send([.refused(refused)])
        var thrown: Refusal?
        do throws(Refusal) { _ = try client.ask(.reload) } catch { thrown = error }
        #expect(thrown == refused)
    }

    @Test func `replies come one by one, and then nil for the end`() throws {
        let pair = try Socket.pair()
        let supervisor = Supervisor(pair.second)
        var client = ControlClient(pair.first)
        supervisor.send([.done, .missed(3)])
        supervisor.end()
        let first = try client.next()
        #expect(first == .done)
        let hasMore = client.hasMore
        #expect(hasMore)
        let second = try client.next()
        #expect(second == .missed(3))
        let third = try client.next()
        #expect(third == nil)
    }

    @Test func `a connection that ends instead of an answer is told`() throws {
        let pair = try Socket.pair()
        Supervisor(pair.second).end()
        var client = ControlClient(pair.first)
        var thrown: Refusal?
        do throws(Refusal) { _ = try client.ask(.status) } catch { thrown = error }
        #expect(thrown == ControlClient.lost)
    }

    @Test func `bytes that say nothing are refused`() throws {
        let pair = try Socket.pair()
        let supervisor = Supervisor(pair.second)
        var client = ControlClient(pair.first)
        supervisor.send(bytes: [1, 0, 0, 0, 99])
        var thrown: Refusal?
        do throws(Refusal) { _ = try client.next() } catch { thrown = error }
        #expect(
            thrown
                == Refusal(what: "the supervisor was not understood", why: "reply 99 is unknown"))
    }

    @Test func `records are handed out up to something else, or until no more are wanted`() throws {
        let pair = try Socket.pair()
        let supervisor = Supervisor(pair.second)
        var client = ControlClient(pair.first)
        let words = (1...3 as ClosedRange<UInt64>).map { number in
            ControlReply.record(
                RecordWord(
                    sequence: number, time: Examples.now, name: "web.1", generation: 1,
                    stream: Logs.Stream.out.rawValue, part: 0, text: [0x61]))
        }
        supervisor.send([.following(from: 1)] + words + [.missed(2)])
        let begin = try client.next()
        #expect(begin == .following(from: 1))
        var numbers: [UInt64] = []
        client.takeRecords { record in
            numbers.append(record.stamp.sequence)
            return numbers.count < 2
        }
        #expect(numbers == [1, 2])
        client.takeRecords { record in
            numbers.append(record.stamp.sequence)
            return true
        }
        #expect(numbers == [1, 2, 3])
        let end = try client.next()
        #expect(end == .missed(2))
    }

    @Test func `where nothing runs that is told, with what starts it`() throws {
        let place = try TemporaryFolder()
        let folder = try RuntimeFolder(name: "x", runtimeDirectory: ByteString(place.path))
        #expect(!ControlClient.isRunning(folder))
        #expect(ControlClient.unreachable(folder) == nil)
        var thrown: Refusal?
        do throws(Refusal) { _ = try ControlClient(folder) } catch { thrown = error }
        #expect(thrown?.what == "nothing runs as 'x'")
        #expect(thrown?.advice.hasSuffix(" starts it") == true)
        #expect(RunningService(folder) == nil)
    }
}

/// How a service is, in the word that `lbctl ls` shows.
@Suite struct RunningServiceStateTests {
    private func state(
        _ states: [ChildState], phase: ServicePhase = .running
    ) -> RunningService.State {
        var status = Examples.status
        status.phase = phase
        status.children = states.map { Examples.child("a", "a", $0) }
        return RunningService.State(status)
    }

    @Test func `one that does not answer is silent`() {
        #expect(RunningService.State(nil) == .silent)
    }

    @Test func `every state of a child has its part`() {
        for child in ChildState.allCases {
            switch child {
            case .starting: #expect(state([child]) == .starting)
            case .failed, .backoff, .paused: #expect(state([child]) == .degraded)
            case .ready, .draining, .stopping, .stopped, .done: #expect(state([child]) == .ready)
            }
            #expect(state([.ready, child], phase: .stopping) == .stopping)
            #expect(state([child, .starting]) == .starting)
        }
        #expect(state([]) == .ready)
    }
}
