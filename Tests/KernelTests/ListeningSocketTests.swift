import Basics
import Testing

@testable import Kernel

/// A listening socket may stop listening and keep its port.
@Suite struct ListeningSocketTests {
    static let loopbacks = [Address.loopback(port: 0), .loopback6(port: 0)]

    /// A listening socket; nothing where there is no such family.
    private func listener(_ address: Address) throws -> ListeningSocket? {
        do throws(SystemError) { return try ListeningSocket(address) } catch {
            if error.errno == .addressNotAvailable || error.errno == .noSuchFamily { return nil }
            throw error
        }
    }

    /// What becomes of a connection that is begun now.
    private func outcome(_ address: Address) throws -> Errno? {
        let socket = try Socket.connect(to: address)
        #expect(Poll.wait(for: .writable, on: socket.reference, timeout: .seconds(30)))
        return Socket.pendingError(of: socket)
    }

    @Test(arguments: loopbacks)
    func `a connection that waits at a suspended one is reset, and a new one refused`(
        at address: Address
    ) throws {
        guard let listener = try listener(address) else { return }
        let waiting = try Socket.connect(to: listener.address)
        #expect(waiting.send([1].span) == .moved(1))
        try listener.suspend()
        #expect(Poll.wait(for: .readable, on: waiting.reference, timeout: .seconds(30)))
        var bytes = ByteQueue(capacity: 8)
        #expect(waiting.receive(into: &bytes) == .failed(.connectionReset))
        #expect(try outcome(listener.address) == .connectionRefused)
    }

    @Test(arguments: loopbacks)
    func `one that is resumed listens where it did, as often as one likes`(
        at address: Address
    ) throws {
        guard let listener = try listener(address) else { return }
        for _ in 0..<3 {
            // What was accepted is ended here first, and keeps the port busy for a minute.
            let client = try Socket.connect(to: listener.address)
            #expect(Poll.wait(for: .readable, on: listener.reference, timeout: .seconds(30)))
            guard case .connection(let accepted, _) = Socket.accept(from: listener.reference)
            else {
                Issue.record("no connection came")
                return
            }
            Socket.endSending(accepted)
            Socket.endSending(client)
            try listener.suspend()
            try listener.resume()
            #expect(try outcome(listener.address) == nil)
            while case .connection = Socket.accept(from: listener.reference) {}
        }
    }

    @Test(arguments: loopbacks)
    func `no other process gets the port of one that is suspended`(at address: Address) throws {
        guard let listener = try listener(address) else { return }
        try listener.suspend()
        // It sets SO_REUSEADDR, as every server does.
        #expect(throws: SystemError(call: "bind", errno: .addressInUse)) {
            _ = try Socket.listen(on: listener.address)
        }
        try listener.resume()
        #expect(try outcome(listener.address) == nil)
    }

    @Test func `it is suspended for all that share it`() throws {
        let listener = try ListeningSocket(.loopback(port: 0))
        let other = try listener.reference.duplicate()
        try listener.suspend()
        #expect(try outcome(listener.address) == .connectionRefused)
        try listener.resume()
        let client = try Socket.connect(to: listener.address)
        #expect(Poll.wait(for: .readable, on: other.reference, timeout: .seconds(30)))
        guard case .connection = Socket.accept(from: other.reference) else {
            Issue.record("the other one does not accept")
            return
        }
        withExtendedLifetime(client) {}
    }
}
