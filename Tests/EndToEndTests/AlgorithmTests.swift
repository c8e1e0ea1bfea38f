import Basics
import Kernel
import TestSupport
import Testing

/// How much each backend gets by each algorithm, over several threads.
@Suite struct AlgorithmTests {
    private let echoes: [RunningProgram]
    private let addresses: [Address]

    /// Three backends, of which the first takes its time.
    init() throws {
        var echoes: [RunningProgram] = []
        var addresses: [Address] = []
        for number in 1...3 {
            let echo = try RunningProgram(
                "lb-echo",
                ["--port", "0", "--name", "e\(number)"]
                    + (number == 1 ? ["--latency", "50ms"] : ["--latency", "2ms"]))
            echoes.append(echo)
            addresses.append(try echo.address())
        }
        self.echoes = echoes
        self.addresses = addresses
    }

    private func balanced(_ words: String...) throws -> Balanced {
        let backends = addresses.enumerated().map { "\($1),name=e\($0 + 1)" }
        return try Balanced(backends, ["--threads", "2"] + words)
    }

    /// How many of some requests each backend got, as the access lines say.
    private func shares(_ balanced: Balanced, requests: Int) throws -> [String: Int] {
        let load = try Load(on: balanced.address, clients: 12)
        try load.awaitMore(requests)
        #expect(try load.stop().failed == 0)
        _ = try balanced.program.stop()
        var shares: [String: Int] = [:]
        for line in balanced.program.output.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count > 7 { shares[String(words[7]), default: 0] += 1 }
        }
        return shares
    }

    @Test func `round robin gives every backend the same`() throws {
        let shares = try shares(try balanced("--algorithm", "round-robin"), requests: 600)
        let all = shares.values.reduce(0, +)
        for name in ["e1", "e2", "e3"] {
            #expect(abs(shares[name, default: 0] * 3 - all) <= 3 * 13, "\(shares)")
        }
    }

    @Test func `the turns of one that is out are shared by all others`() throws {
        let sick = try ScriptedBackend { (connection) throws(Failure) in
            while try connection.request() != nil {
                try connection.send("HTTP/1.1 500 Sick\r\nContent-Length: 0\r\n\r\n")
            }
        }
        let backends = ["\(sick.address),name=e0"] + addresses.suffix(2).map { "\($0)" }
        let balanced = try Balanced(
            backends,
            ["--health-check", "http:/health", "--health-interval", "20ms", "--threads", "2"])
        _ = try balanced.program.line(with: "e0 is down", in: .errors)
        var seen: [String: Int] = [:]
        for _ in 0..<120 { seen[try balanced.get("/").field("x-backend") ?? "", default: 0] += 1 }
        #expect(seen.count == 2 && seen.values.allSatisfy { (58...62).contains($0) }, "\(seen)")
    }

    @Test(arguments: ["least-connections", "least-response-time", "random"])
    func `a slow backend gets less`(algorithm: String) throws {
        let shares = try shares(try balanced("--algorithm", algorithm), requests: 1500)
        let slow = shares["e1", default: 0]
        let others = [shares["e2", default: 0], shares["e3", default: 0]]
        let all = slow + others[0] + others[1]
        // An even share is a third; by response time a tenth of that is left.
        let most = algorithm == "least-response-time" ? all / 30 : all / 6
        #expect(slow <= most, "\(shares)")
        #expect(others.min()! * 3 > others.max()!, "\(shares)")
        // Least connections keeps some on it at any time; none is given up.
        #expect(slow >= 1, "\(shares)")
    }

    @Test(arguments: [
        ("header:X-User", "X-User: "), ("cookie:user", "Cookie: a=b; user="), ("uri", "/?"),
        ("path", "/"),
    ])
    func `a key keeps its backend, and loses it only with that`(
        key: String, mark: String
    ) throws {
        let balanced = try balanced(
            "--algorithm", "hash", "--hash-key", key, "--health-check", "off")
        func owner(_ number: Int) throws -> String {
            let isField = mark.hasSuffix(" ") || mark.hasSuffix("=")
            let answer =
                isField
                ? try Client.get(balanced.address, "/", fields: "\(mark)u\(number)\r\n")
                : try Client.get(balanced.address, "\(mark)u\(number)")
            return try #require(answer.field("x-backend"))
        }
        var owners: [String] = []
        for number in 0..<40 { owners.append(try owner(number)) }
        #expect(Set(owners) == ["e1", "e2", "e3"])
        for number in 0..<40 { #expect(try owner(number) == owners[number]) }
        try echoes[1].stop()
        for number in 0..<40 {
            let now = try owner(number)
            if owners[number] == "e2" {
                #expect(now != "e2")
            } else {
                #expect(now == owners[number])
            }
        }
    }

    @Test func `a client keeps its backend by its address`() throws {
        let balanced = try balanced("--algorithm", "hash", "--trust-proxy", "127.0.0.1")
        var owners: Set<String> = []
        for client in 1...30 {
            var seen: Set<String> = []
            for _ in 0..<3 {
                let answer = try Client.get(
                    balanced.address, "/", fields: "X-Forwarded-For: 192.0.2.\(client)\r\n")
                seen.insert(try #require(answer.field("x-backend")))
            }
            #expect(seen.count == 1)
            owners.formUnion(seen)
        }
        #expect(owners.count == 3)
    }

    @Test(arguments: ["--algorithm=fastest", "--hash-key=colour", "--hash-key=header:"])
    func `what is no way of choosing is refused`(word: String) throws {
        let told = try RunningProgram.run("lb-balancer", ["--backend", "127.0.0.1:1", word])
        #expect(told.code == 2)
        #expect(told.errors.contains("--"), "\(told.errors)")
    }
}
