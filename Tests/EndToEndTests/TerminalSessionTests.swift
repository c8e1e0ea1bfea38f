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
        _ = try session.line(with: "| deaf")
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
        let bars = session.shown.split(separator: "\n").filter { $0.hasPrefix("20") }.map {
            Self.plain($0).prefix { $0 != "|" }.count
        }
        #expect(Set(bars).count == 1, "\(bars)")
        session.type("\u{3}")
        _ = try session.end()
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
