import Basics
import Kernel
import Testing

/// The one stream: nothing lost, nothing twice, in one order.
@Suite struct LogTests {
    /// Every number of the stream exactly once.
    private func expectWhole(_ records: [JSON], from first: Int? = nil) {
        let numbers = records.compactMap { $0["seq"].int }
        #expect(numbers.count == records.count)
        let start = first ?? numbers.first ?? 0
        let gap = numbers.enumerated().first { $1 != start + $0 }
        #expect(gap == nil, "after \(gap.map { $0.offset } ?? 0) lines")
        let times = records.compactMap { $0["time"].text }
        #expect(times == times.sorted())
    }

    private func ask(_ service: Service, _ count: Int, _ path: String = "/") throws {
        let client = try Client(service.address)
        for _ in 0..<count {
            try client.send("GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try client.answer().status == 200)
        }
    }

    private func accessLines(_ records: [JSON], _ path: String) -> Int {
        records.count { $0["text"].text?.contains("\"GET \(path) HTTP/1.1\"") ?? false }
    }

    @Test func `after the end the last run is shown whole`() throws {
        let place = try Place()
        #expect(try place.up(["--backends", "1"]).code == 0)
        #expect(try place.run("down").code == 0)
        #expect(try place.up(["--backends", "2"]).code == 0)
        let port = try #require(try place.rows().first).port
        for number in 0..<5 {
            #expect(try Client.get(.loopback(port: port), "/number/\(number)").status == 200)
        }
        #expect(try place.run("down").code == 0)
        let records = try place.records()
        expectWhole(records)
        let texts = records.compactMap { $0["text"].text }
        #expect(texts.first?.hasPrefix("lbctl ") == true)
        #expect(texts.count { $0.contains(" runs '") } == 1)
        #expect(texts.contains { $0.hasPrefix("backend.2 ") })
        for number in 0..<5 { #expect(accessLines(records, "/number/\(number)") == 1) }
        #expect(texts.last == "'\(place.name)' is stopped")
        let lines = try place.run("logs").output
        #expect(lines.split(separator: "\n").count == records.count)
        #expect(lines.contains("backend.2 | listening on 127.0.0.1:"))
    }

    @Test func `only the last lines, and only those of some, are shown on request`() throws {
        let service = try Service(["--backends", "3"])
        // Only then the balancer has anything to say.
        try ask(service, 3)
        #expect(try service.run("down").code == 0)
        let all = try service.place.records()
        let numbers = all.compactMap { $0["seq"].int }
        for count in [0, 1, 3, all.count, all.count + 10] {
            let last = try service.place.records(["--tail", "\(count)"])
            #expect(last.compactMap { $0["seq"].int } == Array(numbers.suffix(count)))
        }
        let some = try service.place.records(["backend.2", "balancer"])
        #expect(Set(some.compactMap { $0["name"].text }) == ["backend.2", "balancer"])
        let wanted = all.filter { ["backend.2", "balancer"].contains($0["name"].text) }
        #expect(some == wanted)
        let types = try service.place.records(["backend", "--tail=2"])
        #expect(types.count == 2)
        let isBackend = types.allSatisfy { $0["name"].text?.hasPrefix("backend.") ?? false }
        #expect(isBackend)
    }

    @Test func `a follower that comes in the middle misses nothing and sees nothing twice`()
        throws
    {
        let service = try Service(["--backends", "2"])
        let load = try Load(on: service.address, clients: 2, path: "/before/and/after")
        try load.awaitMore(50)
        let follower = try service.place.start(["logs", "-f", "--format", "json"])
        _ = try follower.line(with: "/before/and/after")
        try load.awaitMore(100)
        let account = try load.stop()
        #expect(account.failed == 0, "\(account)")
        try ask(service, 1, "/the/last")
        _ = try follower.line(with: "/the/last")
        let records = try JSON.lines(follower.output)
        expectWhole(records)
        #expect(records.first?["text"].text?.contains(" runs '") == true)
        #expect(accessLines(records, "/before/and/after") == account.answered)
        #expect(follower.errors == "")
        #expect(try service.run("down").code == 0)
        // It ends with the service, and has seen its last word.
        #expect(try follower.end().cause == .exited(code: 0))
        let last = try JSON.lines(follower.output)
        expectWhole(last)
        #expect(last.last?["text"].text == "'\(service.name)' is stopped")
    }

    @Test func `a follower that does not read delays no child, and misses nothing untold`() throws {
        let service = try Service(["--backends", "1"])
        let follower = try service.place.start(["logs", "-f"])
        _ = try follower.line(with: "backend.1 | listening")
        follower.send(.stop)
        defer { follower.send(.proceed) }
        // Far more than fits between here and there.
        let path = "/" + String(repeating: "x", count: 4000)
        try ask(service, 1500, path)
        #expect(try service.run("ps").code == 0)
        let before = try service.row("backend.1")
        #expect(try service.run("kill", ["backend.1"]).code == 0)
        try service.await("backend.1") { $0.state == "ready" && $0.pid != before.pid }
        follower.send(.proceed)
        #expect(try service.run("down").code == 0)
        _ = try follower.end()
        let shown = follower.output.split(separator: "\n").filter { $0.contains("xxxx") }.count
        #expect(shown == 1500 || follower.errors.contains("left out"), "\(shown) lines")
        expectWhole(try service.place.records())
    }

    @Test func `a terminal that does not read delays no child`() throws {
        let service = try Service(["--backends", "1"])
        service.guardian.send(.stop)
        defer { service.guardian.send(.proceed) }
        try ask(service, 1500, "/" + String(repeating: "x", count: 4000))
        #expect(try service.run("kill", ["backend.1"]).code == 0)
        try service.await("backend.1") { $0.state == "ready" && $0.restarts == 1 }
        service.guardian.send(.proceed)
        expectWhole(try service.place.records())
        #expect(try service.run("down").code == 0)
        #expect(try service.end() == .exited(code: 0))
    }

    @Test(arguments: [("exit 3", "exited with 3"), ("kill -SEGV $$", "killed by SIGSEGV")])
    func `the last words of one that dies stand before the sentence of its death`(
        end: String, words: String
    ) throws {
        let file = """
            backend: lb-echo --port $PORT
            worker: sh -c 'seq 1 2000; echo to errors >&2; printf "no line end"; \(end)'
            """
        let service = try Service(["--backends", "1", "--restart", "never"], procfile: file)
        try service.awaitSentence("worker", words)
        let records = try service.place.records()
        expectWhole(records)
        let death = try #require(
            records.firstIndex {
                $0["name"].text == "lbctl" && ($0["text"].text ?? "").contains(words)
            })
        let said = records.indices.filter { records[$0]["name"].text == "worker" }
        #expect(said.allSatisfy { $0 < death })
        let output = said.map { records[$0] }.filter { $0["stream"].text != "err" }
            .compactMap { $0["text"].text }
        let errors = said.map { records[$0] }.filter { $0["stream"].text == "err" }
            .compactMap { $0["text"].text }
        #expect(output == (1...2000).map { "\($0)" } + ["no line end"])
        #expect(errors == ["to errors"])
    }

    @Test func `a child can neither forge a line nor reach the terminal`() throws {
        let file = """
            backend: lb-echo --port $PORT
            worker: printf 'a\\033]0;title\\007b\\rc\\n'
            """
        let service = try Service(["--backends", "1"], procfile: file)
        let line = try service.guardian.line(with: "worker    | ")
        #expect(!line.utf8.contains { $0 < 0x20 || $0 == 0x7F })
        let all = service.guardian.output
        #expect(!all.utf8.contains(0x1B))
    }
}
