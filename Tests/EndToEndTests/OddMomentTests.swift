import Basics
import Kernel
import TestSupport
import Testing

/// Orders that come when they are not expected.
@Suite struct OddMomentTests {
    /// A service with a worker that has crashed and stays away for long.
    private func awayService() throws -> Service {
        let service = try Service(
            ["--backends", "1", "--restart-delay", "1h"],
            procfile: "backend: lb-echo --port $PORT\nworker: sleep 1000\n")
        try crash(service)
        return service
    }

    private func crash(_ service: Service) throws {
        Signals.send(.kill, to: try service.await("worker") { $0.state == "ready" }.pid)
        try service.await("worker") { $0.state == "backoff" }
    }

    @Test func `what backs off can't be killed or paused, and it is said when it comes back`()
        throws
    {
        let service = try awayService()
        let kill = try service.run("kill", ["worker"])
        #expect(kill.code == 1)
        #expect(kill.errors.contains("worker is backing off, restarting in"), "\(kill.errors)")
        for verb in ["pause", "resume"] {
            let told = try service.run(verb, ["worker"])
            #expect(told.code == 1)
            #expect(told.output.contains("is backing off: there is nothing to \(verb)"))
        }
        #expect(try service.row("worker").state == "backoff")
        // One that can be meant is signalled though the other can't.
        #expect(try service.run("kill", ["all"]).code == 0)
    }

    @Test(arguments: ["start", "restart"])
    func `what backs off is started at once when it is asked for`(verb: String) throws {
        let service = try awayService()
        let told = try service.run(verb, ["worker"])
        #expect(told.code == 0, "\(told.errors)")
        try service.await("worker") { $0.state == "ready" }
    }

    @Test func `what backs off is stopped by a word, and keeps none from leaving`() throws {
        let service = try awayService()
        #expect(try service.run("stop", ["worker"]).code == 0)
        #expect(try service.row("worker").state == "stopped")
        #expect(try service.run("start", ["worker"]).code == 0)
        try crash(service)
        #expect(try service.run("down").code == 0)
        #expect(try service.end() == .exited(code: 0))
        #expect(service.place.leftOver() == [])
    }

    @Test func `down while all of it still starts ends all of it`() throws {
        let place = try Place(procfile: "backend: sleep 1000\nworker: sleep 1000\n")
        let up = try place.start(["up"] + place.ups)
        let isStarting = eventually {
            ((try? place.rows()) ?? []).count { $0.state == "starting" } == 3
        }
        #expect(isStarting)
        #expect(try place.run("down").code == 0)
        #expect(try up.end().cause == .exited(code: 0))
        #expect(place.leftOver() == [])
        #expect(place.runtimeFiles() == [])
    }

    @Test func `lbctl killed at any moment of its start leaves nothing`() throws {
        let place = try Place()
        for number in 0..<24 {
            let up = try place.start(["up", "--backends", "2"] + place.ups)
            // From before its first line to behind its last.
            Poll.sleep(.microseconds(UInt64(number) * 1500))
            up.send(number % 3 == 0 ? .terminate : .kill)
            _ = try up.end()
            #expect(place.leftOver() == [], "after \(number)")
        }
        #expect(try place.up(["--backends", "1"]).code == 0)
        #expect(try place.run("down").code == 0)
    }

    @Test func `what was stopped by SIGSTOP is no obstacle to the end`() throws {
        let service = try Service(
            ["--backends", "2"],
            procfile: "backend: lb-echo --port $PORT\nworker: sleep 1000\n")
        for name in ["backend.1", "worker", "balancer"] {
            let pid = try service.row(name).pid
            Signals.send(.stop, to: pid)
            try service.await(name) { $0.state == "paused" }
        }
        #expect(try service.run("down").code == 0)
        #expect(service.place.leftOver() == [])
        let killed = try service.sentences().filter { $0.contains("killed by SIGKILL") }
        #expect(killed == [])
    }

