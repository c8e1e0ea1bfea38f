import Kernel
import Testing

/// What the verbs that change or look at something tell programs.
@Suite struct OutcomeJSONTests {
    @Test func `kill tells an object for each that was meant`() throws {
        let service = try Service(["--backends", "2"])
        let before = try service.rows().filter { $0.type == "backend" }
        let told = try service.run("kill", ["--format", "json", "backend"])
        #expect(told.code == 0)
        let objects = try JSON(told.output).items
        let keys = ["name", "port", "pid", "signal", "out_of_rotation_ms", "next"]
        #expect(objects.map(\.keys) == [keys, keys])
        #expect(objects.map { $0["name"].text } == ["backend.1", "backend.2"])
        #expect(objects.map { $0["pid"].int } == before.map { Int($0.pid) })
        #expect(objects.allSatisfy { $0["signal"] == .string("SIGKILL") })
        #expect(objects.allSatisfy { $0["next"] == .string("restarting at once") })
    }

    @Test func `orders tell an object for each that was meant, also where some fail`() throws {
        let service = try Service(["--backends", "2"])
        for verb in ["pause", "resume", "restart", "stop", "start"] {
            let told = try service.run(verb, ["--format=json", "backend"])
            #expect(told.code == 0, "\(verb): \(told.errors)")
            let objects = try JSON(told.output).items
            #expect(Set(objects.compactMap { $0["name"].text }) == ["backend.1", "backend.2"])
            for object in objects {
                #expect(
                    object.keys == ["name", "port", "pid", "done", "outcome", "took_ms"])
                #expect(object["done"] == .bool(true))
            }
            try service.await("backend.1") { ["ready", "stopped", "paused"].contains($0.state) }
            try service.await("backend.2") { ["ready", "stopped", "paused"].contains($0.state) }
        }
        #expect(try service.run("stop", ["backend.1"]).code == 0)
        let told = try service.run("pause", ["--format", "json", "backend"])
        #expect(told.code == 1)
        #expect(told.errors.contains("not all of it was done"), "\(told.errors)")
        let done = try JSON(told.output).items.filter { $0["done"] == .bool(true) }
        #expect(done.map { $0["name"].text } == ["backend.2"])
    }

    @Test func `a planned restart is not counted as one`() throws {
        let service = try Service(["--backends", "1"])
        #expect(try service.run("restart", ["--wait", "backend.1"]).code == 0)
        #expect(try service.run("stop", ["backend.1"]).code == 0)
        #expect(try service.run("start", ["--wait", "backend.1"]).code == 0)
        #expect(try service.row("backend.1").restarts == 0)
    }

    @Test func `check tells one object, with what is wrong and what would run`() throws {
        let good = try Place(procfile: "web: lb-echo --port $PORT\nworker: /bin/sleep 9\n")
        let fine = try good.run("check", ["--format", "json", "--backends", "1"] + good.ups)
        #expect(fine.code == 0)
        let object = try JSON(fine.output)
        #expect(object.keys == ["ok", "problems", "notices", "processes"])
        #expect(object["ok"] == .bool(true))
        #expect(
            object["processes"].items.map { $0["name"].text } == ["balancer", "web.1", "worker"])
        #expect(
            object["processes"].items.last?["command"]
                == .array([.string("/bin/sleep"), .string("9")]))

        let bad = try Place(procfile: "web: no-such-program\n")
        let told = try bad.run("check", ["--format", "json", "--backends", "1"] + bad.ups)
        #expect(told.code == 1)
        let problems = try JSON(told.output)["problems"].items
        #expect(problems.count == 1)
        #expect(problems.first?.keys == ["what", "why", "advice"])
        #expect(problems.first?["why"].text?.contains("no-such-program") == true)
        let text = try bad.run("check", ["--backends", "1"] + bad.ups)
        #expect(text.errors.contains("\n  install it"), "\(text.errors)")
    }

    @Test func `up in the background tells the rows of ps`() throws {
        let place = try Place()
        let up = try place.up(["--backends", "1", "--format", "json"])
        #expect(up.code == 0, "\(up.errors)")
        let rows = try JSON(up.output).items.map { Row(json: $0) }
        #expect(rows.map(\.name) == ["balancer", "backend.1"])
        #expect(rows.map(\.state) == ["ready", "ready"])
        #expect(try place.run("down").code == 0)
    }
}
