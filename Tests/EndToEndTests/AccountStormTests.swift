import Basics
import Kernel
import Synchronization
import TestSupport
import Testing

/// Backends are killed at random under requests of all kinds: what clients saw, the counters, the
/// access log and the sentences about the deaths are one account.
@Suite(.serialized) struct AccountStormTests {
    /// What a client asks for, again and again.
    private struct Fetch: Sendable {
        var method = "GET"
        let path: String
        /// Between two pieces that are read, and between two requests.
        var pause = Nanoseconds.milliseconds(2)
        var length: Int?

        static let all: [Fetch] = [
            Fetch(path: "/"), Fetch(method: "POST", path: "/"),
            Fetch(path: "/delay/0.3"), Fetch(method: "POST", path: "/delay/0.3"),
            Fetch(method: "POST", path: "/delay/0.5"),
            Fetch(path: "/bytes/30000000", length: 30_000_000),
            Fetch(path: "/bytes/20000000", pause: .milliseconds(5), length: 20_000_000),
        ]

        /// One request on a connection of its own. False when it was not answered, or not wholly.
        func run(to address: Address) -> Bool {
            do throws(Failure) {
                let client = try Client(address)
                let body = method == "POST" ? "Content-Length: 4\r\n\r\nbody" : "\r\n"
                try client.send(
                    "\(method) \(path) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + body)
                guard let length else { return try client.answer().status == 200 }
                var count = 0
                while true {
                    let piece = try client.some()
                    if piece.isEmpty { return count > length }
                    count += piece.count
                    Poll.sleep(pause)
                }
            } catch { return false }
        }
    }

    /// How the requests of all clients went.
    private final class Clients: Sendable {
        struct State {
            var isOver = false
            var running = 0
            var answered = 0
            var failed = 0
        }

        let state = Mutex(State())

        init(_ copies: Int, of fetches: [Fetch], to address: Address) {
            for fetch in fetches {
                for _ in 0..<copies {
                    state.withLock { $0.running += 1 }
                    Thread.start(named: "client") { self.go(on: fetch, to: address) }
                }
            }
        }

        private func go(on fetch: Fetch, to address: Address) {
            while !state.withLock({ $0.isOver }) {
                let isAnswered = fetch.run(to: address)
                state.withLock { state in
                    if isAnswered { state.answered += 1 } else { state.failed += 1 }
                }
                Poll.sleep(fetch.pause)
            }
            state.withLock { $0.running -= 1 }
        }

        /// Nothing when they do not end.
        func stop() -> State? {
            state.withLock { $0.isOver = true }
            let areOver = eventually { state.withLock { $0.running } == 0 }
            return areOver ? state.withLock { $0 } : nil
        }
    }

    /// What the sentences about deaths say, added up.
    private func told(_ service: Service) throws(Failure) -> (inFlight: Int, failed: Int) {
        var sum = (inFlight: 0, failed: 0)
        for sentence in try service.sentences() {
            for part in sentence.split(separator: "; ") where part.contains(" in flight: ") {
                let words = part.split(separator: " ")
                guard let flight = words.firstIndex(of: "flight:"), flight >= 4,
                    let inFlight = Int(words[flight - 4]),
                    let failed = words[flight...].firstIndex(of: "elsewhere,"),
                    let count = Int(words[failed + 1])
                else { throw Failure("not understood: \(sentence)") }
                sum.inFlight += inFlight
                sum.failed += count
            }
        }
        return sum
    }

    private func countedAsFailed(_ service: Service) throws(Failure) -> Int {
        let told = try service.run("ps", ["--counters", "--format", "json"])
        return try JSON(told.output).items.reduce(0) { $0 + ($1["failed"].int ?? 0) }
    }

    private func loggedAsFailed(_ service: Service) throws(Failure) -> Int {
        let told = try service.run("logs", ["balancer"])
        return told.output.split(separator: "\n").count { $0.contains(" error=") }
    }

