import Basics
import Control
import Kernel
import Testing

@testable import Supervision

@Suite("The socket to an echo backend")
struct EchoLinkTests {
    /// A peer that has gone must not end the process that all tests run in, as it does not end the
    /// programs (SIGPIPE).
    init() { Signals.letWritesFail() }

    private func pair(_ faults: EchoFaults = EchoFaults()) throws -> (EchoLink, SharedDescriptor) {
        let pair = try Socket.pair()
        try pair.first.setNonBlocking()
        try pair.second.setNonBlocking()
        return (EchoLink(pair.first, faults: faults), SharedDescriptor(pair.second))
    }

    private func orders(_ peer: SharedDescriptor) throws -> [EchoOrder] {
        var bytes = ByteQueue(capacity: 4096)
        var orders: [EchoOrder] = []
        while true {
            bytes.reserve(4096)
            guard case .moved = peer.descriptor.receive(into: &bytes) else { return orders }
            while let order = try Framing.take(EchoOrder.self, from: &bytes) {
                orders.append(order)
            }
        }
    }

    private func say(_ number: UInt64, _ peer: SharedDescriptor) {
        var bytes = ByteQueue(capacity: 64)
        Framing.append(EchoReport(number: number), to: &bytes)
        peer.descriptor.reference.writeAll(&bytes)
    }

    @Test func `the first words are there before the process, and the last count`() throws {
        let slow = EchoFaults(latency: .milliseconds(20))
        let (link, peer) = try pair(slow)
        link.tell(EchoFaults(errorRate: .whole))
        let told = try orders(peer)
        #expect(told.map(\.number) == [1, 2])
        #expect(told.map(\.faults) == [slow, EchoFaults(errorRate: .whole)])
        #expect(!link.isAdopted)
        say(1, peer)
        link.hear()
        #expect(!link.isAdopted)
        say(2, peer)
        link.hear()
        #expect(link.isAdopted && !link.isBroken)
    }

    @Test func `one that reads nothing is told the last word once it reads`() throws {
        let (link, peer) = try pair()
        for number in 1...40_000 { link.tell(EchoFaults(latency: Nanoseconds(UInt64(number)))) }
        let first = try orders(peer)
        #expect(first.count < 40_000)
        say(first.last?.number ?? 0, peer)
        link.hear()
        #expect(try orders(peer).last?.faults.latency == Nanoseconds(40_000))
    }

    @Test func `an end, or words that are none, end it`() throws {
        let (link, peer) = try pair()
        peer.descriptor.reference.writeAll("\u{1}\0\0\0x")
        link.hear()
        #expect(link.isBroken)
        let other = try { try pair().0 }()
        other.hear()
        #expect(other.isBroken)
    }
}
