import Kernel
import TestSupport
import Testing

/// Programs that can't be run, or that end otherwise than they should.
@Suite struct ProgramFaultTests {
    /// What a file is, and what is said of it.
    struct Case: CustomTestStringConvertible, Sendable {
        let name: String
        let text: String?
        let mode: String
        let words: String
        var testDescription: String { name }

        init(_ name: String, _ text: String?, _ mode: String = "755", says words: String) {
            self.name = name
            self.text = text
            self.mode = mode
            self.words = words
        }
    }

    @Test(arguments: [
        Case("missing", nil, says: "there is no file"),
        Case("closed", "#!/bin/sh\n", "644", says: "is not executable"),
        Case("astray", "#!/no/such/shell\n", says: "wants to be run by /no/such/shell"),
        Case("folder/", nil, says: "is a folder"),
        Case("garbage", "\u{7F}\0\u{1}\u{2}", says: "can't be run: Exec format error"),
    ])
    func `why a program can't be executed is told by name, and it is tried once`(
        given: Case
    ) throws {
        let place = try Place(procfile: "worker: ./\(given.name)\n")
        if let text = given.text {
            let file = try place.folder.file(given.name, text)
            #expect(try RunningProgram("/bin/chmod", [given.mode, file]).end().cause.isSuccess)
        } else if given.name.hasSuffix("/") {
            _ = try place.folder.folder("folder")
        }
        let up = try place.up()
        #expect(up.code == 1)
        #expect(up.errors.contains("worker is not ready: "), "\(up.errors)")
        #expect(up.errors.contains(given.words), "\(up.errors)")
        let said = try place.records(["lbctl"]).compactMap { $0["text"].text }
        #expect(said.count { $0.hasPrefix("worker can't be started") } == 1, "\(said)")
        #expect(place.leftOver() == [])
    }

    @Test func `a script that names no interpreter is run by a shell`() throws {
        let place = try Place(procfile: "worker: ./script $PORT\n")
        let file = try place.folder.file("script", "echo it runs with $1; exec sleep 1000\n")
        #expect(try RunningProgram("/bin/chmod", ["755", file]).end().cause.isSuccess)
        #expect(try place.up().code == 0)
        let isSaid = eventually {
            (try? place.run("logs", ["worker"]).output.contains("it runs with 5000")) ?? false
        }
        #expect(isSaid)
    }

    @Test func `one that ends at once without a fault: a backend crashes, a worker is done`()
        throws
    {
        let place = try Place(
            procfile: "backend: true\nworker: sh -c 'echo done'\nclock: sleep 1000\n")
        let guardian = try place.start(["up"] + place.ups)
        func row(_ name: String) -> Row? {
            (try? place.rows())?.first { $0.name == name }
        }
        #expect(
            eventually {
                row("backend.1")?.state == "failed" && row("backend.1")?.restarts == 5
            })
        #expect(row("worker")?.state == "done" && row("worker")?.restarts == 0)
        #expect(row("clock")?.state == "ready")
        let said = try place.records(["lbctl"]).compactMap { $0["text"].text }
        #expect(
            said.contains {
                $0.contains("worker") && $0.contains("exited with 0")
                    && $0.contains("not restarted")
            }, "\(said)")
        // No browser is invited to what does not serve.
        #expect(!guardian.errors.contains("localhost:"))
        #expect(guardian.errors.contains("once it is mended"), "\(guardian.errors)")
    }

    @Test func `one that daemonises has ended, and what it became is ended and named`() throws {
        let service = try Service(
            ["--backends", "1", "--restart", "never"],
            procfile: """
                backend: lb-echo --port $PORT
                worker: sh -c '(setsid sh -c ": >away; exec sleep 1000" >/dev/null 2>&1 &); \
                until test -e away; do sleep 0.01; done'
                """.replacing("\\\n", with: ""))
        try service.awaitSentence("worker", "exited with 0")
        let sentence = try service.awaitSentence("worker had left 1 process behind", "killed")
        let words = sentence.split(separator: " ")
        let place = try #require(words.firstIndex(of: "pid"))
        let pid = try #require(Int32(words[place + 1]))
        #expect(eventually { Processes.facts(of: pid).map { $0.state == "Z" } ?? true })
        #expect(try service.row("backend.1").state == "ready")
    }

    @Test func `one that closes its output is no less supervised, and costs nothing`() throws {
        let service = try Service(
            ["--backends", "1"],
            procfile: """
                backend: lb-echo --port $PORT
                worker: sh -c 'echo hello; exec >&- 2>&-; exec sleep 1000'
                """)
        let row = try service.await("worker") { $0.state == "ready" }
        let supervisor = try #require(Processes.facts(of: row.pid)).parent
        #expect(eventually { Processes.commandLine(of: row.pid) == "sleep 1000" })
        let isQuiet = eventually {
            let before = CostTests.wakes(of: supervisor)
            Poll.sleep(.seconds(1))
            return CostTests.wakes(of: supervisor) == before
        }
        #expect(isQuiet)
        #expect(try service.run("kill", ["worker"]).code == 0)
        try service.await("worker") { $0.state == "ready" && $0.pid != row.pid }
    }

    @Test func `one whose descendants hold its output has ended when it has`() throws {
        let service = try Service(
            ["--backends", "1", "--restart", "never"],
            procfile: """
                backend: lb-echo --port $PORT
                worker: sh -c '(sleep 1000; echo never) & echo last words; exit 3'
                """)
        try service.awaitSentence("worker", "exited with 3")
        try service.await("worker") { $0.state == "stopped" }
        #expect(try service.run("logs", ["worker"]).output.contains("last words"))
        #expect(try service.run("down").code == 0)
        #expect(service.place.leftOver() == [])
    }

    @Test func `a working folder that is gone is told as such`() throws {
        let place = try Place()
        let folder = try place.folder.folder("app")
        try Files.write(
            "worker: sleep 1000\n", to: try Files.open("\(folder)/Procfile", for: .replace))
        #expect(
            try place.run("up", ["-d", "--admin", "off", "-f", "\(folder)/Procfile"]).code == 0)
        try Files.rename(folder, to: "\(folder)-moved")
        #expect(try place.run("restart", ["worker"]).code == 1)
        let said = try place.records(["lbctl"]).compactMap { $0["text"].text }
        let why = "worker can't be started: the folder \(folder) is not there"
        #expect(said.contains(why), "\(said)")
        #expect(try place.run("down").code == 0)
    }

    @Test func `a port that is taken while its backend is away is told, and is no crash`() throws {
        let service = try Service(["--backends", "1", "--restart-delay", "300ms"])
        let row = try service.row("backend.1")
        #expect(try service.run("kill", ["backend.1"]).code == 0)
        do {
            let stranger = try Socket.listen(on: .loopback(port: row.port))
            // More often than it may crash.
            let isTold = eventually {
                ((try? service.sentences()) ?? []).count {
                    $0.contains("is taken by pid \(ThisProcess.pid) ")
                } > 5
            }
            #expect(isTold)
            _ = consume stranger
        }
        try service.await("backend.1") { $0.state == "ready" && $0.pid != row.pid }
    }
}

extension Ending.Cause {
    var isSuccess: Bool { self == .exited(code: 0) }
}
