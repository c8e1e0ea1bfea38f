import Basics
import Kernel
import TestSupport
import Testing

/// `lbctl logs --request`, tried with real services.
@Suite struct StoryTests {
    init() { Signals.letWritesFail() }

    @Test func `a request that a kill moved is told attempt by attempt, with the death`() throws {
        let service = try Service(["--backends", "2", "--server-timing"])
        let first = try service.get("/delay/0.001")
        #expect(first.field("server-timing")?.contains("backend;dur=") == true)
        // The next is the first backend's or the second's: both are asked at the same time.
        let clients = try (0..<2).map { _ in try Client(service.address) }
        for client in clients {
            try client.send("GET /delay/0.4 HTTP/1.1\r\nHost: a\r\n\r\n")
        }
        let isInFlight = eventually {
            ["backend.1", "backend.2"].allSatisfy { (try? service.row($0))?.active == 1 }
        }
        #expect(isInFlight)
        #expect(try service.run("kill", ["backend.2"]).code == 0)
        for client in clients { #expect(try client.answer().status == 200) }
        let lines = try service.run("logs", ["--grep", "tries=2"]).output
        let moved = String(lines.split(separator: "id=").last?.split(separator: "\n").first ?? "")
        let told = try service.run("logs", ["--request", moved, "--format", "json"])
        #expect(told.code == 0, "\(told)")
        let story = try JSON(told.output)
        let attempts = story["attempts"].items
        #expect(attempts.map { $0["backend"].text } == ["backend.2", "backend.1"])
        #expect(attempts.map { $0["error"].text } == ["connection_terminated", nil])
        #expect(attempts.allSatisfy { $0["reason"].text == "turn" && $0["pid"].int != nil })
        #expect(attempts[1]["first_byte_ms"].double ?? 0 > 100)
        #expect(attempts[1]["chosen_ms"].double ?? 0 > 0)
        #expect(story["events"].items.contains { $0["kind"].text == "killed" })
        let text = try service.run("logs", ["--request", moved]).output
        #expect(text.contains("answered by backend.1 at attempt 2") && text.contains("SIGKILL"))
        // Its lines alone, as they stand, without what is behind them.
        let plain = try service.run("logs", ["--request", moved, "--lines"]).output
        #expect(plain.split(separator: "\n").count == 1 && !plain.contains("\t"))
        #expect(plain.hasSuffix("id=\(moved)\n"))
        #expect(try service.run("down").code == 0)
        let past = try service.run("logs", ["--request", moved]).output
        #expect(past.contains("answered by backend.1 at attempt 2"))
    }

    @Test(arguments: ["json", "combined"])
    func `it is told whatever form access lines have, and these can be had alone`(
        format: String
    ) throws {
        let service = try Service(["--backends", "1", "--access-log", format, "--trace"])
        let told = try service.get("/headers").text
        let trace = String(told.split(separator: "00-").last?.prefix(32) ?? "")
        let story = try service.run("logs", ["--request", trace])
        #expect(story.code == 0 && story.output.contains("GET /headers HTTP/1.1"), "\(story)")
        #expect(story.output.contains("trace \(trace)"))
        let raw = try service.run("logs", ["--format", "raw", "balancer"]).output
        let line = raw.split(separator: "\n").first { $0.contains("/headers") } ?? ""
        #expect(!line.contains("\t"))
        if format == "json" {
            #expect(try JSON(String(line))["target"].text == "/headers")
        } else {
            #expect(line.hasPrefix("127.0.0.1 - - [") && line.hasSuffix("\"-\" \"-\""))
        }
    }

    @Test func `a request that is not there is said to be none`() throws {
        let service = try Service(["--backends", "1"])
        let told = try service.run("logs", ["--request", "01M8HSB06C4BFN6KPA594RYP84"])
        #expect(told.code == 1 && told.output.isEmpty)
        #expect(told.errors.contains("has no request '01M8HSB06C4BFN6KPA594RYP84'"))
        let odd = try service.run("logs", ["--lines"])
        #expect(odd.code == 2 && odd.errors.contains("--lines goes with --request"))
    }
}
