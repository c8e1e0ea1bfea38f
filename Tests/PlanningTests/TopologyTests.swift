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
            procfile, flags: flags, environment: EnvironmentFile(), programFolder: "/bin")
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

    @Test(arguments: ["worker", "worker=", "worker=x", "=1", "worker=-1", "worker=1=2", ",,a"])
    func `has no formation that can't be read`(text: String) {
        #expect(throws: UsageError.self) { try Formation(text) }
    }

    @Test
    func `has no formation of types that are not there`() {
        #expect(throws: Refusal.self) {
            try topology("web: a\n") { $0.formation = try! Formation("worker=2") }
        }
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

@Suite("Ports and jobs")
struct PortChoiceTests {
    private func topology(
        _ text: String, environment: String = "", _ set: (inout Topology.Flags) -> Void = { _ in }
    ) throws -> Topology {
        var flags = Topology.Flags()
        set(&flags)
        return try Topology(
            try Procfile(text), flags: flags, environment: EnvironmentFile(environment),
            programFolder: "/bin")
    }

    private func ports(_ topology: Topology, _ type: String) -> [UInt16] {
        topology.children.filter { $0.type == type }.map { $0.port }
    }

    @Test
    func `PORT in the file of variables is the first of the balanced type, and said`() throws {
        let text = "web: a $PORT\nworker: b $PORT\n"
        let built = try topology(text, environment: "PORT=4100\n")
        #expect(ports(built, "web") == [4100, 4101, 4102])
        #expect(ports(built, "worker") == [5000])
        #expect(built.notices == ["'web' has ports from 4100 on, as PORT in .env says"])
        #expect(built.children[1].words == ["a", "4100"])
        let flagged = try topology(text, environment: "PORT=4100\n") { $0.basePort = 3100 }
        #expect(ports(flagged, "web") == [3100, 3101, 3102])
        #expect(flagged.notices == [])
    }

    @Test(arguments: ["0", "65536", "x", "-1", "99999999999999999999"])
    func `PORT that is none is left out, and said`(port: String) throws {
        let built = try topology("web: a\n", environment: "PORT=\(port)\n")
        #expect(ports(built, "web") == [3000, 3001, 3002])
        #expect(built.notices == ["PORT=\(port) in .env is no port, and left out"])
    }

    @Test
    func `PORT that is the balancer's stays the balancer's, and that is said`() throws {
        let built = try topology("web: a\n", environment: "PORT=8080\n")
        #expect(ports(built, "web") == [3000, 3001, 3002])
        #expect(built.notices.first?.contains("it is the balancer's port") == true)
    }

    @Test
    func `another type keeps off the ports of the balanced one`() throws {
        let built = try topology("web: a\nworker: b\n", environment: "PORT=5000\n")
        #expect(ports(built, "web") == [5000, 5001, 5002])
        #expect(ports(built, "worker") == [5100])
    }

    @Test
    func `types beyond the last port are refused with words`() throws {
        let many = (0..<620).map { "w\($0): x\n" }.joined()
        #expect {
            _ = try topology("web: a\n" + many)
        } throws: { error in
            (error as? Refusal)?.why.contains("there is no port left for 'w606'") == true
        }
        #expect(throws: Refusal.self) {
            try topology("web: a\nw: b\n") { $0.basePort = 65534 }
        }
    }

    @Test
    func `a default stands on every line, the balancer's too`() throws {
        let built = try topology(
            "balancer: lb-balancer --listen ${LISTEN_AT:-9191} --retries ${TRIES:-1}\n"
                + "web: a ${NAME:-none} $LBCTL_INSTANCE\n", environment: "TRIES=2\n")
        #expect(built.listen == [.loopback(port: 9191), .loopback6(port: 9191)])
        #expect(
            built.children[0].words == ["lb-balancer", "--listen", "9191", "--retries", "2"])
        #expect(built.children[1].words == ["a", "none", "web.1"])
    }

    @Test
    func `what a shell alone knows is worked out by one`() throws {
        let built = try topology("web: a $PWD\nworker: b $PATH\n")
        for child in built.children.dropFirst() { #expect(child.words[0] == "/bin/sh") }
    }

    @Test
    func `a release is never started again by itself`() throws {
        let built = try topology("release: a\nworker: b\n") { $0.rule = .always }
        #expect(built.children.map { $0.isRelease } == [true, false])
        #expect(built.children.map { $0.rule } == [.never, .always])
    }

    @Test
    func `what is seldom meant is doubted`() throws {
        let built = try topology(
            "web: a --port $PRT\nworker: b $SURELY_NOWHERE ${NOWHERE:-1} $KNOWN\n",
            environment: "KNOWN=1\n")
        #expect(
            built.doubts == [
                "Procfile:1: nobody sets $PRT (did you mean $PORT?)",
                "Procfile:1: it never says $PORT: each copy of 'web' must take its port from the "
                    + "variable PORT by itself",
                "Procfile:2: nobody sets $SURELY_NOWHERE",
            ])
        #expect(try topology("web: a ${PORT}\nworker: b\n").doubts == [])
        #expect(try topology("web: lb-echo --latency 1ms\n").doubts == [])
        #expect(try topology("web: lb-echo --port 3000\n").doubts.count == 1)
    }

    @Test
    func `of a file that names nothing the lines are named that are not understood`() throws {
        let refusal = #expect(throws: Refusal.self) { try topology("web : a\n") }
        #expect(refusal?.why == "it names nothing to run: line 1 is not 'type: command'")
    }
}

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
            environment: EnvironmentFile("A=1\nB 2\n"), programFolder: "/bin")
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
                file, flags: Topology.Flags(), environment: EnvironmentFile(),
                programFolder: "/bin")
        } throws: { error in
            (error as? Refusal)?.what == "\(place) can't be used"
        }
    }
}

@Suite("A target")
struct TargetSelectionTests {
    private let children = ["balancer": 8080, "backend.1": 3000, "backend.2": 3001, "job": 0]
        .sorted { $0.key < $1.key }
        .map { name, port in
            ChildPlan(
                name: name, type: String(name.split(separator: ".")[0]), role: .other,
                port: UInt16(port), words: ["x"], rule: .always, restartDelay: nil)
        }

    @Test(arguments: [
        ("3001", ["backend.2"]), ("backend.1", ["backend.1"]),
        ("backend", ["backend.1", "backend.2"]), ("balancer", ["balancer"]), ("job", ["job"]),
        ("all", ["backend.1", "backend.2", "balancer", "job"]),
    ])
    func `is a port, a name, a type or all`(target: String, names: [String]) throws {
        let found = try TargetSelection.select([target], among: children)
        #expect(found.map { children[$0].name } == names)
    }

    @Test
    func `that is named twice is meant once`() throws {
        #expect(
            try TargetSelection.select(["3000", "backend", "backend.1"], among: children).count == 2
        )
    }

    @Test(arguments: ["3003", "0", "back", "", "backend.3", "-1"])
    func `that nobody knows is refused with those that are known`(target: String) {
        #expect {
            try TargetSelection.select(["3000", target], among: children)
        } throws: { error in
            (error as? Refusal)?.advice.contains("backend.1 (3000)") == true
        }
    }
}
