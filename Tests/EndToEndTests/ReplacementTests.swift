import Kernel
import Testing

/// What is promised when one balancer takes over from another, and when there are several.
@Suite struct ReplacementTests {
    @Test(arguments: ["balancer", "all"])
    func `a balancer is restarted and no request notices`(target: String) throws {
        let service = try Service()
        let gets = try Load(on: service.address, clients: 4, path: "/delay/0.002")
        let posts = try Load(on: service.address, clients: 4, method: "POST", body: "x")
        for _ in 0..<3 {
            let before = try service.row("balancer")
            let told = try service.run("restart", ["--rolling", target])
            #expect(told.code == 0, "\(told.errors)")
            #expect(told.output.contains("pid \(before.pid) answers what it has"))
            let after = try service.row("balancer")
            #expect(after.pid != before.pid)
            #expect(after.state == "ready")
            #expect(after.restarts == 0)
            try gets.awaitMore(100)
            try posts.awaitMore(100)
        }
        for account in [try gets.stop(), try posts.stop()] {
            #expect(account.failed == 0, "\(account)")
        }
    }

    @Test func `a connection that idles is there until its next answer`() throws {
        let service = try Service(["--backends", "1"])
        let client = try Client(service.address)
        let request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        try client.send(request)
        #expect(try client.answer().field("connection")?.lowercased() != "close")
        let before = try service.row("balancer")
        #expect(try service.run("restart", ["balancer"]).code == 0)
        let old = try service.row("balancer.old")
        #expect(old.pid == before.pid)
        #expect(old.state == "draining")
        #expect(try service.get().status == 200)
        try client.send(request)
        let last = try client.answer()
        #expect(last.status == 200)
        #expect(last.field("connection")?.lowercased() == "close")
        #expect(client.isClosed())
        // With no client left it goes.
        try service.awaitSentence("balancer.old", "pid \(before.pid)", "exited with 0")
        #expect(try service.rows().map(\.name) == ["balancer", "backend.1"])
    }

    @Test func `it may be replaced again and again while a client idles`() throws {
        let service = try Service(["--backends", "1"])
        var clients: [Client] = []
        for _ in 0..<8 {
            let client = try Client(service.address)
            try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = try client.answer()
            clients.append(client)
            #expect(try service.run("restart", ["balancer"]).code == 0)
            #expect(try service.get().status == 200)
        }
        // There is room for so many that leave; the first had to go before the last came.
        try service.awaitSentence("has to make room for the next")
        #expect(clients[0].isClosed())
        try clients[7].send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try clients[7].answer().status == 200)
    }

    @Test func `a drain waits for the balancer that leaves too`() throws {
        let service = try Service(["--backends", "2"])
        let client = try Client(service.address)
        try client.send("GET /delay/1 HTTP/1.1\r\nHost: a\r\n\r\n")
        try service.awaitActive(1)
        #expect(try service.run("restart", ["balancer"]).code == 0)
        #expect(try service.run("restart", ["--rolling", "backend"]).code == 0)
        #expect(try client.answer().status == 200)
    }

    @Test func `where the next one can't run the old one goes on`() throws {
        let file = "balancer: lb-balancer\nbackend: lb-echo --port $PORT\n"
        let service = try Service(["--backends", "1"], procfile: file)
        let before = try service.row("balancer")
        // A program of the same name, of which it can't be known beforehand that it ends at once.
        let folder = try service.folder.folder("broken")
        let broken = try service.folder.file("broken/lb-balancer", "#!/bin/sh\nexit 1\n")
        #expect(try RunningProgram("/bin/chmod", ["755", broken]).end().cause.isSuccess)
        try service.folder.file(
            "Procfile.test",
            file.replacing("balancer: ", with: "balancer: \(folder)/"))
        let told = try service.run("reload")
        #expect(told.code == 1)
        #expect(told.errors.contains("its successor is not ready"), "\(told.errors)")
        #expect(try service.row("balancer").pid == before.pid)
        #expect(try service.get().status == 200)
        try service.folder.file("Procfile.test", file)
        #expect(try service.run("reload").code == 0)
        #expect(try service.row("balancer").pid == before.pid)
    }

    @Test func `the next one goes by what the one before found out`() throws {
        let file =
            "balancer: lb-balancer --health-check http:/status/500 --health-interval 50ms\n"
            + "backend: lb-echo --port $PORT\n"
        let service = try Service(["--backends", "2"], procfile: file)
        for name in ["backend.1", "backend.2"] {
            try service.await(name) { $0.json["health"].text == "down" }
        }
        try service.folder.file("Procfile.test", file.replacing("/status/500", with: "/health"))
        #expect(try service.run("reload").code == 0)
        for name in ["backend.1", "backend.2"] {
            try service.await(name) { $0.json["health"].text == "up" }
        }
        try service.folder.file("Procfile.test", file)
        #expect(try service.run("reload").code == 0)
        try service.await("backend.1") { $0.json["health"].text == "down" }
        try service.folder.file("Procfile.test", file.replacing("http:/status/500", with: "off"))
        #expect(try service.run("reload").code == 0)
        try service.await("backend.1") { $0.json["health"].text == "up" }
    }

    @Test func `of two balancers one may die, and the other serves on`() throws {
        let service = try Service(["--balancers", "2"])
        let rows = try service.rows().filter { $0.type == "balancer" }
        #expect(rows.map(\.name) == ["balancer.1", "balancer.2"])
        #expect(rows.map(\.port) == [service.address.port, service.address.port])
        // Their turns are one rotation.
        var seen: [String: Int] = [:]
        for _ in 0..<12 { seen[try service.get().field("x-backend") ?? "", default: 0] += 1 }
        #expect(seen == ["backend.1": 4, "backend.2": 4, "backend.3": 4])
        let clients = 8
        let load = try Load(on: service.address, clients: clients, path: "/delay/0.02")
        #expect(try service.run("kill", ["balancer.1"]).code == 0)
        #expect(try service.row("balancer.2").pid == rows[1].pid)
        let after = try service.await("balancer.1") {
            $0.state == "ready" && $0.pid != rows[0].pid
        }
        #expect(after.restarts == 1)
        try load.awaitMore(100)
        #expect(try service.run("restart", ["balancer"]).code == 0)
        try load.awaitMore(100)
        let account = try load.stop()
        #expect(account.refused == 0, "\(account)")
        #expect(account.unwanted.isEmpty, "\(account)")
        // What the killed one held, and nothing that was replaced by plan.
        #expect(account.brokenOff + account.brokenAtFirst <= clients, "\(account)")
        try service.awaitActive(0)
    }
}
