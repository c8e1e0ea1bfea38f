import Basics
import Control
import Kernel
import TestSupport
import Testing

@testable import lb_echo

/// The socket over which a supervisor says how to behave.
@Suite struct SupervisorLinkTests {
    /// A peer that has gone must not end the process that all tests run in, as it does not end the
    /// programs (SIGPIPE).
    init() { Signals.letWritesFail() }

    private func say(_ orders: [EchoOrder], to socket: borrowing Descriptor) {
        var bytes = ByteQueue(capacity: 256)
        for order in orders { Framing.append(order, to: &bytes) }
        socket.reference.writeAll(&bytes)
    }

    @Test func `the last of several orders counts, and is confirmed by its number`() throws {
        let pair = try Socket.pair()
        try pair.second.setNonBlocking()
        let link = SupervisorLink(pair.second)
        let supervisor = pair.first
        #expect(link.next() == nil && !link.isOver)
        let orders = [
            EchoOrder(number: 1, faults: EchoFaults(latency: .seconds(1))),
            EchoOrder(number: 2, faults: EchoFaults(errorRate: .whole)),
        ]
        say(orders, to: supervisor)
        let order = try #require(link.next())
        #expect(order == orders[1])
        link.confirm(order)
        var answer = ByteQueue(capacity: 64)
        _ = supervisor.receive(into: &answer)
        #expect(try Framing.take(EchoReport.self, from: &answer) == EchoReport(number: 2))
    }

    @Test func `an order that is none, or the end, is the last`() throws {
        let pair = try Socket.pair()
        try pair.second.setNonBlocking()
        let link = SupervisorLink(pair.second)
        pair.first.reference.writeAll("\u{2}\0\0\0xy")
        #expect(link.next() == nil && link.isOver)
    }

    @Test func `a number that is no descriptor is refused by its option`() {
        #expect(throws: SystemError.self) { try SupervisorLink(inherited: 60_000) }
    }
}
