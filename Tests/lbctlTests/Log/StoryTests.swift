import Basics
import Control
import History
import Logs
import TestSupport
import Testing

@testable import lbctl

/// What is found in a history of one request, and how it is told.
@Suite struct StoryTests {
    private static let id = "01M8HSB06C4BFN6KPA594RYP84"
    private static let trace = "01a2239580cc22df534eca2a498f5904"

    private static func event(_ kind: EventKind, _ name: String, _ pid: Int32, _ generation: UInt64)
        -> WrittenLog.Line
    {
        let event = ServiceEvent(
            kind, .init(name, port: 3001, pid: pid, generation: generation))
        var queue = ByteQueue(capacity: 64)
        EventSpelling.append(event, to: &queue)
        return .init(.event, "lbctl", Utf8.string(queue.bytes))
    }

    /// A request that a death took from one backend to another, and what is around it.
    private static let lines = [
        WrittenLog.Line(.runSentence, "lbctl", "lbctl 0.1.0 runs 'x' (supervisor pid 1)"),
        event(.ready, "backend.1", 11, 1), event(.ready, "backend.2", 12, 7),
        .init(.out, "backend.2", "serving \(id)"), .init(.out, "backend.2", "serving \(id)X"),
        event(.killed, "backend.2", 12, 7), event(.ready, "backend.3", 13, 1),
        .init(
            .access, "balancer",
            "127.0.0.1 \"GET /a HTTP/1.1\" 200 33 4.000ms backend.1 tries=2 "
                + "failed=backend.2:connection_terminated id=\(id)"
                + "\tt3g7q0e1900;t2/3x1g1@1904n41f2000"
        ),
        .init(.out, "worker", "saw \(trace)"),
        .init(
            .access, "balancer",
            "127.0.0.1 \"GET /b HTTP/1.1\" 200 1 0.100ms backend.1 id=01X\tt3g1"),
    ]

    private func search(_ identity: String, _ lines: [WrittenLog.Line] = lines) throws
        -> StorySearch
    {
        let log = try WrittenLog(lines)
        var search = StorySearch(try #require(RequestMention(of: identity)))
        try log.past.read(HistoryQuery()) { record in
            if search.isWanted(record) { search.take(record) }
            return true
        }
        search.end()
        return search
    }

    @Test(arguments: [id, trace])
    func `a request is found by either spelling, with all that belongs to it`(
        identity: String
    ) throws {
        let search = try search(identity)
        let story = try #require(search.stories.first)
        #expect(search.stories.count == 1 && story.record.tries == 2)
        #expect(story.processes.map { $0?.pid } == [12, 11])
        #expect(story.backend(0) == "backend.2" && story.failure(0) == "connection_terminated")
        #expect(story.backend(1) == "backend.1" && story.failure(1) == nil)
        #expect(story.lines.map(\.text) == ["serving \(Self.id)", "saw \(Self.trace)"])
        // Of the backends that had it, and of no others.
        #expect(
            story.events.map { $0.event.subject?.name } == ["backend.1", "backend.2", "backend.2"])
        #expect(story.trace == Self.trace)
        #expect(story.end(of: 0) == .microseconds(1900) && story.end(of: 1) == .milliseconds(4))
    }

