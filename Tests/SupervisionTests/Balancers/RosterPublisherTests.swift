import Basics
import Control
import Kernel
import Testing

@testable import Supervision

@Suite("What tells the balancers of the roster")
struct RosterPublisherTests {
    /// A peer that has gone must not end the process that all tests run in, as it does not end the
    /// programs (SIGPIPE).
    init() { Signals.letWritesFail() }

    /// A balancer's end of its link.
    private final class Peer {
        let socket: Descriptor
        let link: BalancerLink

        init(workers: Range<Int>) throws {
            let pair = try Socket.pair()
            try pair.first.setNonBlocking()
            try pair.second.setNonBlocking()
            link = BalancerLink(
                pair.first, workers: workers, roster: RosterWord(version: 1, members: []))
            socket = pair.second
        }

        /// The balancer says that it goes by this roster.
        func adopt(_ version: UInt64) {
            var bytes = ByteQueue(capacity: 64)
            Framing.append(LinkReport.adopted(version: version), to: &bytes)
            socket.reference.writeAll(&bytes)
            while link.nextReport() != nil {}
        }

        /// The versions of the rosters that have come.
        func versions() throws -> [UInt64] {
            var bytes = ByteQueue(capacity: 4096)
            var versions: [UInt64] = []
            _ = socket.read(into: &bytes)
            while let order = try Framing.take(LinkOrder.self, from: &bytes) {
                if case .roster(let roster) = order { versions.append(roster.version) }
            }
            return versions
        }
    }

    private func number(_ index: Int, _ generation: UInt64 = 1) -> ProcessNumber {
        ProcessNumber(child: ChildNumber(index), generation: generation)
    }

    @Test
    func `counts every roster, and sends it to each that has a process`() throws {
        var publisher = RosterPublisher()
        #expect(publisher.version == 1)
        let first = try Peer(workers: 1..<3)
        let second = try Peer(workers: 3..<5)
        publisher.began(number(0), first.link)
        publisher.began(number(1), second.link)
        publisher.publish([])
        #expect(publisher.version == 2 && publisher.roster([]).version == 2)
        #expect(try first.versions() == [1, 2])
        #expect(try second.versions() == [1, 2])
        publisher.ended(number(1))
        publisher.publish([])
        #expect(try first.versions() == [3])
        #expect(try second.versions() == [])
    }

    @Test
    func `waits for the slowest of those that are not paused`() throws {
        var publisher = RosterPublisher()
        #expect(publisher.adopted == nil && publisher.isAdopted(99))
        let peers = (try Peer(workers: 1..<2), try Peer(workers: 2..<3))
        publisher.began(number(0), peers.0.link)
        publisher.began(number(1), peers.1.link)
        #expect(publisher.adopted == 0 && !publisher.isAdopted(1))
        peers.0.adopt(7)
        #expect(publisher.adopted == 0)
        peers.1.adopt(5)
        #expect(publisher.adopted == 5)
        #expect(publisher.isAdopted(5) && !publisher.isAdopted(6))
        publisher.changed(ChildNumber(1), isPaused: true)
        #expect(publisher.adopted == 7)
        publisher.changed(ChildNumber(1), isPaused: false)
        #expect(publisher.adopted == 5)
        // Another process of the same balancer is another one.
        publisher.ended(number(1, 2))
        #expect(publisher.adopted == 5)
        publisher.ended(number(1))
        #expect(publisher.adopted == 7)
    }

    @Test
    func `names those that choose, which one does not that is paused or has not begun`() throws {
        var publisher = RosterPublisher()
        let peers = (try Peer(workers: 1..<2), try Peer(workers: 2..<3))
        publisher.began(number(3), peers.0.link)
        publisher.began(number(4), peers.1.link)
        peers.0.adopt(2)
        let adoption = publisher.adoption(isReported: true)
        #expect(adoption.choosing.map(\.process) == [number(3)])
        #expect(adoption.choosing.map(\.version) == [2])
        #expect(adoption.byAll == 0 && adoption.isReported)
        publisher.changed(ChildNumber(3), isPaused: true)
        #expect(publisher.adoption(isReported: false).choosing.isEmpty)
    }

    @Test
    func `finds numbers that are no balancer's workers', and none behind the last`() throws {
        var publisher = RosterPublisher()
        #expect(publisher.freeWorkers(2, of: 3) == 1..<3)
        #expect(publisher.freeWorkers(3, of: 3) == nil)
        let peers = (try Peer(workers: 1..<3), try Peer(workers: 5..<7))
        publisher.began(number(0), peers.0.link)
        publisher.began(number(1), peers.1.link)
        #expect(publisher.freeWorkers(2, of: 9) == 3..<5)
        #expect(publisher.freeWorkers(3, of: 10) == 7..<10)
        #expect(publisher.freeWorkers(3, of: 9) == nil)
        publisher.ended(number(0))
        #expect(publisher.freeWorkers(4, of: 9) == 1..<5)
        #expect(publisher.freeWorkers(5, of: 11) == nil)
    }

    @Test
    func `tells by what they choose with each roster, one that begins too`() {
        var publisher = RosterPublisher(algorithm: .random)
        #expect(publisher.roster([]).algorithm == .random)
        publisher.chooses(by: .hash)
        #expect(publisher.algorithm == .hash && publisher.roster([]).algorithm == .hash)
    }
}
