import Kernel
import Testing

@testable import Balancing

/// What counts as one client, and how many connections it may have.
@Suite struct ClientConnectionCountsTests {
    private func key(_ text: String) throws -> ClientNetwork {
        let address = try #require(Address(host: text, port: 1))
        return try #require(ClientNetwork(address))
    }

    @Test func `a client may have so many, and others do not count`() throws {
        let connectionCounts = ClientConnectionCounts(most: 2)
        let one = try key("192.0.2.1")
        let entries = (0..<3).map { _ in connectionCounts.enter(one) }
        #expect(entries == [true, true, false])
        #expect(connectionCounts.enter(try key("192.0.2.2")))
        connectionCounts.leave(one)
        #expect(connectionCounts.enter(one))
        #expect(!connectionCounts.enter(one))
    }

    @Test func `a network of IPv6 is one client`() throws {
        #expect(try key("2001:db8::1") == key("2001:db8::ffff:1"))
        #expect(try key("2001:db8::1") != key("2001:db8:0:1::1"))
    }

    @Test func `a socket's path is no client that could be counted`() {
        #expect(ClientNetwork(.unix("/a")) == nil)
    }
}
