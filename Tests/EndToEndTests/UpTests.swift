import Kernel
import TestSupport
import Testing

/// What `lbctl up` promises while nothing goes wrong.
@Suite struct UpTests {
    @Test func `thirty requests over both loopbacks are ten for each backend`() throws {
        let service = try Service()
        let port = try #require(service.address.port)
        var answers: [String: Int] = [:]
        for number in 0..<30 {
            let address = number % 2 == 0 ? Address.loopback(port: port) : .loopback6(port: port)
            let answer = try Client.get(address, "/")
            #expect(answer.status == 200)
            answers[answer.field("x-backend") ?? "?", default: 0] += 1
        }
        #expect(answers == ["backend.1": 10, "backend.2": 10, "backend.3": 10])
        let rows = try service.rows().filter { $0.type == "backend" }
        #expect(rows.map(\.requests) == [10, 10, 10])
    }

    @Test func `it shows where to look and what to type next`() throws {
        let service = try Service(["--backends", "2"])
        let line = try service.guardian.line(with: "lbctl kill ", in: .errors)
        let last = try service.row("backend.2")
        // It is not on the path here.
        let command = Programs.path("lbctl")
        #expect(line == "in another terminal: \(command) kill \(last.port) --name \(service.name)")
    }

    @Test func `ps tells the promised fields of each process in JSON, and no others`() throws {
        let service = try Service(["--backends", "2"])
        let told = try service.run("ps", ["--format", "json"])
        #expect(told.code == 0)
        let rows = try JSON(told.output).items
        let keys = [
            "name", "type", "port", "pid", "state", "health", "started_at", "restarts", "weight",
            "active", "requests", "p50_ms", "p99_ms", "cpu_percent", "rss_bytes",
            "algorithm", "latency_ms", "error_percent",
        ]
        for row in rows {
            #expect(row.keys == keys)
            #expect(row["state"] == .string("ready"))
            #expect(row["health"] == .string("up"))
            #expect(row["restarts"] == .number(0))
        }
        #expect(rows.map { $0["name"].text } == ["balancer", "backend.1", "backend.2"])
        #expect(rows.map { $0["type"].text } == ["balancer", "backend", "backend"])
        #expect(rows[0]["port"].int == service.address.port.map { Int($0) })
        for row in rows.map({ Row(json: $0) }) {
            #expect(Processes.listener(onPort: row.port) == row.pid || row.type == "balancer")
            #expect(Processes.commandLine(of: row.pid)?.contains("lb-") == true)
        }
        let table = try service.run("ps").output.split(separator: "\n")
        #expect(table.count == 4)
        #expect(table.first?.hasPrefix("NAME ") == true)
        #expect(try service.run("status").output.hasPrefix("NAME "))
    }

    @Test func `a second one of the same name is refused and names the first, which lives on`()
        throws
    {
        let service = try Service(["--backends", "1"])
        for words in [["-d"], []] {
            let second = try service.run("up", words + ["--port", "0", "--base-port", "0"])
            #expect(second.code == 1)
            #expect(second.errors.contains("is running already (pid \(service.guardian.pid))"))
            #expect(second.errors.contains("lbctl down --name \(service.name)'"))
        }
        let more = try service.run(
            "up", ["--backends", "5", "--base-port", "0"], in: service.place.directory)
        #expect(more.code == 1 && more.errors.contains("lbctl scale 5 --name \(service.name)'"))
        #expect(try service.get().status == 200)
        #expect(try service.row("backend.1").restarts == 0)
    }

    @Test func `of several at the same time one comes up, and the others name it`() throws {
        let place = try Place()
        // Ports that are the same for all: they must not be what the others stumble over.
        let port = try ReservedPort.any()
        let words = [
            "up", "-d", "--admin", "off", "--backends", "1", "--port", "\(port)", "--base-port",
            "0",
        ]
        var programs: [RunningProgram] = []
        for _ in 0..<3 { programs.append(try place.start(words)) }
        var errors: [String] = []
        for program in programs where try program.end().cause != .exited(code: 0) {
            errors.append(program.errors)
        }
        #expect(errors.count == 2)
        #expect(errors.allSatisfy { $0.contains("it is running already (pid ") }, "\(errors)")
        #expect(try place.run("down").code == 0)
    }

