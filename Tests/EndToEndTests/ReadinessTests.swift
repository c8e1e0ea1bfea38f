import Kernel
import TestSupport
import Testing

/// The ways in which a program is found to be ready.
@Suite struct ReadinessTests {
    private static let python = "/usr/bin/python3"
    private static let hasPython = Files.isExecutable(python)

    /// Says a word to a datagram socket.
    private static func saying(_ word: String, to socket: String) -> String {
        "import socket,os; socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)"
            + ".sendto(b\"\(word)\", \(socket))"
    }

    @Test(.enabled(if: hasPython, "nothing here can send a datagram"))
    func `one that says so on NOTIFY_SOCKET is ready then, and not before`() throws {
        let said = Self.saying("STATUS=well\\nREADY=1", to: "os.environ[\"NOTIFY_SOCKET\"]")
        let place = try Place(
            procfile: """
                backend: sh -c 'until test -e go; do sleep 0.02; done; \
                exec \(Self.python) -c "$SAY; import time; time.sleep(1000)"'
                """.replacing("\\\n", with: ""))
        try place.folder.file(".env", "SAY='\(said)'\n")
        let up = try place.start(["up", "--backends", "1"] + place.ups)
        let isThere = eventually { ((try? place.rows()) ?? []).count == 2 }
        try #require(isThere)
        let row = try #require(try place.rows().last)
        #expect(row.state == "starting")
        // Others can't say it for it.
        let folder = "\(place.folder.path)/run/lbctl/\(place.name)"
        let name = try #require(try Files.names(in: folder).first { $0.hasPrefix("n.") })
        let socket = "\(folder)/\(name)"
        let stranger = try RunningProgram(
            Self.python, ["-c", Self.saying("READY=1", to: "\"\(socket)\"")])
        #expect(try stranger.end().cause.isSuccess, "\(stranger.errors)")
        #expect(try place.rows().last?.state == "starting")
        try place.folder.file("go", "")
        _ = try up.line(with: "in another terminal", in: .errors)
        #expect(try place.rows().last?.state == "ready")
        #expect(try place.rows().last?.pid == row.pid)
    }

    @Test func `one that says nothing is ready when its port accepts`() throws {
        let service = try Service(
            ["--backends", "2"],
            procfile: "backend: sh -c 'sleep 0.2; exec lb-echo --port $PORT'\n")
        #expect(try service.get().status == 200)
        let row = try service.row("backend.1")
        #expect(try service.run("kill", ["backend.1"]).code == 0)
        try service.await("backend.1") { $0.state == "ready" && $0.pid != row.pid }
        for _ in 0..<4 { #expect(try service.get().status == 200) }
    }

    @Test func `one that is never ready is killed when its time is over, and that is told`()
        throws
    {
        let place = try Place(procfile: "backend: sleep 1000\n")
        let up = try place.up(["--backends", "1", "--start-timeout", "1s"])
        #expect(up.code == 1)
        #expect(up.errors.contains("backend.1 is not ready: nothing accepted on port"))
        #expect(place.leftOver() == [])
        #expect(place.runtimeFiles() == [])
    }

    @Test(.enabled(if: hasPython, "nothing here can send a datagram"))
    func `one that has ended speaks for no other`() throws {
        let script = """
            import glob, os, socket, time
            own = os.environ["NOTIFY_SOCKET"]
            time.sleep(0.3)
            for other in set(glob.glob(os.path.dirname(own) + "/*")) - {own}:
                for _ in range(20):
                    if os.fork() == 0:
                        s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
                        try: s.sendto(b"READY=1", other)
                        except OSError: pass
                        os._exit(0)
                    os.wait()
            print("tried", flush=True)
            time.sleep(1000)
            """
        let place = try Place(procfile: "backend: sleep 1000\nworker: \(Self.python) try.py\n")
        try place.folder.file("try.py", script)
        let up = try place.start(["up", "--backends", "1"] + place.ups)
        _ = try up.line(with: "| tried")
        #expect(try place.rows().first { $0.name == "backend.1" }?.state == "starting")
    }

    @Test func `one that listens elsewhere is told where, and asked to end before it is killed`()
        throws
    {
        let line = "trap \"echo asked; kill $!; exit 1\" TERM; lb-echo --port 0 & wait"
        let place = try Place(procfile: "backend: sh -c '\(line)'\n")
        let up = try place.up(["--backends", "1", "--start-timeout", "2s"])
        #expect(up.code == 1)
        #expect(up.errors.contains("it listens on port "), "\(up.errors)")
        #expect(up.errors.contains("have it listen on $PORT"), "\(up.errors)")
        let texts = try place.records(["backend.1"]).compactMap { $0["text"].text }
        #expect(texts.contains("asked"), "\(texts)")
        #expect(place.leftOver() == [])
    }

    @Test func `a request for one that is starting is told when it does not come`() throws {
        let place = try Place(procfile: "backend: sleep 1000\n")
        let up = try place.start(
            ["up", "--backends", "1", "--start-timeout", "3s"] + place.ups)
        let isThere = eventually {
            (try? place.rows().contains { $0.state == "starting" && $0.name == "backend.1" })
                ?? false
        }
        try #require(isThere)
        #expect(try place.run("start", ["backend.1"]).output.contains("is starting already"))
        let told = try place.run("start", ["--wait", "backend.1"])
        #expect(told.code == 1)
        #expect(told.errors.contains("backend.1 is not ready"), "\(told)")
        up.send(.interrupt)
        _ = try up.end()
    }

    @Test func `how long a start took is the same in the answer and in the event`() throws {
        let service = try Service(["--backends", "1"])
        let told = try service.run("scale", ["2"]).output
        let figure = try #require(told.split(separator: "ready after ").last)
            .prefix { $0 != "\n" && $0 != ";" }
        try service.awaitSentence("backend.2", "is ready after \(figure)")
    }
}
