import Basics
import Control
import Kernel
import Testing

@testable import Planning

@Suite("A service's plan")
struct ServicePlanTests {
    private func plan(
        _ text: String, _ set: (inout Topology.Flags) -> Void = { _ in }
    ) throws -> ServicePlan {
        var flags = Topology.Flags()
        set(&flags)
        var recipe = try Recipe(flags, file: nil)
        recipe.procfile = try Procfile(text)
        recipe.environment = EnvironmentFile("A=1\n")
        let topology = try recipe.topology()
        return ServicePlan(
            name: "x", runtimePath: "/run/x", historyPath: "/state/x", historyLimit: 1 << 20,
            programFolder: "/programs", listen: Array(topology.listen.prefix(1)),
            requestedListen: topology.listen, children: topology.children, descriptorLimit: 1024,
            drainLimit: topology.drainLimit, recipe: recipe, notices: ["a notice"])
    }

    private func spelled(_ plan: ServicePlan) -> [UInt8] {
        var writer = FrameWriter()
        plan.spell(into: &writer)
        return writer.bytes
    }

    @Test(arguments: [
        "web: a $PORT\nworker: b\nrelease: c\n", "worker: b\n", "balancer: haproxy\nweb: a\n",
        "balancer: lb-balancer --mode tcp --listen unix:/x.sock --threads 3\nweb: lb-echo\n",
    ])
    func `is read as it was written`(text: String) throws {
        let full = try plan(text) {
            $0.balancers = 2
            $0.restartDelay = .seconds(2)
            $0.startLimit = .seconds(5)
            $0.stops = try! StopRules(timeouts: ["20s"], signals: ["INT"])
            $0.terminals = ["all"]
        }
        for plan in [full, try plan(text)] {
            var reader = FrameReader(spelled(plan))
            #expect(try ServicePlan(from: &reader) == plan)
            #expect(reader.isAtEnd)
        }
    }

    @Test
    func `cut anywhere is refused`() throws {
        let bytes = spelled(try plan("web: a\nworker: b\n"))
        for count in 0..<bytes.count {
            var reader = FrameReader(Array(bytes.prefix(count)))
            #expect(throws: Misspelling.self) { try ServicePlan(from: &reader) }
        }
    }

    @Test
    func `with words that no balancer takes, or an address that is none, is refused`() throws {
        var odd = try plan("web: a\n")
        odd.children[0].words.append("--nonsense")
        var reader = FrameReader(spelled(odd))
        #expect(throws: Misspelling.self) { try ServicePlan(from: &reader) }
    }

    @Test(arguments: [
        ("web: a\n", "request", "requests are answered with 503"),
        ("balancer: lb-balancer --mode tcp\nweb: a\n", "connection", "connections are reset"),
        ("worker: a\n", "request", "requests are answered with 503"),
        ("balancer: haproxy --mode tcp\nweb: a\n", "request", "requests are answered with 503"),
    ])
    func `says what is counted by what its balancer's options say`(
        text: String, unit: String, words: String
    ) throws {
        let plan = try plan(text)
        #expect(plan.isStream == (unit == "connection"))
        #expect(plan.unit.noun == unit && plan.unit.withoutBackend == words)
    }

    @Test
    func `has the folder and the variables of its recipe`() throws {
        let plan = try plan("web: a\n")
        #expect(plan.environment == ["A=1"])
        #expect(plan.directory == plan.recipe.directory)
    }
}
