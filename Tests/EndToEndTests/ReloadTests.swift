import Kernel
import Testing

/// What is promised of a Procfile that is read again while the service is used.
@Suite struct ReloadTests {
    private static let first = """
        balancer: lb-balancer --retries 2
        backend: lb-echo --port $PORT
        worker: sleep 1000

        """

    private func write(_ text: String, _ service: Service) throws {
        try service.folder.file("Procfile.test", text)
    }

    /// What each is told to have become, by name.
    private func reload(_ service: Service, code: Int32 = 0) throws -> [String: String] {
        let told = try service.run("reload", ["--format", "json"])
        #expect(told.code == code, "\(told.errors)")
        var changes: [String: String] = [:]
        for object in try JSON(told.output).items {
            changes[object["name"].text ?? ""] = object["change"].text
        }
        return changes
    }

    private func pids(_ service: Service) throws -> [String: Int32] {
        var pids: [String: Int32] = [:]
        for row in try service.rows() where row.state == "ready" { pids[row.name] = row.pid }
        return pids
    }

    @Test func `what is unchanged is not touched`() throws {
        let service = try Service(procfile: Self.first)
        #expect(try service.run("scale", ["4"]).code == 0)
        #expect(try service.run("weight", ["backend.2=7"]).code == 0)
        let before = try pids(service)
        #expect(before.count == 6)
        let changes = try reload(service)
        #expect(changes.count == 6)
        #expect(changes.values.allSatisfy { $0 == "unchanged" })
        #expect(try pids(service) == before)
        // A line more touches none of the others, and what was set live stays.
        try write(Self.first + "clock: sleep 1000\n", service)
        #expect(try reload(service)["clock"] == "added")
        var after = try pids(service)
        #expect(after.removeValue(forKey: "clock") != nil)
        #expect(after == before)
        #expect(try service.row("backend.2").json["weight"].int == 7)
        try write(Self.first.replacing("worker: sleep 1000\n", with: ""), service)
        let removed = try reload(service)
        #expect(removed["clock"] == "removed")
        #expect(removed["worker"] == "removed")
        #expect(try service.rows().count == 5)
    }

    @Test func `all of it may change under load, and no request notices`() throws {
        let service = try Service(procfile: Self.first)
        let gets = try Load(on: service.address, clients: 4, path: "/delay/0.002")
        let posts = try Load(on: service.address, clients: 4, method: "POST", body: "x")
        for round in 1...2 {
            let before = try pids(service)
            try write(
                Self.first.replacing("--retries 2", with: "--retries \(2 + round)")
                    .replacing("lb-echo", with: "lb-echo --latency \(round)ms"), service)
            let changes = try reload(service)
            #expect(changes["balancer"] == "replaced")
            #expect(changes["backend.1"] == "changed")
            #expect(changes["worker"] == "unchanged")
            let after = try pids(service)
            for name in ["balancer", "backend.1", "backend.2", "backend.3"] {
                #expect(after[name] != before[name])
            }
            try gets.awaitMore(100)
            try posts.awaitMore(100)
        }
        for account in [try gets.stop(), try posts.stop()] {
            #expect(account.failed == 0, "\(account)")
        }
    }

    @Test func `a balanced type may have another name from now on`() throws {
        let service = try Service(procfile: Self.first)
        let load = try Load(on: service.address, clients: 4)
        let ports = try service.rows().filter { $0.type == "backend" }.map(\.port)
        try write(Self.first.replacing("backend:", with: "web:"), service)
        #expect(try reload(service)["web.1"] == "changed")
        #expect(try service.rows().filter { $0.type == "web" }.map(\.port) == ports)
        #expect(try service.get().field("x-backend")?.hasPrefix("web.") == true)
        try load.awaitMore(20)
        let account = try load.stop()
        #expect(account.failed == 0, "\(account)")
    }

    @Test(arguments: [
        ("backend lb-echo", "Procfile.test:4 can't be used"),
        ("worker: again", "Procfile.test:4 can't be used"),
        ("other: no-such-program", "there is no program 'no-such-program'"),
    ])
    func `a Procfile that can't be used changes nothing`(line: String, why: String) throws {
        let service = try Service(procfile: Self.first)
        let before = try pids(service)
        try write(Self.first.replacing("1000", with: "2000") + line + "\n", service)
        let told = try service.run("reload")
        #expect(told.code == 1)
        #expect(told.errors.contains(why), "\(told.errors)")
        #expect(try pids(service) == before)
        try write(Self.first, service)
        #expect(try reload(service).values.allSatisfy { $0 == "unchanged" })
    }

    @Test func `a program that does not run stops the change at the first one`() throws {
        let service = try Service(procfile: Self.first)
        let before = try pids(service)
        try write(Self.first.replacing("lb-echo --port $PORT", with: "false"), service)
        let told = try service.run("reload")
        #expect(told.code == 1)
        #expect(told.errors.contains("left alone: backend.2, backend.3"), "\(told.errors)")
        #expect(try pids(service)["backend.2"] == before["backend.2"])
        #expect(try service.get().status == 200)
        try write(Self.first, service)
        #expect(try reload(service)["backend.1"] == "changed")
        try service.await("backend.1") { $0.state == "ready" }
    }

    @Test func `the environment beside it counts, and a weight that the file changes`() throws {
        let service = try Service(procfile: Self.first)
        try service.folder.file(".env", "GREETING=hello\n")
        #expect(try !reload(service).values.contains("unchanged"))
        #expect(try reload(service).values.allSatisfy { $0 == "unchanged" })
        try write(
            Self.first.replacing("backend:", with: "# backend\nbackend:")
                .replacing("--retries 2", with: "--retries 2 --weight backend.1=4"), service)
        #expect(try reload(service)["backend.1"] == "changed")
        #expect(try service.row("backend.1").json["weight"].int == 4)
    }

    @Test func `a pipe in the place of a file is refused and holds up no verb`() throws {
        let service = try Service(procfile: Self.first)
        let pipe = "\(service.folder.path)/.env"
        #expect(try RunningProgram.run("/bin/sh", ["-c", "mkfifo '\(pipe)'"]).code == 0)
        let told = try service.run("reload")
        #expect(told.code == 1)
        #expect(told.errors.contains("it is no file, but a pipe"), "\(told.errors)")
        #expect(try service.run("check", ["-f", "\(service.folder.path)/Procfile.test"]).code == 1)
        #expect(try service.run("kill", ["backend.1"]).code == 0)
    }
}
