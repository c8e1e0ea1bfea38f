import Kernel
import TestSupport
import Testing

/// What `lbctl events` shows, and what it leaves out.
@Suite struct EventsTests {
    private func changes(_ output: String, of name: String) throws -> [String] {
        try JSON.lines(output).filter { $0["name"].text == name }
            .compactMap { $0["kind"].text }
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
                "ready", "paused", "resumed", "draining", "drained", "undrained", "weighed",
                "paused",
            ])
        let all = try JSON.lines(output)
        #expect(all.first?["kind"].text == "started" && all.first?["name"] == .null)
        #expect(all.last?["kind"].text == "stopped")
        #expect(all.allSatisfy { $0["kind"].text != "notice" }, "\(output)")
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
        #expect(unknown.code == 1 && unknown.errors.contains("nothing is called 'backend.9'"))
        #expect(
            try service.run("events", ["--tail", "1"]).output.split(separator: "\n").count == 2)
    }

    private func events(_ service: Service, _ words: [String] = []) throws -> [JSON] {
        try JSON.lines(service.run("events", ["--format", "json"] + words).output)
    }

    @Test func `a death is told with its figures as numbers, and then the return`() throws {
        let service = try Service(["--backends", "2"])
        let before = try service.row("backend.1")
        #expect(try service.run("kill", ["backend.1"]).code == 0)
        try service.await("backend.1") { $0.state == "ready" && $0.pid != before.pid }
        let all = try events(service, ["backend.1"])
        let index = try #require(all.firstIndex { $0["kind"].text == "killed" })
        let killed = all[index]
        #expect(killed["pid"].int == Int(before.pid) && killed["generation"].int == 1)
        let facts = killed["facts"]
        #expect(facts["signal"].text == "SIGKILL" && facts["signal_number"].int == 9)
        for key in ["ran_ns", "cpu_ns", "peak_bytes", "out_of_rotation_ns"] {
            #expect((facts[key].int ?? 0) > 0, "\(key)")
        }
        #expect(facts["in_flight"].int == 0 && facts["failed"].int == 0)
        #expect(facts["restart_in_ns"].int == 0 && facts["next"].text == "restarting at once")
        let next = try #require(all[(index + 1)...].first)
        #expect(next["kind"].text == "ready" && next["generation"].int == 2)
        #expect((next["facts"]["after_ns"].int ?? 0) > 0)
        // What the stream says is painted of the same value.
        try service.awaitSentence("backend.1", killed["what"].text ?? "?")
    }

    @Test func `that no backend can be chosen is told once, whatever the cause, and its end`()
        throws
    {
        let service = try Service(["--backends", "2"])
        for (verb, words) in [
            ("drain", ["backend.1"]), ("weight", ["backend.2=0"]), ("weight", ["backend.1=0"]),
            ("undrain", ["backend.1"]), ("weight", ["all=2"]), ("stop", ["backend.1"]),
        ] {
            #expect(try service.run(verb, words).code == 0, "\(verb) \(words)")
        }
        let told = try events(service, ["--kind", "service_down,service_up"])
        #expect(told.map { $0["kind"].text } == ["service_down", "service_up"])
        #expect(told[0]["name"] == .null && told[0]["facts"]["count"].int == 2)
        #expect(told[0]["what"].text?.contains("backend.1 is draining") == true)
        #expect(told[0]["what"].text?.contains("backend.2 has weight 0") == true)
        // Of a stop the begin and the end of its drain are told, each once.
        let stopped = try events(service, ["backend.1"]).compactMap { $0["kind"].text }
        #expect(stopped.suffix(3) == ["draining", "drained", "exited"])
    }

    @Test func `a client that is shut out is told of, and that it may come in again`() throws {
        let service = try Service([
            "--backends", "1", "--rate-limit", "1/m,burst=1", "--ban", "1h,after=2",
        ])
        for _ in 0..<3 { _ = try service.get() }
        let isTold = eventually {
            (try? events(service, ["--kind", "banned"]).count) == 1
        }
        #expect(isTold)
        let banned = try #require(try events(service, ["--kind", "banned"]).first)
        #expect(banned["facts"]["client"].text == "127.0.0.1")
        #expect(banned["facts"]["lasting_ns"].int == 3_600_000_000_000)
        #expect(banned["facts"]["refusals"].int == 2)
        #expect(try service.run("bans", ["--lift", "127.0.0.1"]).code == 0)
        let unbanned = try #require(try events(service, ["--kind", "unbanned"]).first)
        #expect(unbanned["facts"]["client"].text == "127.0.0.1")
        #expect(unbanned["facts"]["lifted"] == .bool(true))
    }

    @Test func `a change of the service, and what a process left behind, are told`() throws {
        let service = try Service(
            ["--backends", "1"],
            procfile: "backend: lb-echo\nworker: setsid sleep 4711 & exec sleep 4712\n")
        #expect(try service.run("scale", ["2"]).code == 0)
        let changed = try #require(try events(service, ["--kind", "config_changed"]).first)
        #expect(changed["facts"]["by"].text == "scale")
        #expect(changed["what"].text == "changed by 'lbctl scale': backend.2 added")
        #expect(try service.run("kill", ["worker"]).code == 0)
        let isTold = eventually {
            (try? events(service, ["--kind", "left_behind", "worker"]).count) == 1
        }
        #expect(isTold)
        let left = try #require(try events(service, ["--kind", "left_behind"]).first)
        #expect(left["facts"]["count"].int == 1)
        #expect(left["what"].text?.contains("(sleep 4711)") == true)
    }

    @Test func `a kind that is none is refused, and the help names them all`() throws {
        let service = try Service(["--backends", "1"])
        let wrong = try service.run("events", ["--kind", "up,kiled"])
        #expect(wrong.code == 2 && wrong.errors.contains("did you mean 'killed'?"))
        let help = try service.run("events", ["--help"]).output
        for kind in ["service_down  ", "killed  ", "left_behind  ", "notice  "] {
            #expect(help.contains("  \(kind)"), "\(kind)")
        }
    }
}
