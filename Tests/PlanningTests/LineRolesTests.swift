import Basics
import Control
import Testing

@testable import Planning

@Suite("What the lines of a Procfile are")
struct LineRolesTests {
    private func roles(
        _ text: String, _ set: (inout Topology.Flags) -> Void = { _ in }
    ) throws -> LineRoles {
        var flags = Topology.Flags()
        set(&flags)
        return try LineRoles(try Procfile(text), flags)
    }

    @Test(arguments: [
        ("web: a\nworker: b\n", "web"), ("worker: b\nbackend: a\n", "backend"),
        ("web: a\nbackend: b\n", "web"), ("backend: b\nweb: a\n", "backend"), ("worker: b\n", nil),
        ("webs: a\nbackends: b\n", nil),
    ])
    func `the first backend or web is what is balanced`(text: String, balanced: String?) throws {
        #expect(try roles(text).balanced?.line.type == balanced)
    }

    @Test
    func `a balancer is there where something is balanced, or the file names one`() throws {
        #expect(try roles("web: a\n").balancer?.command == "lb-balancer")
        #expect(try roles("web: a\nbalancer: x y\n").balancer?.command == "x y")
        #expect(try roles("worker: a\nbalancer: x y\n").balancer?.command == "x y")
        #expect(try roles("worker: a\n").balancer == nil)
    }

    @Test
    func `the types are in the order of the file, without the balancer`() throws {
        let found = try roles("clock: a\nbalancer: b\nweb: c\nworker: d\n")
        #expect(found.types.map(\.line.type) == ["clock", "web", "worker"])
        #expect(found.types.map(\.role) == [.other, .backend, .other])
    }

    @Test
    func `copies have numbers, but for a single one of a type that is not balanced`() throws {
        let usual = try roles("web: a\nworker: b\n")
        #expect(usual.types.map(\.names) == [["web.1", "web.2", "web.3"], ["worker"]])
        let one = try roles("web: a\nworker: b\n") {
            $0.backends = 1
            $0.formation = try! Formation("worker=2")
        }
        #expect(one.types.map(\.names) == [["web.1"], ["worker.1", "worker.2"]])
        let none = try roles("web: a\nworker: b\n") { $0.formation = try! Formation("all=0") }
        #expect(none.types.map(\.names) == [[], []])
    }

    @Test
    func `the flag for backends goes before the formation`() throws {
        let found = try roles("web: a\n") {
            $0.backends = 1
            $0.formation = try! Formation("web=5")
        }
        #expect(found.balanced?.names == ["web.1"])
    }

    @Test
    func `it is told where nothing is balanced, or another type could be`() throws {
        #expect(try roles("web: a\n").notices == [])
        #expect(
            try roles("worker: a\n").notices
                == ["no 'backend' or 'web' in Procfile: nothing is balanced"])
        #expect(
            try roles("backend: a\nweb: b\n").notices
                == ["'backend' is balanced; 'web' runs beside it"])
    }

    @Test(arguments: [
        ("", "it names nothing to run"),
        ("what\n", "it names nothing to run: line 1 is not 'type: command'"),
        ("what\n# x\neh\n", "it names nothing to run: lines 1, 3 are not 'type: command'"),
    ])
    func `a file that names nothing is refused with the lines that mean nothing`(
        text: String, why: String
    ) {
        #expect(throws: Refusal.self) { try roles(text) }
        #expect((#expect(throws: Refusal.self) { try roles(text) })?.why == why)
    }

    @Test
    func `a name belongs to a type under whatever formation it was given`() throws {
        let type = try #require(try roles("worker: b\n").types.first)
        #expect(type.owns("worker") && type.owns("worker.7"))
        #expect(!type.owns("workers") && !type.owns("work") && !type.owns("clock"))
    }
}
