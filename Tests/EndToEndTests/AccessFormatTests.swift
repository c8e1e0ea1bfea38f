import Basics
import Kernel
import TestSupport
import Testing

/// `--access-log json` and `combined`, as programs read them.
@Suite struct AccessFormatTests {
    init() { Signals.letWritesFail() }

    private static let fields =
        "Referer: http://a/\"b\r\nUser-Agent: an\tagent \\ \u{E4}\r\n"

    @Test func `each line of the combined form is exactly as Apache's`() throws {
        let echoes = try Echoes(2)
        let balanced = try Balanced(
            echoes.addresses.map { "\($0)" }, ["--access-log", "combined", "--threads", "1"])
        for path in ["/", "/bytes/100000", "/status/204", "/status/503", "/%22%5C?x=%00"] {
            _ = try Client.get(balanced.address, path, fields: Self.fields)
            _ = try balanced.get(path)
        }
        let broken = try Client(balanced.address)
        try broken.send("nonsense\r\n\r\n")
        #expect(try broken.answer().status == 400)
        // `%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-agent}i"`
        let quoted = "\"([^\"\\\\]|\\\\[\"\\\\ntr]|\\\\x[0-9a-f]{2})*\""
        let pattern = try Pattern(
            "^[0-9a-f.:]+ - - \\[[0-9]{2}/[A-Z][a-z]{2}/[0-9]{4}(:[0-9]{2}){3} \\+0000\\] "
                + "\(quoted) [0-9]{3} ([1-9][0-9]*|-) \(quoted) \(quoted)$")
        let isAll = eventually {
            balanced.program.output.split(separator: "\n").count == 11
        }
        #expect(isAll)
        let lines = balanced.program.output.split(separator: "\n").map(String.init)
        let others = lines.filter { !pattern.matches($0.utf8.span) }
        #expect(others == [])
        #expect(lines[0].contains("\"GET / HTTP/1.1\" 200 "))
        #expect(lines[0].hasSuffix(" \"http://a/\\\"b\" \"an\\tagent \\\\ \\xc3\\xa4\""))
        #expect(lines[1].hasSuffix(" \"-\" \"-\""))
        #expect(lines[2].contains(" 200 100000 ") && lines[4].contains(" 204 - "))
        #expect(lines[10].contains("] \"-\" 400 "))
    }

    @Test func `each JSON line is an object, also of what went wrong`() throws {
        let echoes = try Echoes(1)
        let closed = try Balanced.closedPort()
        let balanced = try Balanced(
            ["\(echoes.addresses[0])", "\(closed)"],
            ["--access-log", "json", "--threads", "1"])
        for _ in 0..<2 {
            let answer = try Client.get(balanced.address, "/headers", fields: Self.fields)
            #expect(answer.status == 200)
        }
        _ = try Client.get(
            balanced.address, "/x", method: "TRACE", fields: "Max-Forwards: 0\r\n")
        let isAll = eventually {
            balanced.program.output.split(separator: "\n").count == 3
        }
        #expect(isAll)
        let lines = try JSON.lines(balanced.program.output)
        #expect(lines.map { $0["status"].int } == [200, 200, 405])
        #expect(lines[0]["referer"].text == "http://a/\"b")
        #expect(lines[0]["user_agent"].text == "an\tagent \\ \u{E4}")
        let retried = try #require(lines.first { $0["tries"].int == 2 })
        #expect(retried["failed"].items.first?["error"].text == "connection_refused")
        #expect(retried["backend"].text != retried["failed"].items.first?["backend"].text)
        #expect(lines[2]["backend"].isNull && lines[2]["error"].text != nil)
        #expect(lines.allSatisfy { ($0["duration_ms"].double ?? -1) >= 0 })
        #expect(lines.allSatisfy { ($0["id"].text ?? "").utf8.count == ULID.length })
    }

    @Test func `connections have no combined lines, and that is said at the start`() throws {
        let told = try RunningProgram.run(
            "lb-balancer",
            ["--backend", "127.0.0.1:1", "--mode", "tcp", "--access-log", "combined"])
        #expect(told.code == 2 && told.errors.contains("--access-log text or json"))
        let unknown = try RunningProgram.run(
            "lb-balancer", ["--backend", "127.0.0.1:1", "--access-log", "xml"])
        #expect(unknown.code == 2 && unknown.errors.contains("combined"))
    }
}
