import Basics
import Control
import Kernel
import Testing

@testable import Planning

@Suite("Ports and jobs")
struct PortPlanTests {
    private func topology(
        _ text: String, environment: String = "", _ set: (inout Topology.Flags) -> Void = { _ in }
    ) throws -> Topology {
        var flags = Topology.Flags()
        set(&flags)
        return try Topology(
            try Procfile(text), flags: flags, environment: EnvironmentFile(environment))
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

    @Test
    func `a port of the kernel's choice is none that a child of the service has`() throws {
        var known = Topology.KnownPorts()
        known.backends = [4001]
        known.others = ["worker": 5000]
        let types = try LineRoles(try Procfile("web: a\nworker: b\n"), flags { $0.basePort = 0 })
            .types
        let plan = try PortPlan(
            types, flags { $0.basePort = 0 }, EnvironmentFile(), balancer: nil, known: known)
        #expect(plan.ports[0].count == 3 && plan.ports[0][0] == 4001)
        #expect(Set(plan.ports[0]).count == 3)
        #expect(plan.ports[1] == [5000])
        // They are held, so that no other program is given them before they are used.
        #expect(plan.holds.map(\.port) == Array(plan.ports[0].dropFirst()))
    }

    @Test
    func `ports of the kernel's choice are held for lb-echo alone, which can take over`() throws {
        let echo = try topology("web: lb-echo --port $PORT\n") { $0.basePort = 0 }
        #expect(echo.holds.map(\.port) == ports(echo, "web"))
        let other = try topology("web: a --port $PORT\n") { $0.basePort = 0 }
        #expect(other.holds.isEmpty)
    }

    @Test
    func `a type that runs keeps its ports wherever its line stands now`() throws {
        var known = Topology.KnownPorts()
        known.others = ["clock": 5100, "worker.1": 5000, "worker.2": 5001]
        let procfile = try Procfile("clock: a\nmail: b\nworker: c\n")
        let built = try Topology(
            procfile, flags: flags { $0.formation = try! Formation("worker=3") },
            environment: EnvironmentFile(), ports: known)
        #expect(ports(built, "clock") == [5100])
        // 5000 and 5100 belong to children that run.
        #expect(ports(built, "mail") == [5200])
        #expect(ports(built, "worker") == [5000, 5001, 5202])
    }

    private func flags(_ set: (inout Topology.Flags) -> Void) -> Topology.Flags {
        var flags = Topology.Flags()
        set(&flags)
        return flags
    }

    @Test(
        arguments: [
            (nil, nil, 3000, 0), (4000, nil, 4000, 0), (nil, "4100", 4100, 1),
            (4000, "4100", 4000, 0),
            (0, "4100", 0, 0), (nil, "8079", 3000, 1), (nil, "x", 3000, 1),
        ] as [(UInt16?, String?, Int, Int)])
    func `the first port is the flag's, else what .env says, else 3000`(
        flag: UInt16?, said: String?, port: Int, notices: Int
    ) throws {
        let environment = EnvironmentFile(said.map { "PORT=\($0)\n" } ?? "")
        let flags = flags { $0.basePort = flag }
        let balanced = TypeCopies(balanced: .init(type: "web", command: "a"), flags)
        let balancer = try BalancerPlan(
            .init(type: "balancer", command: "lb-balancer"), flags,
            CommandReader(environment: environment))
        let first = try FirstPort(balanced, flags, environment, balancer: balancer)
        #expect(first.port == port)
        #expect(first.notices.count == notices)
    }
}
