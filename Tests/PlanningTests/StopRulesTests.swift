import Basics
import Control
import Kernel
import Testing

@testable import Planning

@Suite("How processes are asked to end")
struct StopRulesTests {
    @Test
    func `is SIGTERM and ten seconds where nothing is said`() {
        let rules = StopRules()
        #expect(rules.limit(of: "web") == .seconds(10))
        #expect(rules.signal(of: "web", .backend) == .terminate)
    }

    @Test
    func `is by type what was said of it last, else what was said of all`() throws {
        let rules = try StopRules(
            timeouts: ["worker=1s", "20s,worker=30s"], signals: ["INT", "clock=SIGQUIT"])
        #expect(rules.limit(of: "worker") == .seconds(30))
        #expect(rules.limit(of: "web") == .seconds(20))
        #expect(rules.limit(of: "balancer") == .seconds(20))
        #expect(rules.signal(of: "clock", .other) == .quit)
        #expect(rules.signal(of: "web", .backend) == .interrupt)
        // It has its own way to end.
        #expect(rules.signal(of: "balancer", .balancer) == .terminate)
    }

    @Test(
        arguments: [
            (["soon"], []), (["worker="], []), (["=5s"], []), (["5s,"], []), ([""], []),
            ([], ["NOSUCH"]), ([], ["STOP"]), ([], ["worker=CONT"]), ([], ["=TERM"]),
        ] as [([String], [String])])
    func `can't be what makes no sense`(timeouts: [String], signals: [String]) {
        #expect(throws: UsageError.self) {
            try StopRules(timeouts: timeouts, signals: signals)
        }
    }

    @Test
    func `can't be said of a type that is not there, nor the balancer's signal`() throws {
        let types = ["web", "balancer"]
        try StopRules(timeouts: ["balancer=1s"], signals: ["web=INT"]).check(against: types)
        try StopRules(timeouts: ["balancer=1s"], signals: []).check(against: ["web"])
        let refusal = #expect(throws: Refusal.self) {
            try StopRules(timeouts: ["5s,worker=1s"], signals: []).check(against: types)
        }
        #expect(refusal?.what == "--stop-timeout worker=1s can't be used")
        #expect(throws: Refusal.self) {
            try StopRules(timeouts: [], signals: ["balancer=INT"]).check(against: types)
        }
    }

    @Test
    func `reaches each child by its type`() throws {
        var flags = Topology.Flags()
        flags.stops = try StopRules(timeouts: ["2s", "worker=30s"], signals: ["worker=INT"])
        let procfile = try Procfile("web: a $PORT\nworker: b\n", path: "Procfile")
        let topology = try Topology(
            procfile, flags: flags, environment: EnvironmentFile())
        for child in topology.children {
            #expect(child.stopLimit == .seconds(child.type == "worker" ? 30 : 2))
            #expect(child.stopSignal == (child.type == "worker" ? .interrupt : .terminate))
            var writer = FrameWriter()
            child.spell(into: &writer)
            var reader = FrameReader(writer.bytes)
            #expect(try ChildPlan(from: &reader) == child)
        }
    }
}
