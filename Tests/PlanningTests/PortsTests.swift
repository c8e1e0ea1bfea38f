import Basics
import Control
import Kernel
import Testing

@testable import Planning

@Suite("The ports that a service needs")
struct PortsTests {
    /// An address of TEST-NET-1 (RFC 5737), which no machine has.
    private static let foreign = Address.inet(0xC000_0201, port: 8080)

    @Test
    func `a port is taken while a process listens there, and by which is told`() throws {
        let listener = try ListeningSocket(.loopback(port: 0))
        let address = listener.address
        #expect(Ports.look(at: address) == .taken(by: ThisProcess.pid))
        let refusal = try #require(Ports.problem(address, for: "backend.1", flag: "--base-port"))
        #expect(refusal.what == "backend.1 can't listen on \(address)")
        #expect(refusal.why.hasPrefix("the port is taken by pid \(ThisProcess.pid)"))
        #expect(
            refusal.advice == "end that process, or choose another port with --base-port")
        _ = consume listener
    }

    @Test
    func `a port of the kernel's choice is free, where the address is this machine's`() {
        #expect(Ports.look(at: .loopback(port: 0)) == .free)
        #expect(Ports.problem(.loopback(port: 0), for: "x", flag: "--port") == nil)
        #expect(Ports.look(at: Self.foreign.with(port: 0)) == .absent)
    }

    @Test
    func `an address that this machine does not have is told with what to name`() throws {
        #expect(Ports.look(at: Self.foreign) == .absent)
        let refusal = try #require(Ports.problem(Self.foreign, for: "the balancer", flag: "--port"))
        #expect(refusal.why == "this machine does not have that address")
        #expect(refusal.advice.contains("127.0.0.1"))
    }

    @Test
    func `a process that can't be seen is told of without its pid`() {
        #expect(Ports.holder(nil) == " by a process of another user")
    }

    @Test
    func `a command line is shown in one line, and cut where it is long`() throws {
        let text = Ports.holder(ThisProcess.pid)
        #expect(text.hasPrefix(" by pid \(ThisProcess.pid) (") && text.hasSuffix(")"))
        #expect(!text.contains("\n"))
        #expect(text.count < PlanLimits.shownCommand + 40)
    }

    @Test
    func `a held port is no other hold's, and a program can listen there that shares it`() throws {
        let hold = try Ports.unused()
        #expect(hold.port != 0)
        #expect(try Ports.unused().port != hold.port)
        #expect(try PortHold(0).port != hold.port)
        let listener = try ListeningSocket(.loopback(port: hold.port))
        #expect(listener.address.port == hold.port)
        _ = consume listener
        withExtendedLifetime(hold) {}
    }
}
