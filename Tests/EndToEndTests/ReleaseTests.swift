import Kernel
import TestSupport
import Testing

/// Jobs that end, and the one that must end well before anything else begins.
@Suite struct ReleaseTests {
    @Test func `the others begin once it has ended with 0, and it is done`() throws {
        let place = try Place(
            procfile: "worker: sh -c 'echo works; exec sleep 1000'\n"
                + "release: sh -c 'sleep 0.3; echo migrated'\njob: echo once\n")
        #expect(try place.up().code == 0)
        let texts = try place.records().compactMap { $0["text"].text }
        let migrated = try #require(texts.firstIndex(of: "migrated"))
        let works = try #require(texts.firstIndex(of: "works"))
        #expect(migrated < works)
        #expect(!texts[..<migrated].contains { $0.hasPrefix("worker (") })
        let isDone = eventually {
            let rows = (try? place.rows()) ?? []
            let done = rows.filter { $0.state == "done" }.map { $0.name }.sorted()
            return done == ["job", "release"]
        }
        #expect(isDone)
        #expect(try place.run("down").code == 0)
    }

    @Test func `while it runs it is said to have started, and no balancer is missed`() throws {
        let service = try Service(
            procfile: "web: lb-echo --port $PORT\nrelease: sleep 0.5; echo migrated\n")
        let said = try service.sentences()
        let begun = try #require(
            said.firstIndex { $0.hasSuffix("has started; the others wait for its end") })
        let done = try #require(said.firstIndex { $0.hasPrefix("release is done") })
        #expect(begun < done)
        #expect(!said.contains { $0.hasPrefix("no balancer runs") }, "\(said)")
        #expect(!said.contains { $0.hasPrefix("release ") && $0.contains("is ready") }, "\(said)")
        #expect(try service.get().status == 200)
        let again = try service.run("start", ["--wait", "release"])
        #expect(again.code == 0 && !again.output.contains("ready"), "\(again)")
    }

    @Test(arguments: ["exit 3", "kill -9 $$", "nowhere-to-be-found"])
    func `where it fails nothing else is started, and up ends with 1`(line: String) throws {
        let place = try Place(
            procfile: "release: sh -c 'echo tried; \(line)'\nworker: sleep 1000\n")
        let up = try place.start(["up"] + place.ups)
        #expect(try up.end().cause == .exited(code: 1))
        #expect(up.output.contains("tried"))
        #expect(up.errors.contains("the service is not started: release: "))
        #expect(!up.output.contains("worker ("))
        #expect(place.leftOver() == [])
        #expect(try place.up().code == 1)
    }

    @Test func `Ctrl-C while it runs ends it as ever`() throws {
        let place = try Place(
            procfile: "release: sh -c 'echo begun; exec sleep 1000'\nw: sleep 9\n")
        let up = try place.start(["up"] + place.ups)
        _ = try up.line(with: "begun")
        up.send(.interrupt)
        #expect(try up.end().cause == .exited(code: 0))
        #expect(place.leftOver() == [])
    }

    @Test(arguments: [["scale", "2"], ["start", "w"], ["restart", "w"], ["restart", "all"]])
    func `nothing else is begun while it runs`(words: [String]) throws {
        let place = try Place(
            procfile: "release: sh -c 'echo begun; exec sleep 1000'\n"
                + "web: lb-echo --port $PORT\nw: sleep 1000\n")
        let up = try place.start(["up"] + place.ups)
        _ = try up.line(with: "begun")
        let told = try place.run(words[0], Array(words.dropFirst()))
        #expect(told.code == 1)
        #expect(told.errors.contains("release is still running"), "\(told.errors)")
        #expect(try !place.rows().contains { $0.name != "release" && $0.pid != 0 })
        up.send(.interrupt)
        #expect(try up.end().cause == .exited(code: 0))
    }

    /// A release that leaves a mark in the log for each time that it has run.
    private static func lines(_ release: String, _ worker: String) -> String {
        "release: sh -c 'echo ran; \(release)'\nworker: sleep \(worker)\n"
    }

    private func runs(_ place: Place) throws -> Int {
        try place.records(["release"]).count { $0["text"].text == "ran" }
    }

    @Test func `one that is done is not run again with all the others, but by its name`() throws {
        let place = try Place(procfile: Self.lines("true", "1000"))
        #expect(try place.up().code == 0)
        let before = try place.rows().first { $0.name == "worker" }?.pid
        let all = try place.run("restart", ["--wait", "all"])
        #expect(all.code == 0)
        #expect(all.output.contains("release"), "\(all.output)")
        #expect(try place.rows().first { $0.name == "worker" }?.pid != before)
        #expect(try runs(place) == 1)
        let named = try place.run("restart", ["--wait", "release"])
        #expect(named.code == 0)
        #expect(named.output.contains("done after"), "\(named.output)")
        #expect(try runs(place) == 2)
        #expect(try place.run("down").code == 0)
    }

    @Test func `a reload that changes it runs it first, and the rest where it ends well`() throws {
        let place = try Place(procfile: Self.lines("true", "1000"))
        #expect(try place.up().code == 0)
        func worker() throws -> Int32? { try place.rows().first { $0.name == "worker" }?.pid }
        let before = try worker()
        for _ in 0..<2 {
            // Also where the file is as it was when it failed.
            try place.folder.file("Procfile.test", Self.lines("exit 4", "2000"))
            let failed = try place.run("reload")
            #expect(failed.code == 1)
            #expect(failed.output.contains("failed: exited with"), "\(failed.output)")
            #expect(failed.errors.contains("nothing else was changed"), "\(failed.errors)")
            #expect(try worker() == before)
        }
        #expect(try runs(place) == 3)
        try place.folder.file("Procfile.test", Self.lines("sleep 1; echo end", "2000"))
        let program = try place.start(["reload"])
        let isUnderWay = eventually { (try? runs(place)) == 4 }
        #expect(isUnderWay)
        #expect(try place.run("restart", ["worker"]).errors.contains("release is still running"))
        #expect(try worker() == before)
        #expect(try program.end().cause == .exited(code: 0))
        #expect(program.output.contains("done after"), "\(program.output)")
        #expect(!program.output.contains("unchanged"), "\(program.output)")
        #expect(try worker() != before)
        #expect(try place.run("down").code == 0)
    }

    @Test func `where one of the copies alone can run it is said how to have one`() throws {
        let place = try Place(
            procfile: "web: sh -c 'mkdir only.one || exit 1; exec lb-echo --port $PORT'\n")
        let service = try place.start(["up"] + place.ups)
        let line = try service.line(with: "--backends 1")
        #expect(line.contains("3 copies of 'web' were started"))
        service.send(.interrupt)
        _ = try service.end()
        try Files.removeFolder(place.folder.path + "/only.one")
    }
}