    private func storm(_ words: [String], kills: Int) throws {
        let service = try Service(
            ["--backends", "3", "--queue-timeout", "60s", "--log-size", "1GiB"] + words)
        let clients = Clients(3, of: Fetch.all, to: service.address)
        for round in 0..<kills {
            Poll.sleep(.milliseconds(UInt64.random(in: 1...300)))
            let target = round % 4 == 3 ? "backend" : "backend.\(Int.random(in: 1...3))"
            _ = try service.run("kill", [target])
        }
        let outcome = try #require(clients.stop())
        #expect(outcome.answered > 0 && outcome.failed > 0)
        // The last sentence may be on its way.
        let isTold = eventually {
            guard let told = try? told(service) else { return false }
            return told.failed == outcome.failed
        }
        let sentences = try service.sentences().filter { $0.contains(" in flight: ") }
        #expect(isTold, "\(outcome.failed) failed: \(sentences.joined(separator: "\n"))")
        #expect(try countedAsFailed(service) == outcome.failed)
        let areLogged = eventually {
            (try? loggedAsFailed(service)) == outcome.failed
        }
        let lines = try loggedAsFailed(service)
        #expect(areLogged, "\(lines) lines, \(outcome.failed) failed")
    }

    @Test func `what clients saw is what the sentences, the counters and the log say`() throws {
        try storm([], kills: 16)
    }

    @Test func `the same where nothing is tried again and two balancers count`() throws {
        try storm(["--retries", "0", "--balancers", "2"], kills: 16)
    }

    @Test func `one that waits in vain for another backend has failed the one that died`() throws {
        // What is started the second time never serves.
        let script = "if [ -e ran ]; then exec sleep 60; fi; touch ran; exec lb-echo --port $PORT"
        let service = try Service(
            ["--backends", "1", "--queue-timeout", "1s"], procfile: "backend: sh -c '\(script)'\n")
        let client = try Client(service.address)
        try client.send("GET /delay/60 HTTP/1.1\r\nHost: a\r\n\r\n")
        try service.awaitActive(1)
        #expect(try service.run("kill", ["backend.1"]).code == 0)
        #expect(try client.answer().status == 503)
        let isTold = eventually {
            guard let told = try? told(service) else { return false }
            return told.failed == 1 && told.inFlight == 1
        }
        let sentences = try service.sentences()
        #expect(isTold, "\(sentences)")
        #expect(try countedAsFailed(service) == 1)
    }

    @Test func `of slow readers each one that is cut is told of`() throws {
        let service = try Service(["--backends", "2"])
        let size = 60_000_000
        var clients: [Client] = []
        for _ in 0..<6 {
            let client = try Client(service.address)
            try client.send("GET /bytes/\(size) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            _ = try client.some()
            clients.append(client)
        }
        try service.awaitActive(6)
        #expect(try service.run("kill", ["backend"]).code == 0)
        // No client has read on by now: what the kernel has of the answers is still to come.
        try service.awaitSentence("backend.1 (port", "killed by SIGKILL")
        try service.awaitSentence("backend.2 (port", "killed by SIGKILL")
        for client in clients {
            var count = 0
            #expect(throws: Failure.self) {
                while true {
                    let piece = try client.some()
                    if piece.isEmpty { break }
                    count += piece.count
                }
            }
            #expect(count < size)
        }
        let isTold = eventually {
            guard let told = try? told(service) else { return false }
            return told.failed == 6 && told.inFlight == 6
        }
        let sentences = try service.sentences()
        #expect(isTold, "\(sentences)")
        let events = try service.run("events", ["--format", "json"])
        #expect(events.code == 0)
        // As numbers they are the same, whether they were told at once or turned out later.
        let facts = try JSON.lines(events.output)
            .filter { ["killed", "revised"].contains($0["kind"].text) }.map { $0["facts"] }
        #expect(facts.reduce(0) { $0 + ($1["failed"].int ?? 0) } == 6, "\(events.output)")
        #expect(facts.reduce(0) { $0 + ($1["in_flight"].int ?? 0) } == 6, "\(events.output)")
    }
}
