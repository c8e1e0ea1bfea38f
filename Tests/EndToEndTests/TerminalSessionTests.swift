import Kernel
import Testing

/// What a person at a terminal sees.
@Suite(.enabled(if: Files.isExecutable(TerminalSession.setsid), "there is no setsid"))
struct TerminalSessionTests {
    @Test func `Ctrl-C ends it, and the words for a second one are shown`() throws {
        let place = try Place()
        let session = try TerminalSession(place, ["up", "--backends", "2"] + place.ups)
        _ = try session.line(with: "in another terminal")
        session.type("\u{3}")
        #expect(try session.end() == .exited(code: 0))
        #expect(session.shown.contains("Ctrl-C again to stop at once"))
        #expect(place.leftOver() == [])
        #expect(place.runtimeFiles() == [])
    }

    @Test func `Ctrl-C twice ends at once what is deaf to the first`() throws {
        let place = try Place(
            procfile: """
                backend: lb-echo --port $PORT
                worker: sh -c 'trap "" TERM INT; echo deaf; while :; do sleep 1; done'
                """)
        let session = try TerminalSession(place, ["up", "--backends", "1"] + place.ups)
        _ = try session.line(with: " deaf")
        session.type("\u{3}")
        _ = try session.line(with: "Ctrl-C again")
        // What comes at once behind the first is not a second one.
        Poll.sleep(.milliseconds(150))
        session.type("\u{3}")
        #expect(try session.end() == .exited(code: 130))
        #expect(place.leftOver() == [])
    }

    @Test func `closing the window ends it gracefully`() throws {
        let place = try Place()
        let child = try {
            let session = try TerminalSession(place, ["up", "--backends", "2"] + place.ups)
            _ = try session.line(with: "in another terminal")
            return session.close()
        }()
        #expect(try child.end() == .exited(code: 0))
        #expect(place.leftOver() == [])
        let texts = try place.records(["lbctl"]).compactMap { $0["text"].text }
        #expect(texts.last == "'\(place.name)' is stopped")
        #expect(!texts.contains { $0.contains("killing it") })
    }

    @Test func `colours are for terminals, and columns stand in line`() throws {
        let place = try Place()
        let session = try TerminalSession(place, ["up", "--backends", "2"] + place.ups)
        let line = try session.line(with: "backend.2")
        #expect(line.contains("\u{1B}["), "\(line)")
        _ = try session.line(with: "in another terminal")
        let bars = session.shown.split(separator: "\n").filter { $0.contains("|") }.map {
            Self.plain($0).prefix { $0 != "|" }.count
        }
        #expect(Set(bars).count == 1, "\(bars)")
        session.type("\u{3}")
        _ = try session.end()
    }

    @Test func `times are those of the reader's zone, and colours are left out where asked`() throws
    {
        let place = try Place()
        let session = try TerminalSession(
            place, ["up", "--backends", "1", "--color", "never"] + place.ups)
        let minutes = { Clock.wallTime().nanoseconds / 60_000_000_000 + TerminalSession.ahead / 60 }
        let earliest = minutes()
        let line = try session.line(with: "backend.1")
        let shown = line.prefix(5)
        let possible = (earliest...minutes()).map { minute in
            let parts = [minute / 60 % 24, minute % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
            return parts.joined(separator: ":")
        }
        #expect(possible.contains(String(shown)), "\(line)")
        #expect(!line.contains("\u{1B}"))
        session.type("\u{3}")
        _ = try session.end()
        // In a pipe it is as it always was.
        let records = try place.run("logs", ["lbctl"])
        let lines = records.output.split(separator: "\n")
        #expect(!lines.isEmpty && lines.allSatisfy { $0.prefix(28).hasSuffix("Z ") })
    }

    @Test func `a kill stays in sight while requests come fast, and long lines are indented`()
        throws
    {
        let place = try Place()
        let session = try TerminalSession(
            place, ["up", "--backends", "2"] + place.ups, columns: 80)
        _ = try session.line(with: "in another terminal")
        let port = try place.rows().first { $0.name == "balancer" }?.port ?? 0
        let load = try Load(on: .loopback(port: port), clients: 4)
        _ = try session.line(with: "more than 50 access lines")
        _ = try session.line(with: " requests, 0 failed")
        _ = try place.run("kill", ["backend.2"])
        let killed = try session.line(with: "killed by SIGKILL")
        #expect(killed.contains("\u{1B}[31m"), "\(killed)")
        _ = try load.stop()
        session.type("\u{3}")
        _ = try session.end()
        let rows = session.shown.split(whereSeparator: \.isNewline).map { Self.plain($0) }
        let lines = rows.filter { $0.contains(" | ") }
        #expect(lines.allSatisfy { $0.count <= 80 }, "\(lines)")
        #expect(lines.contains { $0.hasPrefix(String(repeating: " ", count: 23) + "| ") })
    }

    /// A line without what sets its colours.
    private static func plain(_ line: Substring) -> String {
        var text = ""
        var isColour = false
        for character in line {
            if character == "\u{1B}" { isColour = true }
            if !isColour { text.append(character) }
            if character == "m" { isColour = false }
        }
        return text
    }
}
