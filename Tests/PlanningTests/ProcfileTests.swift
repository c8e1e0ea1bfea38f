import Basics
import Control
import Testing

@testable import Planning

@Suite("A Procfile")
struct ProcfileTests {
    @Test
    func `holds a command for each name, and no comments`() throws {
        let file = try Procfile("# hello\n\nweb: a b\r\n  worker:c # d\nno line\nempty:\n")
        #expect(
            file.lines == [
                .init(type: "web", command: "a b", place: "Procfile:3"),
                .init(type: "worker", command: "c # d", place: "Procfile:4"),
            ])
        #expect(file.skipped == [5, 6])
    }

    @Test
    func `what means nothing in it, or in the file beside it, is told`() throws {
        let text = "balancer: lb-balancer --backend 127.0.0.1:1\nweb: x\nnonsense\n"
        let topology = try Topology(
            try Procfile(text, path: "app/Procfile"), flags: Topology.Flags(),
            environment: EnvironmentFile("A=1\nB 2\n"))
        #expect(
            topology.notices == [
                "app/Procfile: line 3 is not 'type: command', and left out",
                "app/.env: line 2 is not 'NAME=value', and left out",
                "app/Procfile:1: --backend is left out: the copies of 'backend' or 'web' are meant",
            ])
    }

    @Test(arguments: ["all", "lbctl", "3001"])
    func `with a name that means something else is refused`(type: String) {
        #expect(throws: Refusal.self) { try Procfile("web: x\n\(type): y\n") }
    }

    @Test
    func `with a name twice is refused`() {
        #expect(throws: Refusal.self) { try Procfile("a: b\na: c\n") }
    }

    @Test(arguments: [
        ("a: b\na: c\n", "app/Procfile:2"), ("\nweb: 'open\n", "app/Procfile:2"),
        ("#\nweb: x\nworker: \"$A\n", "app/Procfile:3"),
        ("web: x\nbalancer: lb-balancer --nonsense\n", "app/Procfile:2"),
    ])
    func `that can't be used is told by file and line`(text: String, place: String) {
        #expect {
            let file = try Procfile(text, path: "app/Procfile")
            _ = try Topology(
                file, flags: Topology.Flags(), environment: EnvironmentFile())
        } throws: { error in
            (error as? Refusal)?.what == "\(place) can't be used"
        }
    }
}
