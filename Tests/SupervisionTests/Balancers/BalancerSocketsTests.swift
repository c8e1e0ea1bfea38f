import Kernel
import Testing

@testable import Supervision

@Suite("The balancers' sockets")
struct BalancerSocketsTests {
    /// Whether a connection is accepted at the address.
    private func isListening(_ socket: ListeningSocket) throws -> Bool {
        let port = try #require(socket.address.port)
        return PortProbe.find(port: port) { _ in true } == .own(socket.address)
    }

    @Test
    func `refuse connections while they are suspended, and keep their port`() throws {
        let socket = try ListeningSocket(.loopback(port: 0))
        let sockets = BalancerSockets(all: [socket], asked: [])
        #expect(sockets.canBeSuspended && sockets.port == socket.address.port)
        for _ in 0..<3 {
            #expect(try isListening(socket))
            try sockets.suspend()
            #expect(try !isListening(socket))
            try sockets.resume()
        }
        #expect(try isListening(socket))
    }

    @Test
    func `are called by their port, if they have one in common`() throws {
        let first = try ListeningSocket(.loopback(port: 0))
        let second = try ListeningSocket(.loopback(port: 0))
        let port = try #require(first.address.port)
        #expect(BalancerSockets(all: [first], asked: []).words == "port \(port)")
        #expect(BalancerSockets(all: [first, second], asked: []).words == "the balancer's ports")
        let none = BalancerSockets(all: [], asked: [])
        #expect(!none.canBeSuspended && none.address == nil)
    }
}

@Suite("Adopted processes that have ended")
struct AdoptedExitsTests {
    @Test
    func `are news once, however many there were`() {
        var exits = AdoptedExits()
        for count in [0, 1, 3] {
            for _ in 0..<count { exits.ended() }
            let news = [exits.haveEnded(), exits.haveEnded()]
            #expect(news == [count > 0, false])
        }
    }
}
