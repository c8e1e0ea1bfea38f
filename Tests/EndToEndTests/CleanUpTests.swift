import Basics
import Kernel
import TestSupport
import Testing

/// Nothing survives `lbctl`, however it ends.
@Suite(.serialized) struct CleanUpTests {
    /// Each backend leaves a process behind that is in a session of its own and deaf to SIGTERM.
    static let stubborn = """
        backend: sh -c 'trap "" TERM; setsid sh -c "trap \\"\\" TERM; exec sleep 1000" & \
        exec lb-echo --port $PORT'
        """

    /// A service whose stubborn grandchildren are all there.
    private func stubbornService(_ procfile: String = stubborn) throws -> Service {
        let service = try Service(["--backends", "2"], procfile: procfile)
        let isThere = eventually { sleepers(service.place).count == 2 }
        try #require(isThere, "no grandchildren")
        return service
    }

    /// They have no variables either, by which one could know them.
    static let nameless = stubborn.replacing("setsid sh", with: "setsid env -i /bin/sh")

    private func sleepers(_ place: Place) -> [Int32] {
        place.processes().filter { pid in
            Processes.commandLine(of: pid) == "sleep 1000"
                && Processes.facts(of: pid)?.session == pid
        }
    }

    /// Those that are still what they were.
    private func living(_ known: [Int32]) -> [Int32] {
        known.filter { Processes.commandLine(of: $0) == "sleep 1000" }
    }

