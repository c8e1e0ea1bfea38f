import Basics
import Kernel
import TestSupport
import Testing

/// A planned end gives everything that came of a child its time, and nothing of it is left.
@Suite struct StoppingTests {
    /// Takes a moment to end, and says so; not to a pipe whose reader is told to end too.
    private static let slow = """
        exec >&2
        trap 'sleep 0.3; echo "$1 ended well"; exit 0' TERM
        echo "$1 runs"; while :; do sleep 0.05; done
        """

    /// Waits for a program in the foreground.
    private static let trap = """
        trap 'echo cleaned up' TERM
        sh -c 'echo inner runs; sleep 1000; true'
        exit 0
        """

    private func service(_ lines: String, _ words: [String] = []) throws -> Service {
        let place = try Place(procfile: "backend: lb-echo --port $PORT\n" + lines)
        try place.folder.file("slow.sh", Self.slow)
        try place.folder.file("trap.sh", Self.trap)
        return try Service(place, ["--backends", "1"] + words)
    }

    private func said(_ service: Service, _ name: String = "worker") throws -> [String] {
        try service.place.records([name]).compactMap { $0["text"].text }
    }

    private func awaits(_ service: Service, _ words: String) throws {
        let isSaid = eventually {
            (try? said(service).contains { $0.contains(words) }) ?? false
        }
        try #require(isSaid, "never: \(words)")
    }

    @Test(arguments: [
        "export A=1; sh slow.sh one", "sh slow.sh one | cat", "sh slow.sh one & wait",
        "sh -c 'sh -c \"sh slow.sh one; true\"; true'", "sh slow.sh one",
    ])
    func `what stands behind a shell is told, and has its time`(line: String) throws {
        let service = try service("worker: \(line)\n")
        try awaits(service, "one runs")
        #expect(try service.run("stop", ["worker"]).code == 0)
        try #expect(said(service).contains("one ended well"))
        #expect(try service.row("worker").state == "stopped")
        #expect(try !service.sentences().contains { $0.contains("did not end in time") })
        #expect(try service.run("start", ["--wait", "worker"]).code == 0)
        let isBack = eventually {
            (try? said(service).count { $0 == "one runs" }) == 2
        }
        #expect(isBack)
        service.guardian.send(.interrupt)
        #expect(try service.end() == .exited(code: 0))
        #expect(service.place.processes() == [])
        try #expect(said(service).count { $0 == "one ended well" } == 2)
    }

    @Test func `one that is started while it finishes what it has goes on, and both are told`()
        throws
    {
        let service = try Service(["--backends", "1"])
        let name = "backend.1"
        let client = try Client(service.address)
        try client.send("GET /delay/60 HTTP/1.1\r\nHost: a\r\n\r\n")
        try service.await(name) { $0.active == 1 }
        let stop = try service.place.start(["stop", name])
        try service.await(name) { $0.state == "draining" }
        let start = try service.run("start", [name])
        #expect(start.code == 0 && start.output.contains("goes on"), "\(start)")
        #expect(try stop.end().cause == .exited(code: 1))
        let said = stop.output + stop.errors
        #expect(said.contains("was started again by another request"), "\(said)")
        #expect(try service.row(name).state == "ready")
        // A second order finds it ready.
        #expect(try service.run("start", [name]).output.contains("ready already"))
    }

    @Test(arguments: [["restart", "--wait", "worker"], ["kill", "-s", "TERM", "worker"]])
    func `the next one begins when the last of the former has ended`(words: [String]) throws {
        let service = try service("worker: export A=1; sh slow.sh one\n")
        try awaits(service, "one runs")
        let told = try service.run(words[0], Array(words.dropFirst()))
        #expect(told.code == 0, "\(told)")
        let isBack = eventually {
            (try? said(service).count { $0 == "one runs" }) == 2
        }
        #expect(isBack)
        try #expect(said(service) == ["one runs", "one ended well", "one runs"])
    }

    @Test(arguments: ["", "cd . && "])
    func `a master ends its workers in its own way, also behind a shell`(before: String) throws {
        let service = try service("worker: \(before)sh master.sh; true\n")
        try service.folder.file(
            "master.sh",
            """
            (until test -e finish; do sleep 0.05; done; sleep 0.2; echo the task is done) &
            trap 'touch finish; wait; echo all is done; exit 0' TERM
            echo master runs; while :; do sleep 0.05; done
            """)
        let isThere = eventually {
            (try? said(service).contains("master runs")) ?? false
                || (try? service.run("start", ["worker"])) == nil
        }
        #expect(isThere)
        #expect(try service.run("stop", ["worker"]).code == 0)
        try #expect(said(service).suffix(2) == ["the task is done", "all is done"])
    }

    @Test func `one that ignores SIGTERM is killed when its type's time is over, and named`() throws
    {
        let service = try service(
            """
            worker: sh -c 'trap "" TERM; while :; do sleep 0.1; done'
            other: export A=1; sh slow.sh two

            """, ["--stop-timeout", "1h,worker=500ms"])
        let pid = try service.row("worker").pid
        #expect(try service.run("stop", ["all"]).code == 0)
        try service.awaitSentence("worker", "did not end in time; killed pid \(pid) (sh)")
        try #expect(
            !said(service, "other").contains("two runs")
                || said(service, "other").contains("two ended well"))
    }

    @Test func `the rest that is deaf is killed in the time that was its leader's`() throws {
        let service = try service(
            "worker: export A=1; sh -c 'trap \"\" TERM; echo deaf; while :; do sleep 1; done'\n",
            ["--stop-timeout", "800ms"])
        try awaits(service, "deaf")
        #expect(try service.run("restart", ["--wait", "worker"]).code == 0)
        try service.awaitSentence("worker", "did not end in time; killed pid ", "(sh)")
        service.guardian.send(.interrupt)
        #expect(try service.end() == .exited(code: 0))
        #expect(service.place.processes() == [])
    }

    @Test(arguments: [["stop", "worker"], ["down"]])
    func `a shell that waits for a program of its own runs its trap all the same`(
        words: [String]
    ) throws {
        // No shell runs a trap while it waits for a program in the foreground.
        let service = try service("worker: sh trap.sh\n", ["--stop-timeout", "4s"])
        try awaits(service, "inner runs")
        #expect(try service.run(words[0], Array(words.dropFirst())).code == 0)
        try #expect(said(service).contains("cleaned up"))
        #expect(try !service.sentences().contains { $0.contains("did not end in time") })
        service.guardian.send(.interrupt)
        _ = try service.end()
        #expect(service.place.processes() == [])
    }

    @Test func `each type has the signal that ends it`() throws {
        let line = "trap \"echo heard INT; exit 0\" INT; echo up; while :; do sleep 0.05; done"
        let service = try service(
            "worker: sh -c '\(line)'\n", ["--stop-signal", "worker=INT"])
        try awaits(service, "up")
        #expect(try service.run("restart", ["--wait", "worker"]).code == 0)
        try #expect(said(service).contains("heard INT"))
        #expect(try service.run("down").code == 0)
        try #expect(said(service).count { $0 == "heard INT" } == 2)
    }

    @Test(arguments: [
        ["--stop-timeout", "never"], ["--stop-signal", "KONT"],
    ])
    func `what can't be meant is refused`(words: [String]) throws {
        let place = try Place()
        #expect(try place.up(words).code == 2)
        let unknown = try place.up(["--stop-timeout", "nobody=3s"])
        #expect(unknown.code == 1 && unknown.errors.contains("there is no type 'nobody'"))
    }
}
