import Basics
import Kernel
import TestSupport
import Testing

/// Backends that come back, retries that are counted, and keys whose backend has too much to do.
@Suite struct ReturnTests {
    @Test(arguments: ["round-robin", "least-connections", "random"])
    func `a backend that comes back has a tenth of its share at first`(algorithm: String) throws {
        let echoes = try Echoes(2)
        let words = ["--port", "\(try ReservedPort.any())", "--name", "back"]
        let away = try RunningProgram("lb-echo", words)
        let address = try away.address()
        let balanced = try Balanced(
            echoes.addresses + [address],
            [
                "--algorithm", algorithm, "--slow-start", "100h", "--health-interval", "20ms",
                "--health-check", "http:/health",
            ])
        func shares(_ count: Int) throws -> [String: Int] {
            var shares: [String: Int] = [:]
            for _ in 0..<count {
                shares[try balanced.get("/").field("x-backend") ?? "", default: 0] += 1
            }
            return shares
        }
        // Those that were there from the beginning have all of theirs: a hundred, and by chance not
        // half of that once in millions of runs.
        #expect(try shares(300)["back", default: 0] >= 50)
        _ = try away.stop()
        _ = try balanced.program.line(with: " is down: ", in: .errors)
        let back = try RunningProgram("lb-echo", words)
        _ = try back.address()
        _ = try balanced.program.line(with: " is up: ", in: .errors)
        // Of 300 requests a third would be 100, and a tenth of that share is 10.
        let share = try shares(300)["back", default: 0]
        #expect((1...35).contains(share), "\(share)")
        if algorithm == "round-robin" { #expect((5...18).contains(share), "\(share)") }
    }

    @Test func `without a budget nothing is tried twice, but what died is no matter of it`() throws
    {
        let breaking = try ScriptedBackend { (connection) throws(Failure) in
            _ = try connection.request()
            connection.reset()
        }
        let fine = try ScriptedBackend { (connection) throws(Failure) in
            while try connection.request() != nil { try connection.answer("fine") }
        }
        let balanced = try Balanced(
            [breaking.address, fine.address], ["--retry-budget", "0%,floor=0"])
        #expect(
            try (0..<4).map { _ in try balanced.get("/").status }.sorted() == [200, 200, 502, 502])
        let generous = try Balanced(
            [breaking.address, fine.address], ["--retry-budget", "off"])
        for _ in 0..<4 { #expect(try generous.get("/").status == 200) }

        let service = try Service(["--backends", "2", "--retry-budget", "0%,floor=0"])
        let clients = try (0..<4).map { _ in try Client(service.address) }
        for client in clients {
            try client.send("GET /delay/1 HTTP/1.1\r\nHost: a\r\n\r\n")
        }
        try service.awaitActive(4)
        #expect(try service.run("kill", ["backend.1"]).code == 0)
        for client in clients { #expect(try client.answer().status == 200) }
    }

    @Test func `a key whose backend has more than its part goes elsewhere`() throws {
        var programs: [RunningProgram] = []
        for number in 1...3 {
            programs.append(
                try RunningProgram(
                    "lb-echo", ["--port", "0", "--name", "e\(number)", "--latency", "10ms"]))
        }
        let addresses = try programs.map { "\(try $0.address()),name=e" }
        func shares(_ words: [String]) throws -> [Int] {
            let named = addresses.enumerated().map { "\($1)\($0 + 1)" }
            let balanced = try Balanced(
                named, ["--algorithm", "hash", "--hash-key", "path", "--threads", "2"] + words)
            let load = try Load(on: balanced.address, clients: 12)
            try load.awaitMore(600)
            #expect(try load.stop().failed == 0)
            _ = try balanced.program.stop()
            var shares: [String: Int] = [:]
            for line in balanced.program.output.split(separator: "\n") {
                let words = line.split(separator: " ")
                if words.count > 7 { shares[String(words[7]), default: 0] += 1 }
            }
            return shares.values.sorted()
        }
        #expect(try shares([]).count == 1)
        let bounded = try shares(["--hash-balance-factor", "125"])
        let all = bounded.reduce(0, +)
        // No more than 1.25 of a third at a time, and a little for those that begin and end.
        #expect(bounded.count == 3)
        #expect(bounded.last ?? 0 <= all / 2, "\(bounded)")
    }
}
