import Basics
import Control
import Testing

@testable import Planning

@Suite("A recipe")
struct RecipeTests {
    private func recipe(_ set: (inout Topology.Flags) -> Void = { _ in }) throws -> Recipe {
        var flags = Topology.Flags()
        set(&flags)
        var recipe = try Recipe(flags, file: nil)
        recipe.procfile = try Procfile(
            "balancer: lb-balancer --weight web.2=5\nweb: a $PORT\nwhat\nworker: b\n",
            path: "app/Procfile")
        recipe.environment = EnvironmentFile("A=1\nB='x y'\n")
        return recipe
    }

    @Test
    func `is read as it was said`() throws {
        let full = try recipe {
            $0.backends = 4
            $0.balancers = 2
            $0.port = 0
            $0.basePort = 65535
            $0.host = "::1"
            $0.restartDelay = .seconds(2)
            $0.rule = .never
            $0.formation = try! Formation("worker=2,clock=0")
            $0.balancer = ["--retries=1"]
            $0.terminals = ["worker", "all"]
            $0.stops = try! StopRules(timeouts: ["20s", "web=1m"], signals: ["web=INT"])
        }
        for recipe in [full, try recipe()] {
            var writer = FrameWriter()
            recipe.spell(into: &writer)
            var reader = FrameReader(writer.bytes)
            #expect(try Recipe(from: &reader) == recipe)
            #expect(reader.isAtEnd)
        }
    }

    @Test
    func `gives those that run the ports they have`() throws {
        var ports = Topology.KnownPorts()
        ports.backends = [4001, 4007]
        ports.others = ["clock": 5000]
        let topology = try recipe {
            $0.backends = 3
            $0.basePort = 0
        }.topology(ports: ports)
        #expect(topology.children[1...2].map { $0.port } == [4001, 4007])
        #expect(![4001, 4007, 5000, 0].contains(topology.children[3].port))
        // 5000 is taken, though its line is gone.
        #expect(topology.children[4].port == 5100)
    }

    @Test
    func `says what backends weigh, and the balancer need not know`() throws {
        let topology = try recipe { $0.balancers = 2 }.topology()
        #expect(topology.children.map { $0.name }.prefix(2) == ["balancer.1", "balancer.2"])
        #expect(topology.children.prefix(2).allSatisfy { $0.words == ["lb-balancer"] })
        #expect(topology.children.filter { $0.role == .backend }.map { $0.weight } == [1, 5, 1])
    }
}
