import Basics
import Kernel
import TestSupport
import Testing

/// What is promised of echo backends that are told to be slow, or to fail.
@Suite struct FaultVerbTests {
    private func time(_ service: Service, _ path: String = "/") throws -> Nanoseconds {
        let start = Clock.now()
        #expect(try service.get(path).status == 200)
        return Clock.now().since(start)
    }

    /// How many of some requests are answered with 500.
    private func failures(_ service: Service, of count: Int) throws -> Int {
        var failed = 0
        for _ in 0..<count where try service.get().status == 500 { failed += 1 }
        return failed
    }

    @Test func `a slow backend is slow at once, after a restart too, until that is ended`() throws {
        let service = try Service(["--backends", "1"])
        let told = try service.run("slow", ["backend.1", "300ms"])
        #expect(told.code == 0)
        #expect(told.output.contains("answers 300 ms later; in force after"), "\(told)")
        #expect(try time(service) >= .milliseconds(300))
        #expect(try service.row("backend.1").json["latency_ms"].double == 300)
        let before = try service.row("backend.1")
        #expect(try service.run("kill", ["backend.1"]).code == 0)
        try service.await("backend.1") { $0.state == "ready" && $0.pid != before.pid }
        #expect(try time(service) >= .milliseconds(300))
        // No check waits.
        #expect(try service.row("backend.1").json["health"].text == "up")
        let ended = try service.run("slow", ["backend.1=0", "--format", "json"])
        #expect(try JSON(ended.output).items.map { $0["latency_ms"].double } == [0])
        #expect(try eventuallyQuick(service))
        try service.awaitSentence("changed by 'lbctl slow': backend.1 answers 300 ms later")
    }

    /// On a busy machine one request may take long by itself.
    private func eventuallyQuick(_ service: Service) throws -> Bool {
        for _ in 0..<20 where try time(service) < .milliseconds(300) { return true }
        return false
    }

    @Test func `a backend fails exactly the share that it is told to`() throws {
        let service = try Service(["--backends", "1", "--error-rate", "backend.1=10%"])
        #expect(try failures(service, of: 100) == 10)
        let told = try service.run("fail", ["backend.1", "50"])
        #expect(
            told.output.contains(
                "fails 50% of its requests (was 10% of its requests); in force after"), "\(told)")
        #expect(try failures(service, of: 200) == 100)
        #expect(try service.run("fail", ["all", "0"]).code == 0)
        #expect(try failures(service, of: 50) == 0)
        #expect(try service.run("fail", ["all", "0%"]).output.contains("already"))
    }

    @Test func `what can't be told is refused with the reason, and nothing is done`() throws {
        let service = try Service(
            ["--backends", "1"],
            procfile: "backend: lb-echo --port $PORT\nworker: sleep 1000\n")
        let told = try service.run("slow", ["backend.1=1s", "worker=1s"])
        #expect(told.code == 1)
        #expect(told.errors.contains("worker is no lb-echo but sleep"), "\(told)")
        #expect(try service.row("backend.1").json["latency_ms"] == .null)
        #expect(try service.run("slow", ["all", "1ms"]).code == 0)
        #expect(try service.run("stop", ["backend.1"]).code == 0)
        let later = try service.run("slow", ["backend.1", "200ms"])
        #expect(later.output.contains("from its next start on"), "\(later)")
        #expect(try service.run("start", ["--wait", "backend.1"]).code == 0)
        #expect(try time(service) >= .milliseconds(200))
    }

    @Test func `in TCP mode a backend can be slow, and has nothing to fail`() throws {
        let service = try Service(["--backends", "1", "--mode", "tcp", "--latency", "200ms"])
        let start = Clock.now()
        let sent = try service.place.shell(
            "echo hello | $0 send \(service.address)", [])
        _ = try sent.end()
        #expect(sent.output == "hello\n" && Clock.now().since(start) >= .milliseconds(200))
        let told = try service.run("fail", ["backend.1", "10%"])
        #expect(told.code == 1 && told.errors.contains("no answer that could say 500"), "\(told)")
    }

    @Test func `a restart that is draining can be turned into an end`() throws {
        let service = try Service(["--backends", "2"])
        var clients: [Client] = []
        // One for each backend.
        for _ in 0..<2 {
            let client = try Client(service.address)
            try client.send("GET /delay/100 HTTP/1.1\r\nHost: a\r\n\r\n")
            clients.append(client)
        }
        try service.awaitActive(2)
        let restart = try service.place.start(["restart", "backend.1"])
        try service.await("backend.1") { $0.state == "draining" }
        #expect(try service.run("kill", ["--no-restart", "backend.1"]).code == 0)
        try service.await("backend.1") { $0.state == "stopped" }
        #expect(try restart.end().cause == .exited(code: 1))
        #expect(try service.row("backend.1").state == "stopped")
        withExtendedLifetime(clients) {}
    }
}
