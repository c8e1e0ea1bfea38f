import Basics
import Kernel
import TestSupport
import Testing

/// What holds for connections of the TCP mode as it does for requests: choosing, checks, limits.
@Suite struct StreamRulesTests {
    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    private func named(_ names: [String]) throws -> ([RunningProgram], [String]) {
        let programs = try names.map {
            try RunningProgram(
                "lb-echo", ["--mode", "tcp", "--port", "0", "--banner", "--name", $0])
        }
        let backends = try zip(names, programs).map { "\(try $1.address()),name=\($0)" }
        return (programs, backends)
    }

    /// The backend that serves a new connection, as its banner says.
    private func server(_ address: Address) throws -> String {
        let client = try Client(address)
        let words = text(try client.some()).split(separator: " ")
        return words.count > 2 ? String(words[2]) : ""
    }

    @Test(arguments: ["round-robin", "least-connections", "least-response-time", "random"])
    func `every algorithm spreads connections`(_ algorithm: String) throws {
        let (programs, backends) = try named(["a", "b", "c"])
        let balanced = try Balanced(
            backends, StreamTests.mode + ["--algorithm", algorithm, "--threads", "1"])
        // Held, so that a choice by load sees it.
        let clients = try (0..<12).map { _ in try Client(balanced.address) }
        var seen: Set<String> = []
        for client in clients { seen.insert(text(try client.some())) }
        #expect(seen.count == 3, "\(seen)")
        withExtendedLifetime(programs) {}
    }

    @Test(arguments: [["--algorithm", "hash"], ["--sticky", "10s"]])
    func `a client keeps its backend`(_ words: [String]) throws {
        let (programs, backends) = try named(["a", "b", "c"])
        let balanced = try Balanced(backends, StreamTests.mode + words)
        let first = try server(balanced.address)
        for _ in 0..<8 { #expect(try server(balanced.address) == first) }
        withExtendedLifetime(programs) {}
    }

    @Test func `weights are kept`() throws {
        let (programs, backends) = try named(["a", "b"])
        let balanced = try Balanced(
            ["\(backends[0]),weight=3", backends[1]], StreamTests.mode + ["--threads", "1"])
        var count: [String: Int] = [:]
        for _ in 0..<8 { count[try server(balanced.address), default: 0] += 1 }
        #expect(count == ["a": 6, "b": 2])
        withExtendedLifetime(programs) {}
    }

    @Test func `a client may have so many connections, and make so many`() throws {
        let (programs, backends) = try named(["a"])
        let few = try Balanced(
            backends, StreamTests.mode + ["--max-connections-per-client", "2"])
        let held = try (0..<2).map { _ in try Client(few.address) }
        for client in held { _ = try client.some() }
        #expect(StreamTests.isTurnedAway(by: few.address))
        #expect(
            try few.program.line(with: " tcp ").hasSuffix(" end=connection_limit_reached"))
        let slow = try Balanced(
            backends, StreamTests.mode + ["--rate-limit", "1/m,burst=2", "--threads", "1"])
        for _ in 0..<2 { #expect(try server(slow.address) == "a") }
        #expect(StreamTests.isTurnedAway(by: slow.address))
        #expect(try slow.program.line(with: "end=rate_limited").contains(" up=0 down=0 "))
        withExtendedLifetime((programs, held)) {}
    }

    @Test func `a check says something and expects an answer`() throws {
        let good = try ScriptedBackend { (connection) throws(Failure) in
            if try connection.bytes(6) == "PING\r\n" { try connection.send("+OK\r\n+PONG\r\n") }
            try connection.awaitEnd()
        }
        let bad = try ScriptedBackend { (connection) throws(Failure) in
            _ = try connection.bytes(6)
            try connection.send("-LOADING\r\n")
        }
        let balanced = try Balanced(
            ["\(good.address),name=good", "\(bad.address),name=bad"],
            StreamTests.mode + [
                "--health-send", "PING\\r\\n", "--health-expect", "+PONG", "--health-interval",
                "50ms", "--fall", "2",
            ])
        let line = try balanced.program.line(with: " is down", in: .errors)
        #expect(line == "bad is down: it ended without what a check expects", "\(line)")
        for _ in 0..<4 {
            let client = try Client(balanced.address)
            try client.send("PING\r\n")
            #expect(text(try client.some()) == "+OK\r\n+PONG\r\n")
        }
        #expect(!balanced.program.errors.contains("good is down"))
        withExtendedLifetime((good, bad)) {}
    }

    @Test func `what makes no sense together is refused`() throws {
        for words in [
            ["--mode", "tcp", "--algorithm", "hash", "--hash-key", "uri"],
            ["--mode", "tcp", "--sticky", "cookie"],
            ["--accept-proxy"], ["--health-send", "PING"],
            ["--health-expect", "\\q"],
        ] {
            let told = try RunningProgram.run(
                "lb-balancer", ["--listen", "127.0.0.1:0", "--backend", "127.0.0.1:9"] + words)
            #expect(told.code == 2, "\(words)")
        }
    }
}
