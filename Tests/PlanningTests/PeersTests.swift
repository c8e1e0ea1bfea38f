import Basics
import Control
import Testing

@testable import Planning

@Suite("Where the others are")
struct PeersTests {
    @Test
    func `is told by variables that a shell can read`() {
        let told = Peers.variables([
            ("balancer", 8080), ("backend.2", 3001), ("worker", 0), ("my-api.1", 5000),
        ])
        #expect(
            told.map { $0.0 } == [
                "LBCTL_PORT_BALANCER", "LBCTL_PORT_BACKEND_2", "LBCTL_PORT_MY_API_1",
            ])
        #expect(told.map { $0.1 } == ["8080", "3001", "5000"])
    }

    @Test(arguments: ["a $LBCTL_PORT_WEB_1", "a ${LBCTL_PORT_WEB_1} b"])
    func `is found out by a shell where a command asks for it`(command: String) throws {
        let procfile = try Procfile("web: b\nworker: \(command)\n", path: "Procfile")
        let topology = try Topology(
            procfile, flags: Topology.Flags(), environment: EnvironmentFile())
        let worker = try #require(topology.children.first { $0.name == "worker" })
        #expect(worker.words == ["/bin/sh", "-c", ByteString(command)])
    }

    @Test
    func `a terminal is given to the types that are named, and to no others`() throws {
        let procfile = try Procfile("web: a\nworker: b\n", path: "Procfile")
        func given(_ types: [String]) throws -> [String] {
            var flags = Topology.Flags()
            flags.terminals = types
            let topology = try Topology(
                procfile, flags: flags, environment: EnvironmentFile())
            return Set(topology.children.filter { $0.hasTerminal }.map { $0.type }).sorted()
        }
        #expect(try given([]) == [])
        #expect(try given(["worker"]) == ["worker"])
        #expect(try given(["all"]) == ["web", "worker"])
        #expect(throws: Refusal.self) { try given(["nobody"]) }
    }
}