    @Test func `it is told from its beginning to its end`() throws {
        let story = try #require(try search(Self.id).stories.first)
        let lines = StoryText(story: story, style: .init(isColoured: false)).lines
        let text = lines.joined(separator: "\n")
        #expect(lines[0] == "GET /a HTTP/1.1 from 127.0.0.1: 200, 33 bytes, 4.00 ms")
        #expect(lines[1] == "id \(Self.id), trace \(Self.trace)")
        for part in [
            "answered by backend.1 at attempt 2",
            "1  backend.2 (port 3001, pid 12): connection_terminated",
            "it was its turn, of 3 that were ready", "2  backend.1 (port 3001, pid 11): answered",
            "it was its turn; 2 of 3 were ready; passed over: 1 that it had been tried on",
            "over a new connection", "backend.2 (port 3001, pid 12) exited with 0",
            "| serving \(Self.id)",
        ] {
            #expect(text.contains(part), "\(part)")
        }
        let rows = lines.filter { $0.hasSuffix("|") && $0.contains("=") }
        #expect(rows.count == 4)
        for row in rows { #expect(row.split(separator: "|")[1].count == 40) }
        // The bars follow each other from left to right.
        let starts = rows.map { $0.firstIndex(of: "=") ?? $0.startIndex }
        let places = zip(rows, starts).map { $0.distance(from: $0.startIndex, to: $1) }
        #expect(places == places.sorted())
    }

    @Test func `as an object it has all of that`() throws {
        let story = try #require(try search(Self.id).stories.first)
        let json = try JSON(StoryJSON.object(story).text)
        #expect(json["id"].text == Self.id && json["trace_id"].text == Self.trace)
        #expect(json["method"].text == "GET" && json["target"].text == "/a")
        #expect(json["status"].int == 200 && json["duration_ms"].double == 4)
        let attempts = json["attempts"].items
        #expect(attempts.map { $0["backend"].text } == ["backend.2", "backend.1"])
        #expect(attempts.map { $0["pid"].int } == [12, 11])
        #expect(attempts.map { $0["generation"].int } == [7, 1])
        #expect(attempts.map { $0["error"].text } == ["connection_terminated", nil])
        #expect(attempts.map { $0["reason"].text } == ["turn", "turn"])
        #expect(attempts[1]["passed_over"]["tried"].int == 1 && attempts[1]["ready"].int == 2)
        #expect(
            attempts[1]["connection"].text == "new" && attempts[1]["connect_ms"].double == 0.041)
        #expect(attempts[0]["sent_ms"].double == 0 && attempts[0]["ended_ms"].double == 1.9)
        #expect(attempts[0]["first_byte_ms"].isNull && attempts[1]["first_byte_ms"].double == 2)
        #expect(json["events"].items.map { $0["kind"].text } == ["ready", "ready", "killed"])
        #expect(json["lines"].items.map { $0["name"].text } == ["backend.2", "worker"])
    }

    @Test func `what has no access line has its lines, and what is not there nothing`() throws {
        let log = [WrittenLog.Line(.out, "web", "R-1 is here"), .init(.access, "balancer", "R-1")]
        let search = try search("R-1", log)
        #expect(search.stories.isEmpty && search.lines.count == 2 && !search.isEmpty)
        #expect(try self.search("R-2", log).isEmpty)
        // Another request that only speaks of it is not it.
        let other = WrittenLog.Line(
            .access, "balancer", "::1 \"GET /R-1 HTTP/1.1\" 200 1 0.100ms backend.1 id=R-2\t")
        #expect(try self.search("R-1", [other]).stories.isEmpty)
    }

    @Test func `all requests of a trace are told, each with its own lines`() throws {
        var log: [WrittenLog.Line] = []
        for number in 0..<3 {
            log.append(.init(.out, "backend.1", "\(number) of \(Self.id)"))
            log.append(
                .init(
                    .access, "balancer",
                    "::1 \"GET /\(number) HTTP/1.1\" 200 1 0.100ms backend.1 id=\(Self.id)\tt1g1f9")
            )
        }
        let stories = try search(Self.id, log).stories
        #expect(stories.map(\.record.line) == ["GET /0", "GET /1", "GET /2"])
        #expect(stories.allSatisfy { !$0.lines.isEmpty })
    }

    @Test func `what the balancer answered itself, and of what little is known, is told too`()
        throws
    {
        for (line, words) in [
            (
                "::1 \"- HTTP/1.1\" 400 9 0.100ms - error=http_request_error id=R\t",
                "it came to nothing: http_request_error, no backend had it"
            ),
            ("::1 \"GET / HTTP/1.1\" 200 9 0.100ms - id=R\t", "the balancer answered it"),
            (
                "::1 \"GET / HTTP/1.1\" 200 9 0.100ms backend.1 id=R sent=unknown\tt1g1f9",
                "the balancer was killed as it sent the last of the response"
            ),
            // As 0.1.0 wrote it.
            ("::1 \"GET / HTTP/1.1\" 200 9 0.100ms backend.1 id=R", "answered by backend.1"),
        ] {
            let story = try #require(
                try search("R", [WrittenLog.Line(.access, "balancer", line)]).stories.first)
            let lines = StoryText(story: story, style: .init(isColoured: false)).lines
            #expect(lines[3].hasPrefix(words) || line.hasSuffix("id=R"), "\(lines)")
            _ = try JSON(StoryJSON.object(story).text)
        }
    }
}