    @Test func `up -d that is interrupted leaves nothing, and does not wait for what is late`()
        throws
    {
        let place = try Place(procfile: "backend: sleep 1000\n")
        let launcher = try place.start(["up", "-d"] + place.ups)
        let isUp = eventually { ((try? place.rows()) ?? []).count == 4 }
        #expect(isUp)
        launcher.send(.interrupt)
        #expect(place.leftOver() == [])
        let texts = try place.records(["lbctl"]).compactMap { $0["text"].text }
        #expect(texts.contains("stopping: 'lbctl up -d' gave up"), "\(texts)")
        #expect(!texts.contains { $0.contains("was not ready within") }, "\(texts)")
    }

    @Test func `every verb finds the service from another folder`() throws {
        let service = try Service(["--backends", "2"])
        let elsewhere = try service.folder.folder("elsewhere")
        let before = try service.row("backend.1")
        #expect(try service.run("ps", in: elsewhere).output.contains("backend.2"))
        #expect(try service.run("kill", ["backend.1"], in: elsewhere).code == 0)
        try service.await("backend.1") { $0.state == "ready" && $0.pid != before.pid }
        #expect(try service.run("logs", in: elsewhere).output.contains("backend.2 | listening"))
        let down = try service.run("down", in: elsewhere)
        #expect(down.code == 0)
        #expect(try service.end() == .exited(code: 0))
        #expect(service.place.leftOver() == [])
    }

    @Test func `only the usual loopback addresses are called localhost`() throws {
        let place = try Place()
        let up = try place.up(["--backends", "1", "--host", "127.0.0.2"])
        #expect(up.output.contains(" on http://127.0.0.2:"), "\(up.output) \(up.errors)")
        #expect(try place.run("down").code == 0)
    }

    @Test func `an option of the balancer goes before its line`() throws {
        let service = try Service(
            ["--backends", "1", "--access-log", "text"],
            procfile: """
                balancer: lb-balancer --access-log off --health-check tcp
                backend: lb-echo --port $PORT
                """)
        #expect(try service.get("/told").status == 200)
        let isTold = eventually {
            (try? service.run("logs", ["balancer"]).output.contains("GET /told")) ?? false
        }
        #expect(isTold)
        let balancer = try service.row("balancer")
        let words = Processes.commandLine(of: balancer.pid) ?? ""
        #expect(words.contains("--health-check tcp"), "\(words)")
    }

    @Test func `where one can't run, the rest does, and what to type next is said`() throws {
        let service = try Service(
            ["--backends", "1"],
            procfile: """
                backend: lb-echo --port $PORT
                worker: no-such-program
                """)
        _ = try service.guardian.line(with: "worker is not ready", in: .errors)
        let line = try service.guardian.line(with: "lbctl start worker", in: .errors)
        let command = Programs.path("lbctl")
        #expect(line == "once it is mended: \(command) start worker --name \(service.name)")
        service.guardian.send(.terminate)
        #expect(try service.end() == .exited(code: 0))
        try service.awaitSentence("stopping: SIGTERM to lbctl")
    }

    @Test func `two services stand beside each other`() throws {
        let first = try Service(["--backends", "1"])
        let second = try Service(["--backends", "1"])
        #expect(try first.run("down").code == 0)
        #expect(try second.get().status == 200)
        #expect(try first.run("ps").output == "")
    }

    @Test func `ten times up and down in the background leaves nothing`() throws {
        let place = try Place()
        for _ in 0..<10 {
            let up = try place.up(["--backends", "2"])
            #expect(up.code == 0, "\(up.errors)")
            #expect(up.output.contains("'\(place.name)' is up on http://localhost:"))
            // It returns when all is ready: so this is no race.
            let rows = try place.rows()
            #expect(rows.map(\.state) == ["ready", "ready", "ready"])
            let address = Address.loopback(port: rows[0].port)
            #expect(try Client.get(address, "/").field("x-backend") == "backend.1")
            #expect(try Client.get(address, "/").field("x-backend") == "backend.2")
            let down = try place.run("down")
            #expect(down.code == 0, "\(down.errors)")
            #expect(place.leftOver() == [])
            #expect(place.runtimeFiles() == [])
            for row in rows { #expect(row.port.isFree, "\(row)") }
        }
    }
}
