import Basics
import Kernel
import Testing

@testable import Balancing

/// A backend that is called localhost listens on one of two addresses.
@Suite struct BackendAddressTests {
    @Test func `of two addresses the one that accepts is taken, and comes first the next time`()
        throws
    {
        let four = try ListeningSocket(.loopback(port: 0))
        let port = try #require(four.address.port)
        guard let six = try? ListeningSocket(.loopback6(port: port)) else { return }
        let address = try #require(BackendAddress("localhost:\(port)"))
        func leadsTo() throws(SystemError) -> Address { try address.connect().address }
        #expect(try leadsTo() == four.address)
        try four.suspend()
        for _ in 0..<2 { #expect(try leadsTo() == six.address) }
        try four.resume()
        // It stays where it was accepted.
        #expect(try leadsTo() == six.address)
        try six.suspend()
        for _ in 0..<2 { #expect(try leadsTo() == four.address) }
        try four.suspend()
        #expect(throws: SystemError(call: "connect", errno: .connectionRefused)) {
            _ = try address.connect()
        }
    }

    @Test func `an address that was given as a number is the only one`() throws {
        let address = try #require(BackendAddress("127.0.0.1:9"))
        #expect(try address.connect().address == .loopback(port: 9))
        address.wasRefused()
        #expect(try address.connect().address == .loopback(port: 9))
        #expect(BackendAddress("example.org:80") == nil && BackendAddress("") == nil)
    }

    @Test func `what accepted last is remembered from one roster to the next`() throws {
        func roster(_ version: UInt64, _ addresses: [String], after last: Roster?) -> Roster {
            Roster(
                .init(
                    version: version,
                    members: addresses.enumerated().map { slot, text in
                        .init(
                            slot: BackendSlot(UInt32(slot)), generation: 1, name: text,
                            address: text,
                            fact: .ready)
                    }), after: last)
        }
        let first = roster(1, ["localhost:1", "localhost:2"], after: nil)
        let second = roster(2, ["localhost:1", "localhost:3", "localhost:2"], after: first)
        #expect(second.members[0].address === first.members[0].address)
        #expect(second.members[1].address !== first.members[1].address)
    }
}
