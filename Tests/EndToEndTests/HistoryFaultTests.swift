import Glibc
import Kernel
import TestSupport
import Testing

/// What happens to the service, and to its log, when its disk or its files fail.
@Suite struct HistoryFaultTests {
    private static let talker = """
        backend: lb-echo --port $PORT
        one: sh -c 'i=0; while :; do i=$((i+1)); echo line $i; sleep 0.02; done'
        """

    private func folder(_ place: Place) -> String {
        "\(place.folder.path)/state/lbctl/\(place.name)/log"
    }

    private static let prlimit = "/usr/bin/prlimit"
    private static let canLimit = Files.isExecutable(prlimit)

    /// From now on the supervisor's files grow no more, or again (RLIMIT_FSIZE).
    private func limit(_ service: Service, to size: String) throws {
        let row = try service.row("backend.1")
        let supervisor = try #require(Processes.facts(of: row.pid)).parent
        let words = ["--pid", "\(supervisor)", "--fsize=\(size):unlimited"]
        #expect(try RunningProgram(Self.prlimit, words).end().cause == .exited(code: 0))
    }

    @Test(.enabled(if: canLimit)) func `a full disk is told of once, and stops nothing`() throws {
        let place = try Place(procfile: Self.talker)
        let service = try Service(place, ["--backends", "1"])
        _ = try service.guardian.line(with: "line 5")
        try limit(service, to: "1")
        _ = try service.guardian.line(with: "the history can't be written")
        _ = try service.guardian.line(with: "line 50")
        let told = service.guardian.output.split(separator: "\n")
            .count { $0.contains("can't be written") }
        #expect(told == 1)
        #expect(!service.guardian.errors.contains("left out"))
        #expect(try service.run("ps").code == 0)
        try limit(service, to: "unlimited")
        _ = try service.guardian.line(with: "the history is written again")
        #expect(try service.run("logs", ["one"]).output.contains("| line 1\n"))
    }

    @Test func `nothing that is said after the files were removed is lost`() throws {
        let service = try Service(["--backends", "1"], procfile: Self.talker)
        let folder = folder(service.place)
        _ = try service.guardian.line(with: "line 20")
        let row = try service.row("backend.1")
        let supervisor = try #require(Processes.facts(of: row.pid)).parent
        // Between two turns, or in one, but not while the files go.
        Signals.send(.stop, to: supervisor)
        _ = eventually { Processes.facts(of: supervisor)?.state == "T" }
        let names = try Files.names(in: folder).filter { $0.hasPrefix("lines-") }.sorted()
        let kept = try Files.text("\(folder)/\(try #require(names.last))")
        let last = kept.split(separator: "\n").last?.split(separator: " ").dropFirst().first
        for name in names { try Files.remove("\(folder)/\(name)") }
        Signals.send(.proceed, to: supervisor)
        let wasSaid = eventually {
            (try? service.place.records(["--tail", "3", "one"]).count) == 3
        }
        #expect(wasSaid)
        let first = try service.place.records().dropFirst().first?["seq"].int
        #expect(first == (last.flatMap { Int($0) } ?? 0) + 1)
    }

    @Test func `files that are removed from outside are begun anew`() throws {
        let service = try Service(["--backends", "1"], procfile: Self.talker)
        let folder = folder(service.place)
        _ = try service.guardian.line(with: "line 20")
        for name in try Files.names(in: folder) { try Files.remove("\(folder)/\(name)") }
        #expect(
            eventually {
                (try? service.place.records(["--tail", "3", "one"]).count) == 3
            })
        // In front of what is new stands the mark of the run alone.
        let records = try service.place.records()
        #expect(records.first?["stream"].text == "run")
        let numbers = records.dropFirst().compactMap { $0["seq"].int }
        #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $0 + 1 == $1 })
        #expect(try service.run("down").code == 0)
        #expect(try service.place.records().last?["text"].text == "'\(service.name)' is stopped")
    }

    @Test func `without a history it runs and says so, and what comes can be seen`() throws {
        let place = try Place(procfile: Self.talker)
        // What an earlier run has left does not pass for this one's.
        #expect(try place.up(["--backends", "1"]).code == 0)
        #expect(try place.run("down").code == 0)
        let kept = folder(place)
        try Files.setPermissions(kept, to: 0o755)
        func start(_ words: [String]) throws -> RunningProgram {
            try RunningProgram(
                "lbctl", words + ["--name", place.name], environment: place.environment,
                directory: place.directory)
        }
        let up = try start(["up", "--backends", "1"] + place.ups)
        #expect(try up.line(with: "is kept nowhere").contains("chmod 700 \(kept)"))
        _ = try up.line(with: "line 5")
        let logs = try start(["logs"])
        #expect(try logs.end().cause == .exited(code: 1))
        #expect(logs.errors.contains("is not kept in"))
        let live = try start(["logs", "-f"])
        _ = try live.line(with: "| line ")
        up.send(.interrupt)
        #expect(try up.end().cause == .exited(code: 0))
        _ = try live.end()
        #expect(!live.output.contains("'lbctl down'"))
    }
}
