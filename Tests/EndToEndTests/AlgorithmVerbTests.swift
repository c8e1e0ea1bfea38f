import Kernel
import TestSupport
import Testing

/// What is promised of an algorithm that is changed while the service runs.
@Suite struct AlgorithmVerbTests {
    private func requests(_ service: Service) throws -> [Int] {
        try service.rows().filter { $0.type == "backend" }.map { $0.requests ?? 0 }
    }

    /// How many requests each backend gets of a load.
    private func shares(_ service: Service, _ load: Load) throws -> [Int] {
        let before = try requests(service)
        try load.awaitMore(400)
        return zip(try requests(service), before).map { $0 - $1 }
    }

    @Test func `no request is lost, and the shares change at once`() throws {
        let service = try Service(
            ["--balancers", "2", "--threads", "2", "--latency", "backend.1=40ms"])
        let balancers = try service.rows().filter { $0.type == "balancer" }.map(\.pid)
        let load = try Load(on: service.address, clients: 12)
        try load.awaitMore(50)
        let even = try shares(service, load)
        #expect(even[0] * 4 > even[1], "\(even)")
        let told = try service.run("algorithm", ["least-response-time"])
        #expect(told.code == 0)
        for number in 1...2 {
            let line = told.output.split(separator: "\n").first {
                $0.hasPrefix("balancer.\(number) ")
            }
            let words = "): least-response-time (was round-robin); in force after"
            #expect(line?.contains(words) == true, "\(told)")
        }
        // What it has measured must come first.
        try load.awaitMore(200)
        let uneven = try shares(service, load)
        #expect(uneven[0] * 4 < uneven[1], "\(uneven)")
        for name in ["hash", "random", "least-connections", "round-robin"] {
            #expect(try service.run("algorithm", [name]).code == 0)
            try load.awaitMore(50)
        }
        let account = try load.stop()
        #expect(account.failed == 0, "\(account)")
        #expect(try service.rows().filter { $0.type == "balancer" }.map(\.pid) == balancers)
    }

    @Test func `it is kept over a death and a replacement, until the file changes there`() throws {
        let service = try Service(
            ["--backends", "2"],
            procfile: "balancer: lb-balancer --algorithm random\nbackend: lb-echo --port $PORT\n")
        #expect(try service.run("algorithm").output == "random\n")
        #expect(try service.run("algorithm", ["hash"]).code == 0)
        #expect(try service.run("algorithm", ["hash"]).output.contains("): hash already"))
        let before = try service.row("balancer")
        #expect(try service.run("kill", ["balancer"]).code == 0)
        try service.await("balancer") { $0.state == "ready" && $0.pid != before.pid }
        func backends() throws -> Set<String> {
            var seen: Set<String> = []
            for _ in 0..<6 { seen.insert(try service.get().field("x-backend") ?? "") }
            return seen
        }
        // One client's key belongs to one backend.
        #expect(try backends().count == 1)
        #expect(try service.run("restart", ["balancer"]).code == 0)
        #expect(try backends().count == 1)
        #expect(try service.row("balancer").json["algorithm"].text == "hash")
        #expect(try service.run("reload").output.contains("unchanged"))
        #expect(
            try service.run("algorithm", ["--format", "json"]).output
                == "{\"algorithm\":\"hash\"}\n")
        let pid = try service.row("balancer").pid
        _ = try service.folder.file(
            "Procfile.test",
            "balancer: lb-balancer --algorithm least-connections\nbackend: lb-echo --port $PORT\n")
        let told = try service.run("reload")
        #expect(told.output.contains("): chooses by least-connections"), "\(told)")
        #expect(try service.run("algorithm").output == "least-connections\n")
        #expect(try service.row("balancer").pid == pid)
        try service.awaitSentence("changed by 'lbctl algorithm': algorithm hash (was random)")
    }

    @Test func `where nothing chooses there is nothing to choose by`() throws {
        let service = try Place(procfile: "worker: sleep 1000\n")
        #expect(try service.up().code == 0)
        #expect(try service.run("algorithm").errors.contains("no lb-balancer"))
        let told = try service.run("algorithm", ["hash"])
        #expect(told.code == 1 && told.errors.contains("no balancer that chooses"), "\(told)")
        #expect(try service.run("down").code == 0)
    }
}
