import Basics
import Kernel
import TestSupport
import Testing

/// What is said while a service ends, and of what has ended with it.
@Suite struct EndingTests {
    /// Ignores that it is asked to end.
    private static let deaf = "trap '' TERM; echo deaf; while :; do sleep 0.1; done"

    /// A service of one worker, started in the background.
    private func place(_ line: String, _ words: [String] = []) throws -> Place {
        let place = try Place(procfile: "worker: \(line)\n")
        try place.folder.file("deaf.sh", Self.deaf)
        #expect(try place.up(words).code == 0)
        let isDeaf = eventually {
            (try? place.records(["worker"]).contains { $0["text"].text == "deaf" }) ?? false
        }
        try #require(isDeaf)
        return place
    }

    private func sentences(_ place: Place) throws -> [String] {
        try place.records(["lbctl"]).compactMap { $0["text"].text }
    }

    @Test(arguments: ["sh deaf.sh", "exec sh deaf.sh", "sh deaf.sh & sh deaf.sh"])
    func `none is said to be waited for when the time is over`(line: String) throws {
        let place = try place(line, ["--stop-timeout", "worker=2s"])
        #expect(try place.run("down").code == 0)
        let said = try sentences(place)
        let end = try #require(said.firstIndex { $0.contains("did not end in time") })
        #expect(!said[end...].contains { $0.hasPrefix("still waiting") }, "\(said)")
        // Where the machine is busy it may be said before, in full.
        for words in said where words.hasPrefix("still waiting") {
            #expect(words.contains("killed in ") && !words.contains("which  "), "\(words)")
        }
    }

    @Test func `the rest is named while it is waited for, and what became of it is told`() throws {
        let place = try place("sh deaf.sh & sh deaf.sh", ["--stop-timeout", "worker=5s"])
        let pid = try #require(try place.rows().first).pid
        #expect(try place.run("down").code == 0)
        let said = try sentences(place)
        #expect(
            said.contains {
                $0.hasPrefix("still waiting for worker ") && $0.contains("(sh)")
                    && $0.contains(" are left, killed in ")
            }, "\(said)")
        // What it left was killed five seconds later: two figures, and no contradiction.
        let words = try #require(
            said.first { $0.contains("pid \(pid)) killed by SIGTERM after ") }, "\(said)")
        #expect(words.contains("; the rest of it was killed after "), "\(words)")
    }

    /// What stands between two texts; nothing where they do not follow each other.
    private static func text(
        in line: String, behind first: String, before last: String
    ) -> String? {
        guard let begin = line.firstRange(of: first) else { return nil }
        let rest = line[begin.upperBound...]
        return rest.firstRange(of: last).map { String(rest[..<$0.lowerBound]) }
    }

    @Test func `what the rest has used is a part of what all have used`() throws {
        let burn = "i=0; while test $i -lt 200000; do i=$((i+1)); done; echo deaf; exec sleep 9"
        let place = try Place(procfile: "worker: sh burn.sh & wait\n")
        try place.folder.file("burn.sh", burn)
        #expect(try place.up().code == 0)
        let isDone = eventually {
            (try? place.records(["worker"]).contains { $0["text"].text == "deaf" }) ?? false
        }
        try #require(isDone)
        #expect(try place.run("stop", ["worker"]).code == 0)
        let words = try #require(try sentences(place).first { $0.contains("killed by SIGTERM") })
        // The shell itself has used next to nothing.
        let cpu = try #require(Self.text(in: words, behind: "(cpu ", before: ","), "\(words)")
        let isLittle = (cpu.hasPrefix("0.") || cpu.hasPrefix("1.")) && cpu.hasSuffix(" ms")
        #expect(!isLittle, "\(words)")
        #expect(try place.run("down").code == 0)
    }

    @Test func `one that is given no time is killed, and none is said to have been late`() throws {
        let service = try Service(procfile: "web: sh -c 'exec lb-echo --port $PORT'\nw: sleep 9\n")
        #expect(try service.run("down", ["-t", "0"]).code == 0)
        let said = try service.sentences()
        #expect(!said.contains { $0.contains("did not end in time") }, "\(said)")
        // Three copies and the worker; the balancer has a moment to see to what it has.
        #expect(said.count { $0.contains("killed by SIGKILL after ") } == 4, "\(said)")
    }

    @Test func `a service that is being stopped says so to all that ask`() throws {
        let service = try Service(
            procfile: "web: lb-echo --port $PORT\nworker: \(Self.deaf)\n")
        _ = try service.guardian.line(with: "| deaf")
        let down = try service.place.start(["down"])
        try service.await("web.1") { $0.state == "stopped" }
        let listed = try service.run("ls", ["--format", "json"])
        let row = try #require(try JSON(listed.output).items.first)
        #expect(row["state"].text == "stopping" && row["address"].text == nil, "\(listed)")
        let again = try service.place.up()
        #expect(again.code == 1)
        #expect(
            again.errors.contains(
                "'\(service.name)' is being stopped: it can be started when it is gone"))
        #expect(!again.errors.contains("reload"))
        for words in [["kill", "web.1"], ["start", "web.1"], ["scale", "2"], ["reload"]] {
            let told = try service.run(words[0], Array(words.dropFirst()))
            #expect(told.code == 1 && told.errors.contains("the service is being stopped"))
        }
        // What still runs can be hastened.
        #expect(try service.run("kill", ["worker"]).code == 0)
        #expect(try down.end().cause == .exited(code: 0))
    }
}
