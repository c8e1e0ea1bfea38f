import Kernel
import Testing

/// A program that can't stay alive is given up, and that is said everywhere.
@Suite struct CrashLoopTests {
    @Test func `up -d says which backend crashes, tells its last words and ends with 1`()
        throws
    {
        let place = try Place(procfile: "backend: sh -c 'echo this can not go well; exit 7'\n")
        let up = try place.up(["--backends", "1"])
        #expect(up.code == 1)
        #expect(up.output == "")
        #expect(up.errors.contains("backend.1 is not ready: exited with 7"), "\(up.errors)")
        #expect(up.errors.contains("this can not go well"), "\(up.errors)")
        #expect(place.leftOver() == [])
        #expect(place.runtimeFiles() == [])
    }

    @Test func `up -d names all that can't run, and the log tells that it gave up`() throws {
        let place = try Place(procfile: "backend: lb-echo --port $PORT\na: no-such\nb: no-such\n")
        let up = try place.up(["--backends", "1"])
        #expect(up.code == 1)
        #expect(up.errors.contains("a is not ready: there is no program 'no-such'"))
        #expect(up.errors.contains("the same goes for b"), "\(up.errors)")
        let texts = try place.records(["lbctl"]).compactMap { $0["text"].text }
        #expect(texts.contains("stopping: 'lbctl up -d' gave up"), "\(texts)")
    }

    @Test func `up -d does not wait for one that stays away for long`() throws {
        let place = try Place(procfile: "backend: sh -c 'echo not today; exit 7'\n")
        let up = try place.up(["--backends", "1", "--restart-delay", "1h"])
        #expect(up.code == 1)
        #expect(up.errors.contains("backend.1 is not ready: exited with 7"), "\(up.errors)")
        #expect(up.errors.contains("not today"), "\(up.errors)")
        #expect(place.leftOver() == [])
    }

    @Test func `one that crashes too often is left alone, and the others go on`() throws {
        let service = try Service(
            ["--backends", "2"],
            procfile: """
                backend: lb-echo --port $PORT
                worker: sh -c 'exit 7'
                """)
        let before = try service.rows().filter { $0.type == "backend" }
        let row = try service.await("worker") { $0.state == "failed" }
        #expect(row.restarts == 5)
        #expect(row.pid == 0)
        try service.awaitSentence("worker crashed too often and is left alone")
        let crashes = try service.sentences().filter { $0.contains("exited with 7") }
        #expect(crashes.count == 6, "\(crashes)")
        #expect(try service.rows().filter { $0.type == "backend" }.map(\.pid) == before.map(\.pid))
        #expect(try service.get().status == 200)
        let kill = try service.run("kill", ["worker"])
        #expect(kill.code == 1)
        #expect(kill.errors.contains("worker has failed"), "\(kill.errors)")
    }

    @Test func `kills by lbctl are not counted as crashes`() throws {
        let service = try Service(["--backends", "1"])
        for count in 1...7 {
            let before = try service.row("backend.1")
            #expect(try service.run("kill", ["backend.1"]).output.contains("restarting at once"))
            try service.await("backend.1") { $0.state == "ready" && $0.pid != before.pid }
            #expect(try service.row("backend.1").restarts == count)
        }
        #expect(try service.get().status == 200)
    }
}
