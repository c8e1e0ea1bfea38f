import Basics
import Kernel
import TestSupport
import Testing

/// Much at once.
@Suite(.serialized) struct StormTests {
    @Test func `of two hundred backends fifty die in one instant, and all are back`() throws {
        let service = try Service(["--backends", "200"])
        let before = try service.rows().filter { $0.type == "backend" }
        #expect(before.count == 200)
        #expect(before.allSatisfy { $0.state == "ready" })
        // While the supervisor sleeps, so that it hears of all of them in one turn.
        let supervisor = try #require(Processes.facts(of: before[0].pid)).parent
        Signals.send(.stop, to: supervisor)
        for row in before.prefix(50) { Signals.send(.kill, to: row.pid) }
        Signals.send(.proceed, to: supervisor)
        let areBack = eventually {
            guard let now = try? service.rows().filter({ $0.type == "backend" }) else {
                return false
            }
            return now.allSatisfy { $0.state == "ready" }
                && zip(now, before).prefix(50).allSatisfy { $0.pid != $1.pid }
        }
        #expect(areBack)
        let after = try service.rows().filter { $0.type == "backend" }
        #expect(after.map(\.restarts) == before.indices.map { $0 < 50 ? 1 : 0 })
        #expect(after.dropFirst(50).map(\.pid) == before.dropFirst(50).map(\.pid))
        #expect(try service.run("down").code == 0)
        #expect(service.place.leftOver() == [])
    }

    @Test func `ten thousand signals and a thousand orphans keep it from nothing`() throws {
        let service = try Service(
            ["--backends", "1"],
            procfile: """
                backend: lb-echo --port $PORT
                worker: sh -c 'i=0; while [ $i -lt 1000 ]; do (true &); i=$((i+1)); done; \
                echo all are gone; exec sleep 1000'
                """.replacing("\\\n", with: ""))
        let row = try service.row("backend.1")
        let supervisor = try #require(Processes.facts(of: row.pid)).parent
        for _ in 0..<10_000 { Signals.send(.child, to: supervisor) }
        let told = try service.run("kill", ["backend.1"])
        #expect(told.output.contains("restarting at once"), "\(told)")
        try service.await("backend.1") { $0.state == "ready" && $0.pid != row.pid }
        _ = try service.guardian.line(with: "all are gone")
        // Each was adopted, and reaped.
        let isReaped = eventually {
            Processes.children(of: supervisor).allSatisfy { Processes.facts(of: $0)?.state != "Z" }
        }
        #expect(isReaped)
    }

    @Test func `what happens while the supervisor sleeps is made good when it wakes`() throws {
        let service = try Service(["--backends", "3"])
        let before = try service.rows().filter { $0.type == "backend" }
        let supervisor = try #require(Processes.facts(of: before[0].pid)).parent
        // As after a suspend: time has passed, and much has happened in none of its turns.
        Signals.send(.stop, to: supervisor)
        for row in before { Signals.send(.kill, to: row.pid) }
        Poll.sleep(.seconds(2))
        Signals.send(.proceed, to: supervisor)
        for row in before {
            let after = try service.await(row.name) { $0.state == "ready" && $0.pid != row.pid }
            #expect(after.restarts == 1)
        }
        #expect(try service.get().status == 200)
    }

    @Test func `lines of three that write at once are whole, and in the order of each`() throws {
        let count = 2000
        let script = "i=0; while [ $i -lt \(count) ]; do i=$((i+1)); echo line $i of $0; done"
        let service = try Service(
            ["--backends", "1", "--restart", "never"],
            procfile: """
                backend: lb-echo --port $PORT
                a: sh -c '\(script)' a
                b: sh -c '\(script)' b
                c: sh -c '\(script)' c
                """)
        for name in ["a", "b", "c"] {
            try service.await(name) { $0.state == "done" }
            let texts = try service.place.records([name]).compactMap { $0["text"].text }
            #expect(texts == (1...count).map { "line \($0) of \(name)" })
        }
    }

    @Test func `several kills of one backend at the same moment are all answered`() throws {
        let service = try Service(["--backends", "2"])
        for _ in 0..<5 {
            let before = try service.await("backend.1") { $0.state == "ready" }
            var programs: [RunningProgram] = []
            for _ in 0..<4 { programs.append(try service.place.start(["kill", "backend.1"])) }
            for program in programs {
                let cause = try program.end().cause
                let said = program.output + program.errors
                // A kill that comes too late for one process meets the next, or none.
                #expect(
                    cause == .exited(code: 0) || said.contains("is backing off"), "\(said)")
                #expect(!said.contains("still running"), "\(said)")
            }
            try service.await("backend.1") { $0.state == "ready" && $0.pid != before.pid }
        }
        #expect(try service.get().status == 200)
    }
}
