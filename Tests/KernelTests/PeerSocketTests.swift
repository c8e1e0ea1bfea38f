import Basics
import Testing

@testable import Kernel

@Suite struct PeerSocketTests {
    /// A listening socket, and one that is connected to it.
    private final class Pair {
        let listener: Descriptor
        let client: Descriptor

        init(_ address: Address) throws(SystemError) {
            listener = try Socket.listen(on: address)
            client = try Socket.connect(to: try Socket.localAddress(of: listener))
            _ = Poll.wait(for: .writable, on: client.reference, timeout: .seconds(30))
        }

        func accepted() throws -> Descriptor {
            #expect(Poll.wait(for: .readable, on: listener.reference, timeout: .seconds(30)))
            guard case .connection(let server, _) = Socket.accept(from: listener.reference) else {
                throw SystemError(call: "accept", errno: .tryAgain)
            }
            return server
        }
    }

    /// Whether the kernel can be asked at all; it can be built without sock_diag(7).
    private func isKnown() throws -> Bool {
        let pair = try Pair(.loopback(port: 0))
        return Socket.isUnread(by: pair.client, of: 1) != nil
    }

    @Test(arguments: [Address.loopback(port: 0), .loopback6(port: 0)])
    func `what is sent lies unread until the connection is accepted and something is read`(
        at address: Address
    ) throws {
        guard try isKnown(), (try? Socket.listen(on: address)) != nil else { return }
        let pair = try Pair(address)
        #expect(Socket.isUnread(by: pair.client, of: 0) == true)
        #expect(pair.client.send([1, 2, 3].span) == .moved(3))
        #expect(Socket.isUnread(by: pair.client, of: 3) == true)
        let server = try pair.accepted()
        #expect(Poll.wait(for: .readable, on: server.reference, timeout: .seconds(30)))
        #expect(Socket.isUnread(by: pair.client, of: 3) == true)
        var seen = ByteQueue(capacity: 1)
        #expect(server.receive(into: &seen) == .moved(seen.count))
        #expect(Socket.isUnread(by: pair.client, of: 3) == false)
        withExtendedLifetime(server) {}
    }

    @Test func `of one that was accepted and asked nothing it is not said that it reads nothing`()
        throws
    {
        guard try isKnown() else { return }
        let pair = try Pair(.loopback(port: 0))
        let server = try pair.accepted()
        #expect(Socket.isUnread(by: pair.client, of: 0) == false)
        withExtendedLifetime(server) {}
    }

    @Test func `what the peer's kernel has no room for is unread as well`() throws {
        guard try isKnown() else { return }
        let pair = try Pair(.loopback(port: 0))
        let server = try pair.accepted()
        let piece = [UInt8](repeating: 7, count: 1 << 16)
        var sent = 0
        while case .moved(let count) = pair.client.send(piece.span) { sent += count }
        #expect(Socket.isUnread(by: pair.client, of: UInt64(sent)) == true)
        withExtendedLifetime(server) {}
    }

    @Test func `where the process has closed, nothing waits to be read`() throws {
        guard try isKnown() else { return }
        let pair = try Pair(.loopback(port: 0))
        _ = try pair.accepted()
        #expect(Poll.wait(for: .readable, on: pair.client.reference, timeout: .seconds(30)))
        #expect(Socket.isUnread(by: pair.client, of: 0) != true)
    }

    @Test func `of a socket that has no peer within TCP nothing is known`() throws {
        let pair = try Socket.pair()
        #expect(Socket.isUnread(by: pair.first, of: 1) == nil)
        withExtendedLifetime(pair.second) {}
    }
}
