import Basics
import Control
import Kernel
import Testing

@testable import Planning

@Suite("What is to run")
struct TopologyTests {
    private func topology(
        _ text: String?, _ set: (inout Topology.Flags) -> Void = { _ in }
    ) throws -> Topology {
        var flags = Topology.Flags()
        set(&flags)
        let procfile = try text.map { text throws(Refusal) in try Procfile(text) } ?? .builtIn
        return try Topology(
            procfile, flags: flags, environment: EnvironmentFile())
    }

    @Test
    func `is a balancer and three echoes where nothing is said`() throws {
        let built = try topology(nil)
        #expect(
            built.children.map { $0.name } == ["balancer", "backend.1", "backend.2", "backend.3"])
        #expect(built.children.map { $0.port } == [8080, 3000, 3001, 3002])
        #expect(built.children[2].words == ["lb-echo", "--port", "3001"])
        #expect(built.listen == [.loopback(port: 8080), .loopback6(port: 8080)])
    }

    @Test
    func `heeds a flag before the file, and the file before the default`() throws {
        let file = "balancer: lb-balancer --listen 9090\nbackend: x $PORT\n"
        #expect(
            try topology(file).listen == [.loopback(port: 9090), .loopback6(port: 9090)])
        #expect(
            try topology(file) { $0.port = 7000 }.listen
                == [.loopback(port: 7000), .loopback6(port: 7000)])
        let few = try topology(file) {
            $0.backends = 1
            $0.basePort = 4000
        }
        #expect(few.children.map { $0.port } == [9090, 4000])
    }

    @Test
    func `gives a web file a balancer, and other types ports from 5000 on`() throws {
        let built = try topology("web: a\nworker: b $PORT\nclock: c\n")
        #expect(
            built.children.map { $0.name }
                == ["balancer", "web.1", "web.2", "web.3", "worker", "clock"])
        #expect(built.children.suffix(2).map { $0.port } == [5000, 5100])
        #expect(built.children[4].rule == .onFailure)
    }

    @Test
    func `runs as many copies of a type as the formation says`() throws {
        let built = try topology("web: a\nworker: b $PORT\nclock: c\nmail: d\n") {
            $0.formation = try! Formation("worker=2,clock=0,web=1")
        }
        #expect(
            built.children.map { $0.name }
                == ["balancer", "web.1", "worker.1", "worker.2", "mail"])
        #expect(built.children.suffix(3).map { $0.port } == [5000, 5001, 5200])
        #expect(built.children[3].words == ["b", "5001"])
        #expect(
            try topology("web: a\n") { $0.formation = try! Formation("all=2") }
                .children.count == 3)
        let flagged = try topology("web: a\n") {
            $0.formation = try! Formation("web=5")
            $0.backends = 1
        }
        #expect(flagged.children.count == 2)
    }

    @Test
    func `balances one type alone, and says which`() throws {
        let built = try topology("backend: a\nweb: b\n")
        #expect(built.children.filter { $0.role == .backend }.allSatisfy { $0.type == "backend" })
        #expect(built.notices.contains { $0.contains("'backend' is balanced") })
    }

    @Test
    func `says so where nothing is balanced`() throws {
        let built = try topology("worker: b\n")
        #expect(built.listen.isEmpty)
        #expect(built.notices.contains { $0.contains("nothing is balanced") })
    }

    @Test
    func `runs a line that needs a shell in one`() throws {
        let built = try topology("worker: a | b\n")
        #expect(built.children[0].words == ["/bin/sh", "-c", "a | b"])
    }

    @Test
    func `refuses ports past the last`() {
        #expect(throws: Refusal.self) { try topology(nil) { $0.basePort = 65534 } }
    }

    @Test(arguments: ["9090", ":9090", "localhost:9090"])
    func `listens on both loopbacks where a port alone is named`(text: String) throws {
        let file = "balancer: lb-balancer --listen \(text)\nbackend: x $PORT\n"
        #expect(
            try topology(file).listen == [.loopback(port: 9090), .loopback6(port: 9090)])
    }

    @Test(arguments: ["nonsense", "1.2.3:80", "99999", "localhost:", "+80"])
    func `refuses to listen on what is no address`(text: String) {
        #expect(throws: Refusal.self) {
            try topology("balancer: lb-balancer --listen \(text)\nweb: a")
        }
    }
}
