import Kernel
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
        let isDone = Programs.eventually {
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
