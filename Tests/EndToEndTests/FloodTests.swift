import Kernel
import TestSupport
import Testing

/// Children that write more than can be read, and what they must not lose by it.
@Suite struct FloodTests {
    private static let filling = String(repeating: "x", count: 80)

    private static let backend = "backend: lb-echo --port $PORT\n"

    /// A Procfile line of one that says so many numbered lines of about 100 bytes.
    private func talker(_ name: String, _ count: Int, then rest: String = "sleep 1000") -> String {
        "\(name): sh -c 'seq -f \"\(name) %09.0f \(Self.filling)\" 1 \(count); \(rest)'\n"
    }

    /// The numbers that stand behind `name` in the lines of a text, in their order.
    private func numbers(_ text: String, of name: String) -> [Int] {
        text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard words.count >= 3, words.last == Self.filling[...] else { return nil }
            return words[words.count - 3] == name[...] ? Int(words[words.count - 2]) : nil
        }
    }

    @Test(arguments: [["one"], ["one", "two", "three"]])
    func `a flood is shown whole and kept whole`(names: [String]) throws {
        let count = 120_000 / names.count
        let service = try Service(
            ["--backends", "1"], procfile: Self.backend + names.map { talker($0, count) }.joined())
        for name in names {
            _ = try service.guardian.line(with: "\(name) \(String(count).padded(to: 9)) ")
        }
        let kept = try service.run("logs").output
        for name in names {
            #expect(numbers(service.guardian.output, of: name) == Array(1...count))
            #expect(numbers(kept, of: name) == Array(1...count))
        }
        #expect(!service.guardian.errors.contains("left out"))
    }

    @Test func `a flood delays neither an order nor a death`() throws {
        let service = try Service(
            ["--backends", "1"],
            procfile: Self.backend + "loud: sh -c 'yes \(Self.filling)'\n")
        for _ in 0..<3 {
            let before = try service.row("backend.1")
            #expect(try service.run("kill", ["backend.1"]).code == 0)
            try service.await("backend.1") { $0.state == "ready" && $0.pid != before.pid }
            #expect(try service.get().status == 200)
        }
        #expect(try service.run("down").code == 0)
        #expect(try service.end() == .exited(code: 0))
    }

    @Test func `a supervisor killed amid a flood leaves nothing torn, and the next goes on`() throws
    {
        let place = try Place(procfile: talker("one", 5_000_000))
        // Room for all of it: on a busy machine much is said until the signal comes.
        #expect(try place.up(["--log-size", "2GiB"]).code == 0)
        let pid = try #require(
            Int32(
                Files.text("\(place.folder.path)/run/lbctl/\(place.name)/supervisor.pid")
                    .filter { $0.isNumber }))
        #expect(
            eventually {
                (try? place.run("logs", ["--tail", "1", "one"]).output.isEmpty) == false
            })
        Signals.send(.kill, to: pid)
        #expect(place.leftOver() == [])
        let said = numbers(try place.run("logs").output, of: "one")
        #expect(said.count > 0 && said == Array(1...said.count))
        let quiet = try place.folder.file("Procfile.quiet", "two: sleep 1000\n")
        #expect(try place.up(["-f", quiet]).code == 0)
        let texts = try place.records().compactMap { $0["text"].text }
        #expect(texts.first?.contains(" runs '") == true)
        let all = try place.records(["--since", "1h", "--tail", "200"]).compactMap { $0["seq"].int }
        #expect(zip(all, all.dropFirst()).allSatisfy { $0 + 1 == $1 })
        #expect(try place.run("down").code == 0)
    }

    @Test func `a line of ten million bytes is whole in pieces, and costs no memory`() throws {
        let service = try Service(
            ["--backends", "1"],
            procfile: Self.backend + """
                big: sh -c 'head -c 10000000 /dev/zero | tr "\\0" z; echo; echo done; sleep 1000'
                """)
        _ = try service.guardian.line(with: "| done")
        let records = try service.place.records(["big"])
        let pieces = records.compactMap { $0["text"].text }.filter { $0.hasPrefix("z") }
        #expect(pieces.reduce(0) { $0 + $1.utf8.count } == 10_000_000)
        #expect(pieces.allSatisfy { $0.utf8.count <= 64 << 10 })
        let isMarked = records.prefix(pieces.count - 1).allSatisfy { $0["partial"] == .bool(true) }
        #expect(isMarked)
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        String(repeating: "0", count: width - count) + self
    }
}
