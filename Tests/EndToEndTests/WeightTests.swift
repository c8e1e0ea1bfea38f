import Kernel
import Testing

/// What is promised of shares that are changed while the service runs.
@Suite struct WeightTests {
    private func shares(_ service: Service, of count: Int) throws -> [String: Int] {
        var seen: [String: Int] = [:]
        for _ in 0..<count { seen[try service.get().field("x-backend") ?? "", default: 0] += 1 }
        return seen
    }

    private func weights(_ service: Service) throws -> [Int?] {
        try service.rows().filter { $0.type == "backend" }.map { $0.json["weight"].int }
    }

    @Test func `shares are as the weights say, over restarts too`() throws {
        let service = try Service()
        #expect(try weights(service) == [1, 1, 1])
        let port = try service.row("backend.1").port
        let told = try service.run("weight", ["\(port)=3", "backend.2=2", "--format", "json"])
        #expect(told.code == 0)
        #expect(try JSON(told.output).items.map { $0["weight"].int } == [3, 2])
        #expect(try weights(service) == [3, 2, 1])
        #expect(
            try shares(service, of: 12) == ["backend.1": 6, "backend.2": 4, "backend.3": 2])
        #expect(try service.run("restart", ["--rolling", "backend"]).code == 0)
        let before = try service.row("backend.1")
        #expect(try service.run("kill", ["backend.1"]).code == 0)
        try service.await("backend.1") { $0.state == "ready" && $0.pid != before.pid }
        #expect(try weights(service) == [3, 2, 1])
        #expect(
            try shares(service, of: 12) == ["backend.1": 6, "backend.2": 4, "backend.3": 2])
    }

    @Test func `one of weight 0 gets nothing, and the last one is told of`() throws {
        let service = try Service(["--backends", "2"])
        let told = try service.run("weight", ["backend.1=0"])
        #expect(told.output.contains("weight 0 (was 1), nothing new goes to it"))
        #expect(!told.output.contains("no backend can be chosen"))
        #expect(try shares(service, of: 6) == ["backend.2": 6])
        #expect(try service.row("backend.1").state == "ready")
        #expect(try service.run("weight", ["all=0"]).output.contains("no backend can be chosen"))
        #expect(try service.get().status == 503)
        #expect(try service.run("weight", ["backend=1"]).code == 0)
        #expect(try shares(service, of: 6) == ["backend.1": 3, "backend.2": 3])
    }

    @Test func `a weight that it has already is no change`() throws {
        let service = try Service(["--backends", "2", "--weight", "backend.2=4"])
        let told = try service.run("weight", ["backend.1=3", "backend.2=4"])
        #expect(told.output.contains("): weight 3 (was 1); in force"), "\(told)")
        #expect(told.output.contains("): weight is 4 already\n"), "\(told)")
        #expect(try !service.sentences().contains { $0.contains("has weight 4") })
    }

    @Test func `all of them change or none`() throws {
        let service = try Service(["--backends", "2"])
        for wrong in ["9999=1", "balancer=1"] {
            #expect(try service.run("weight", ["backend.1=5", wrong]).code == 1)
        }
        for wrong in ["backend.2", "backend.2=257", "backend.2=-1", "backend.2=", "=3"] {
            #expect(try service.run("weight", ["backend.1=5", wrong]).code == 2)
        }
        #expect(try weights(service) == [1, 1])
    }

    @Test func `a flag says what they are at the beginning`() throws {
        let service = try Service(["--backends", "2", "--weight", "backend.2=4"])
        #expect(try weights(service) == [1, 4])
        #expect(try shares(service, of: 10) == ["backend.1": 2, "backend.2": 8])
    }

    @Test func `no request notices that weights change`() throws {
        let service = try Service()
        let load = try Load(on: service.address, clients: 8)
        for weight in [5, 1, 0, 256, 2] {
            #expect(try service.run("weight", ["backend.2=\(weight)", "backend.3=3"]).code == 0)
            try load.awaitMore(50)
        }
        let account = try load.stop()
        #expect(account.failed == 0, "\(account)")
    }
}
