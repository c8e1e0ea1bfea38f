import Kernel
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
        let isThere = Programs.eventually { ((try? place.rows()) ?? []).count == 2 }
        try #require(isThere)
        let row = try #require(try place.rows().last)
        #expect(row.state == "starting")
        // Others can't say it for it.
        let socket = "\(place.folder.path)/run/lbctl/\(place.name)/notify.1"
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
        let up = try place.up(["--backends", "1"])
        #expect(up.code == 1)
        #expect(up.errors.contains("backend.1 is not ready: nobody accepted on port"))
        #expect(place.leftOver() == [])
        #expect(place.runtimeFiles() == [])
    }
}