    /// Its folders take another service at once.
    private func startsAgain(_ service: Service, _ ports: [UInt16]) throws {
        #expect(service.place.leftOver() == [])
        for port in ports { #expect(port.isFree, "port \(port)") }
        let again = try service.place.up(["--backends", "1"])
        #expect(again.code == 0, "\(again.errors)")
        #expect(try service.place.run("down").code == 0)
        #expect(service.place.leftOver() == [])
        #expect(service.place.runtimeFiles() == [])
    }

    @Test func `the supervisor killed leaves nothing, not even what had left its session`() throws {
        let service = try stubbornService()
        let rows = try service.rows()
        let all = service.place.processes()
        let pid = try #require(rows.first.flatMap { Processes.facts(of: $0.pid)?.parent })
        // Guardian, supervisor, balancer, two backends and what they left in sessions of their own.
        #expect(all.count >= 7)
        Signals.send(.kill, to: pid)
        #expect(try service.end() == .exited(code: 1))
        let words = "the supervisor (pid \(pid)) was killed by SIGKILL"
        #expect(service.guardian.errors.contains(words))
        let last = try service.place.records(["lbctl", "--tail", "1"]).first?["text"].text ?? ""
        #expect(last.hasPrefix(words), "\(last)")
        // The guardian cleaned up before it ended.
        #expect(service.place.processes() == [])
        try startsAgain(service, rows.map(\.port))
    }

    @Test func `the guardian killed leaves nothing, not even what had left its session`() throws {
        let service = try stubbornService()
        let rows = try service.rows()
        service.guardian.send(.kill)
        #expect(try service.end() == .killed(by: .kill, dumpedCore: false))
        #expect(service.place.leftOver() == [])
        try startsAgain(service, rows.map(\.port))
    }

    @Test(arguments: ["supervisor", "guardian", "nobody"])
    func `what has also dropped its variables is gone with the service`(killed: String) throws {
        let service = try stubbornService(Self.nameless)
        let known = sleepers(service.place)
        let row = try service.row("balancer")
        switch killed {
        case "supervisor":
            Signals.send(.kill, to: try #require(Processes.facts(of: row.pid)).parent)
        case "guardian": service.guardian.send(.kill)
        default: service.guardian.send(.terminate)
        }
        _ = try service.end()
        #expect(eventually { living(known).isEmpty })
        for pid in living(known) { Signals.send(.kill, to: pid) }
        #expect(service.place.leftOver() == [])
    }

    @Test func `both killed at once leave no child running`() throws {
        let service = try Service(["--backends", "2"])
        let rows = try service.rows()
        let pid = try #require(rows.first.flatMap { Processes.facts(of: $0.pid)?.parent })
        service.guardian.send(.stop)
        Signals.send(.kill, to: pid)
        service.guardian.send(.kill)
        try startsAgain(service, rows.map(\.port))
    }

    @Test func `a guardian that sleeps keeps no name when its supervisor is killed`() throws {
        let service = try stubbornService()
        let rows = try service.rows()
        let supervisor = try #require(Processes.facts(of: rows[0].pid)).parent
        service.guardian.send(.stop)
        Signals.send(.kill, to: supervisor)
        let isDead = eventually {
            Processes.facts(of: supervisor).map { $0.state == "Z" } ?? true
        }
        #expect(isDead)
        #expect(try service.run("down").code == 0)
        #expect(try service.end() == .exited(code: 1))
        try startsAgain(service, rows.map(\.port))
    }

    @Test func `a graceful end leaves nothing that had left its session`() throws {
        let service = try stubbornService()
        #expect(try service.run("down", ["-t", "1"]).code == 0)
        #expect(try service.end() == .exited(code: 0))
        #expect(service.place.processes() == [])
        #expect(service.place.runtimeFiles() == [])
    }

    @Test(arguments: [stubborn, nameless])
    func `what a killed backend left behind is gone before it is back`(procfile: String) throws {
        let service = try stubbornService(procfile)
        let before = sleepers(service.place)
        let row = try service.row("backend.1")
        #expect(try service.run("kill", ["backend.1"]).code == 0)
        try service.await("backend.1") { $0.state == "ready" && $0.pid != row.pid }
        let isReplaced = eventually {
            let now = sleepers(service.place)
            return now.count == 2 && now.filter { before.contains($0) }.count == 1
        }
        #expect(isReplaced, "\(before) became \(sleepers(service.place))")
        try service.awaitSentence("backend.1 had left 1 process behind: pid ", "killed")
        // Neither touched what is the other's.
        #expect(try service.row("backend.2").restarts == 0)
    }

    @Test func `what outlived both is ended by the next start or stop of the service`() throws {
        for verb in ["up", "down"] {
            let service = try stubbornService(Self.nameless)
            let known = sleepers(service.place)
            let supervisor = try #require(Processes.facts(of: try service.row("balancer").pid))
            service.guardian.send(.stop)
            Signals.send(.kill, to: supervisor.parent)
            service.guardian.send(.kill)
            _ = try service.end()
            #expect(living(known) == known)
            if verb == "up" {
                #expect(try service.place.up(["--backends", "1"]).code == 0)
                #expect(living(known) == [])
                #expect(try service.run("down").code == 0)
            } else {
                let down = try service.run("down")
                #expect(down.output.contains("killed 2 processes"), "\(down)")
                #expect(service.place.runtimeFiles() == [])
            }
            #expect(living(known) == [])
            for pid in living(known) { Signals.send(.kill, to: pid) }
            #expect(service.place.leftOver() == [])
        }
    }

    @Test func `nothing is left after down, and the ports are free`() throws {
        let service = try Service()
        let rows = try service.rows()
        #expect(try service.run("down").code == 0)
        // By then the last process is gone: nothing is waited for here.
        #expect(service.place.processes() == [])
        #expect(service.place.runtimeFiles() == [])
        for row in rows { #expect(row.port.isFree) }
    }

    @Test func `the next up waits for a supervisor that has lost its guardian`() throws {
        let place = try Place(
            procfile: """
                backend: lb-echo --port $PORT
                deaf: sh -c 'trap "" TERM; while :; do sleep 1; done'
                """)
        #expect(try place.up(["--backends", "1"]).code == 0)
        let row = try place.rows()[0]
        let supervisor = try #require(Processes.facts(of: row.pid)).parent
        let guardian = try #require(Processes.facts(of: supervisor)).parent
        Signals.send(.kill, to: guardian)
        let again = try place.up(["--backends", "1"])
        #expect(again.code == 0, "\(again)")
        #expect(try place.rows().filter { $0.state == "ready" }.count == 3)
        #expect(Processes.facts(of: supervisor)?.state ?? "Z" == "Z")
        #expect(try place.run("down", ["-t", "1"]).output.contains("is stopped"))
        #expect(place.leftOver() == [])
        #expect(place.runtimeFiles() == [])
    }

    @Test func `with nohup the end of the terminal is no end`() throws {
        let place = try Place()
        let words = ["up", "--backends", "1", "--name", place.name] + place.ups
        let up = try place.shell("trap '' HUP; exec \"$0\" \"$@\"", words)
        _ = try up.line(with: "localhost:", in: .errors)
        up.send(.hangUp)
        #expect(try place.rows().filter { $0.state == "ready" }.count == 2)
        #expect(try place.run("down").code == 0)
        #expect(try up.end().cause == .exited(code: 0))
        #expect(!up.output.contains("SIGHUP"))
    }
}
