import Basics
import Control
import Kernel
import Testing

@testable import Planning

@Suite("A child's plan")
struct ChildPlannerTests {
    private func children(
        _ text: String, _ set: (inout Topology.Flags) -> Void = { _ in }
    ) throws -> [ChildPlan] {
        var flags = Topology.Flags()
        set(&flags)
        return try Topology(
            try Procfile(text), flags: flags, environment: EnvironmentFile()
        ).children
    }

    @Test(arguments: [
        ("lb-echo --port $PORT", "lb-balancer", "http:/health"),
        ("lb-echo", "lb-balancer --health-check tcp", nil),
        ("lb-echo", "lb-balancer --health-check=off", nil),
        ("lb-echo", "lb-balancer --health-expect +PONG", nil),
        ("lb-echo", "lb-balancer --mode tcp", nil), ("other", "lb-balancer", nil),
    ])
    func `echoes are checked by HTTP unless another check is asked for`(
        backend: String, balancer: String, check: String?
    ) throws {
        let first = try children("balancer: \(balancer)\nweb: \(backend)\n")[0]
        let added = first.words.firstIndex(of: "--health-check").map { first.words[$0 + 1].text }
        if let check {
            #expect(added == check)
            #expect(first.options?.healthCheck == .http(path: "/health"))
        } else {
            #expect(!first.words.contains("http:/health"))
        }
        #expect(
            try BalancerOptions(words: Array(first.words.dropFirst())) == first.options)
    }

    @Test
    func `no check is added where there are no backends`() throws {
        let first = try children("web: lb-echo\n") { $0.formation = try! Formation("web=0") }[0]
        #expect(first.words == ["lb-balancer"])
    }

    @Test(
        arguments: [
            ("lb-echo", "tcp", ["lb-echo", "--mode", "tcp"]), ("lb-echo", "http", ["lb-echo"]),
            ("lb-echo --mode http", "tcp", ["lb-echo", "--mode", "http"]),
            ("lb-echo --mode=http", "tcp", ["lb-echo", "--mode=http"]), ("other", "tcp", ["other"]),
        ] as [(String, String, [ByteString])])
    func `an echo speaks what is balanced, unless it is told`(
        backend: String, mode: String, words: [ByteString]
    ) throws {
        let all = try children("balancer: lb-balancer --mode \(mode)\nweb: \(backend)\n")
        #expect(all[1].words == words)
    }

    @Test
    func `several balancers have a number each and are otherwise the same`() throws {
        let all = try children("web: a\n") { $0.balancers = 3 }
        #expect(all.prefix(3).map(\.name) == ["balancer.1", "balancer.2", "balancer.3"])
        for balancer in all.prefix(3) {
            #expect(balancer.role == .balancer && balancer.type == "balancer")
            #expect(balancer.port == 8080 && balancer.options == all[0].options)
        }
        #expect(all[3].options == nil)
    }

    @Test
    func `another balancer is one child that is run like any other type`() throws {
        let all = try children("worker: b\nbalancer: haproxy\nweb: a\n") {
            $0.balancers = 3
            $0.terminals = ["all"]
            $0.stops = try! StopRules(timeouts: ["balancer=3s"], signals: [])
        }
        #expect(all.map(\.name) == ["balancer", "worker", "web.1", "web.2", "web.3"])
        #expect(all[0].role == .other && all[0].options == nil && all[0].port == 8080)
        #expect(all[0].hasTerminal && all[0].rule == .onFailure)
        #expect(all[0].stopLimit == .seconds(3))
        #expect(all[2].weight == 1)
    }

    @Test(
        arguments: [
            (nil, [.always, .always, .onFailure, .never]),
            (.never, [.never, .never, .never, .never]),
            (.always, [.always, .always, .always, .never]),
        ] as [(RestartRule?, [RestartRule])])
    func `what is balanced starts again always, other types after a failure, a release never`(
        flag: RestartRule?, rules: [RestartRule]
    ) throws {
        let all = try children("web: a\nworker: b\nrelease: c\n") {
            $0.rule = flag
            $0.backends = 1
        }
        #expect(all.map(\.rule) == rules)
    }

    @Test
    func `limits are those of the flags, or the usual ones`() throws {
        let usual = try children("web: a\nworker: b\n")
        for child in usual {
            #expect(child.startLimit == PlanLimits.start && child.stopLimit == PlanLimits.stop)
            #expect(child.restartDelay == nil && child.stopSignal == .terminate)
            #expect(!child.hasTerminal && !child.mergesStreams)
        }
        let flagged = try children("web: a\nworker: b\n") {
            $0.startLimit = .seconds(3)
            $0.restartDelay = .seconds(2)
            $0.merged = ["worker"]
        }
        for child in flagged {
            #expect(child.startLimit == .seconds(3) && child.restartDelay == .seconds(2))
            #expect(child.mergesStreams == (child.type == "worker"))
        }
    }

    @Test(
        arguments: [
            ("--weight web.2=5", [1, 5, 1]), ("--weight web=2 --weight 3002=4", [2, 2, 4]),
            ("--weight all=3", [3, 3, 3]), ("--weight web.1=0", [0, 1, 1]), ("", [1, 1, 1]),
        ] as [(String, [UInt32])])
    func `a backend weighs what the balancer's line says`(
        words: String, weights: [UInt32]
    ) throws {
        let all = try children("balancer: lb-balancer \(words)\nweb: a\n")
        #expect(all.dropFirst().map(\.weight) == weights)
        #expect(all[0].words == ["lb-balancer"])
    }

    @Test
    func `words for a balancer that is not there are told`() throws {
        var flags = Topology.Flags()
        flags.balancer = ["--retries=1", "--rise=2"]
        for text in ["worker: a\n", "balancer: haproxy\nworker: a\n"] {
            let built = try Topology(
                try Procfile(text), flags: flags, environment: EnvironmentFile())
            #expect(
                built.notices.last == "there is no balancer to be told --retries=1 --rise=2")
        }
    }
}
