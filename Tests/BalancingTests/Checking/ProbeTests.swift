import Basics
import Kernel
import Testing

@testable import Balancing

/// A check's way, over a pair of sockets.
@Suite struct ProbeTests {
    /// A probe and its backend, in a box: the macros can't take apart what they may not copy.
    private final class Box {
        static let start = Instant(nanoseconds: 1_000_000_000_000)
        private var probe: Probe
        private var backend: Descriptor?

        init() throws {
            let address = try #require(BackendAddress("127.0.0.1:1"))
            probe = Probe(
                slot: 3, generation: 7, name: InlineText("web.1".utf8.span), address: address,
                due: Box.start)
        }

        var stage: Probe.Stage { probe.stage }
        var isUnderWay: Bool { probe.isUnderWay }
        var isKept: Bool { probe.isKept }
        var hasConnection: Bool { probe.hasConnection }
        var isReusing: Bool { probe.isReusing }
        var carried: Int { probe.checksCarried }
        var since: Instant { probe.since }
        var unreadLook: Instant { probe.unreadLook }
        var answersBefore: UInt64 { probe.answersBefore }
        var answer: String { Self.text(probe.answer) }

        func begin(at now: Instant, answers: UInt64 = 0) throws {
            let pair = try Socket.pair()
            try pair.first.setNonBlocking()
            try pair.second.setNonBlocking()
            let begun = BackendAddress.Begun(socket: pair.first, address: .loopback(port: 1))
            backend = .some(pair.second)
            probe.begin(begun, at: now, answers: answers)
        }

        func beginAgain() { probe.beginAgain() }
        func rest(at now: Instant) { probe.rest(at: now) }
        func end() { probe.end() }
        func endUnheard() { probe.endUnheard() }

        func ask(_ text: String) -> Transfer {
            var request = ByteQueue(capacity: 64)
            request.append(text: text)
            return probe.ask(request)
        }

        /// The backend says this; what has come of it.
        func say(_ text: String) -> Transfer? {
            _ = backend?.send(text.utf8.span)
            probe.answer.reserve(64)
            return probe.receive()
        }

        private static func text(_ queue: borrowing ByteQueue) -> String {
            Utf8.string(queue.bytes)
        }

        /// What the backend was asked.
        func heard() -> String {
            var queue = ByteQueue(capacity: 256)
            _ = backend?.receive(into: &queue)
            return Utf8.string(queue.bytes)
        }
    }

    private func at(_ milliseconds: UInt64) -> Instant { Box.start + .milliseconds(milliseconds) }

    @Test func `one that has not begun has nothing, and can't ask`() throws {
        let probe = try Box()
        #expect(!probe.isUnderWay && !probe.hasConnection && !probe.isKept && !probe.isReusing)
        #expect(probe.ask("x") == .end && !probe.isUnderWay)
        #expect(probe.unreadLook == .never)
    }

    @Test func `a connection carries one check after the other, each with an answer of its own`()
        throws
    {
        let probe = try Box()
        try probe.begin(at: at(5), answers: 9)
        #expect(probe.isUnderWay && probe.carried == 1 && !probe.isReusing && !probe.isKept)
        #expect(probe.since == at(5) && probe.answersBefore == 9)
        for round in 1...4 {
            #expect(probe.ask("ask \(round)") == .moved(5))
            #expect(probe.heard() == "ask \(round)")
            // Over one that has carried a check nothing can lie unread that is not known.
            let look = round == 1 ? at(5) + Limits.unreadMoment : .never
            #expect(probe.unreadLook == look)
            #expect(probe.say("answer \(round)") == .moved(8))
            #expect(probe.answer == "answer \(round)")
            probe.rest(at: at(UInt64(round) * 100))
            #expect(probe.isKept && !probe.isUnderWay && probe.answer.isEmpty)
            #expect(probe.unreadLook == .never && probe.since == at(UInt64(round) * 100))
            probe.beginAgain()
            #expect(probe.isUnderWay && probe.isReusing && probe.carried == round + 1)
        }
    }

    @Test func `where there is nothing to be said, it has been asked all the same`() throws {
        let probe = try Box()
        try probe.begin(at: at(0))
        #expect(probe.ask("") == .moved(0))
        #expect(probe.stage == .asked && probe.unreadLook == at(0) + Limits.unreadMoment)
    }

    @Test func `whatever it was doing, one that ended has nothing of it`() throws {
        for isUnheard in [false, true] {
            for steps in 0...3 {
                let probe = try Box()
                try probe.begin(at: at(0))
                if steps > 0 { _ = probe.ask("x") }
                if steps > 1 { _ = probe.say("half an ans") }
                if steps > 2 { probe.rest(at: at(1)) }
                if isUnheard { probe.endUnheard() } else { probe.end() }
                #expect(!probe.hasConnection && !probe.isUnderWay && !probe.isKept)
                #expect(probe.carried == 0 && probe.answer.isEmpty && probe.unreadLook == .never)
                // The next one is over a new connection, and is the first of it.
                try probe.begin(at: at(9))
                #expect(probe.carried == 1 && !probe.isReusing && probe.since == at(9))
            }
        }
    }

    @Test func `a backend is under suspicion once until it has been looked at`() throws {
        let suspects = try Suspects()
        #expect(suspects.take() == [])
        for slot in [4, 2, 4, 4, 7, 2] as [BackendSlot] { suspects.raise(slot) }
        #expect(suspects.take() == [4, 2, 7])
        #expect(suspects.take() == [])
        suspects.raise(4)
        #expect(suspects.take() == [4])
    }
}