    @Test func `signals that mean nothing to the guards end neither, and reach children as ever`()
        throws
    {
        let service = try Service(
            ["--backends", "1", "--restart", "never"],
            procfile: "backend: lb-echo --port $PORT\nworker: sh -c 'kill -USR1 $$; echo lives'\n")
        try service.awaitSentence("worker", "killed by SIGUSR1")
        let balancer = try service.row("balancer")
        let supervisor = try #require(Processes.facts(of: balancer.pid)).parent
        for name in ["USR1", "USR2", "ALRM", "VTALRM", "PROF", "IO", "40"] {
            let signal = try #require(Signal(named: name))
            for pid in [supervisor, service.guardian.pid] { Signals.send(signal, to: pid) }
        }
        for name in ["TSTP", "TTIN", "TTOU"] {
            Signals.send(try #require(Signal(named: name)), to: supervisor)
        }
        #expect(try service.get().status == 200)
        #expect(try service.row("balancer").pid == balancer.pid)
        #expect(Processes.facts(of: supervisor)?.state != "T")
        service.guardian.send(.terminate)
        #expect(try service.end() == .exited(code: 0))
    }

    @Test func `one that ignores SIGTERM is named while all wait, and killed in the end`() throws {
        let service = try Service(
            ["--backends", "1"],
            procfile: """
                backend: lb-echo --port $PORT
                worker: sh -c 'trap "" TERM; echo deaf; while :; do sleep 1; done'
                """)
        _ = try service.guardian.line(with: "| deaf")
        #expect(try service.run("down", ["-t", "4"]).code == 0)
        let said = try service.sentences()
        #expect(said.contains { $0.hasPrefix("still waiting for worker (port 5000, pid ") })
        // What was killed, by number and name.
        #expect(
            said.contains {
                $0.contains("did not end in time; killed pid ") && $0.contains("(sleep)")
            })
        #expect(service.place.leftOver() == [])
    }

    @Test func `scaled down while one of those that go is being drained, it goes when it may`()
        throws
    {
        let service = try Service(["--backends", "3"])
        #expect(try service.run("drain", ["backend.1", "backend.2"]).code == 0)
        let client = try Client(service.address)
        try client.send("GET /delay/2 HTTP/1.1\r\nHost: a\r\n\r\n")
        try service.awaitActive(1)
        #expect(try service.run("undrain", ["backend.1", "backend.2"]).code == 0)
        let drain = try service.place.start(["drain", "backend.3"])
        try service.await("backend.3") { $0.state == "draining" }
        let scale = try service.place.start(["scale", "1"])
        let answer = try client.answer()
        #expect(answer.status == 200)
        #expect(answer.field("x-backend") == "backend.3")
        #expect(try scale.end().cause == .exited(code: 0))
        _ = try drain.end()
        let names = try service.rows().filter { $0.type == "backend" }.map(\.name)
        #expect(names == ["backend.1"])
    }

    @Test func `no verb waits for a balancer that is paused`() throws {
        let service = try Service(["--backends", "2"])
        let paused = try service.run("pause", ["all"])
        #expect(paused.code == 0, "\(paused)")
        #expect(paused.output.split(separator: "\n").count == 3)
        #expect(try service.run("resume", ["backend"]).code == 0)
        #expect(try service.run("weight", ["backend.1=2"]).code == 0)
        #expect(try service.run("drain", ["backend.2"]).code == 0)
        // Of one that is drained nothing is said of a rotation that it is not in.
        let drained = try service.run("pause", ["backend.2"])
        #expect(drained.output.hasSuffix(": paused; it was drained already\n"), "\(drained)")
        let back = try service.run("resume", ["backend.2"])
        #expect(back.output.hasSuffix(": goes on; it stays drained\n"), "\(back)")
        #expect(try service.run("stop", ["backend.2"]).code == 0)
        #expect(try service.run("kill", ["backend.1"]).code == 0)
        #expect(try service.run("resume", ["balancer"]).code == 0)
        try service.await("backend.1") { $0.state == "ready" }
        #expect(try service.get().field("x-backend") == "backend.1")
    }

    @Test func `at the end it is said what is waited for, and why`() throws {
        let service = try Service(["--backends", "2"])
        let client = try Client(service.address)
        try client.send("GET /delay/4 HTTP/1.1\r\nHost: a\r\n\r\n")
        try service.awaitActive(1)
        #expect(try service.run("down").code == 0)
        let said = try service.sentences().filter { $0.hasPrefix("still waiting for ") }
        #expect(!said.isEmpty)
        for sentence in said {
            #expect(sentence.contains(", which has 1 request in hand, killed in "), "\(sentence)")
            #expect(!sentence.contains("backend."), "\(sentence)")
        }
        #expect(try client.answer().status == 200)
    }

    @Test func `a start may take as long as is said`() throws {
        let place = try Place(procfile: "backend: sh -c 'sleep 1; exec lb-echo --port $PORT'\n")
        let early = try place.up(["--backends", "1", "--start-timeout", "200ms"])
        #expect(early.code == 1)
        #expect(early.errors.contains("within 200 ms"), "\(early)")
        #expect(try place.up(["--backends", "1", "--start-timeout", "60s"]).code == 0)
        #expect(try place.run("down").code == 0)
    }
}
