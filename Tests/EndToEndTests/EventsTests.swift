import Kernel
import Testing

/// What `lbctl events` shows, and what it leaves out.
@Suite struct EventsTests {
    private func changes(_ output: String, of name: String) throws -> [String] {
        try JSON.lines(output).filter { $0["name"].text == name }
            .compactMap { $0["change"].text }
    }

    @Test func `a backend's life is told in words that programs can rely on`() throws {
        let service = try Service(["--backends", "2"])
        let follower = try service.place.start(["events", "-f", "--format", "json"])
        _ = try follower.line(with: "\"started\"")
        #expect(try service.get().status == 200)
        let before = try service.row("backend.1")
        for (verb, words) in [
            ("kill", ["backend.1"]), ("pause", ["backend.2"]), ("resume", ["backend.2"]),
            ("drain", ["backend.2"]), ("undrain", ["backend.2"]), ("weight", ["backend.2=3"]),
            ("kill", ["-s", "STOP", "backend.2"]), ("kill", ["-s", "CONT", "backend.2"]),
        ] {
            #expect(try service.run(verb, words).code == 0, "\(verb)")
        }
        try service.await("backend.1") { $0.state == "ready" && $0.pid != before.pid }
        #expect(try service.run("down").code == 0)
        #expect(try follower.end().cause == .exited(code: 0))
        let output = follower.output
        #expect(
            try changes(output, of: "backend.1").prefix(4)
                == ["ready", "signalled", "killed", "ready"])
        let second = try changes(output, of: "backend.2").filter { $0 != "signalled" }
        #expect(
            second.prefix(8) == [
                "ready", "paused", "resumed", "drained", "drained", "undrained", "weighed",
                "paused",
            ])
        let all = try JSON.lines(output)
        #expect(all.first?["change"].text == "started" && all.first?["name"] == .null)
        #expect(all.last?["change"].text == "stopped")
        #expect(all.allSatisfy { $0["change"].text != "other" }, "\(output)")
        let ready = try #require(all.first { $0["name"].text == "backend.1" })
        #expect(ready["port"].int == Int(before.port) && ready["pid"].int == Int(before.pid))
        // Nothing that a child or the balancer said.
        #expect(!output.contains("listening on") && !output.contains("GET /"))
        // Afterwards the history tells the same.
        #expect(try service.run("events", ["--format", "json"]).output == output)
    }

    @Test func `the table has a head, and rows of those alone that were asked for`() throws {
        let service = try Service(["--backends", "2"])
        let rows = try service.run("events", ["backend.2"]).output.split(separator: "\n")
        #expect(
            rows.first?.split(separator: " ") == ["TIME", "NAME", "PORT", "PID", "CHANGE", "WHAT"])
        #expect(rows.count == 2 && rows[1].contains("  backend.2 "))
        #expect(rows[1].contains("  ready "))
        // All below each other.
        let place = try #require(rows[0].utf8.indices.first { rows[0][$0...].hasPrefix("CHANGE") })
        let column = rows[0].utf8.distance(from: rows[0].startIndex, to: place)
        #expect(rows[1].utf8.dropFirst(column).starts(with: "ready".utf8))
        let unknown = try service.run("events", ["backend.9"])
        #expect(unknown.code == 1 && unknown.errors.contains("nobody is called 'backend.9'"))
        #expect(
            try service.run("events", ["--tail", "1"]).output.split(separator: "\n").count == 2)
    }
}
