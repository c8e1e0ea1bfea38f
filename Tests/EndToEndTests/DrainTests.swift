import Kernel
import Testing

/// What is promised of a backend that is taken out and brought back by hand.
@Suite struct DrainTests {
    @Test func `each in turn is drained and brought back, and no request notices`() throws {
        let service = try Service()
        let gets = try Load(on: service.address, clients: 4)
        let posts = try Load(on: service.address, clients: 4, method: "POST", body: "x")
        for name in ["backend.1", "backend.2", "backend.3"] {
            let before = try service.row(name)
            let told = try service.run("drain", [name])
            #expect(told.code == 0, "\(told.errors)")
            let title = "\(name) (port \(before.port), pid \(before.pid))"
            #expect(told.output.contains("\(title): drained after"))
            let drained = try service.row(name)
            #expect(drained.state == "draining")
            #expect(drained.pid == before.pid)
            #expect(drained.active == 0)
            try gets.awaitMore(50)
            try posts.awaitMore(50)
            #expect(try service.row(name).requests == drained.requests)
            #expect(try service.run("undrain", ["\(before.port)"]).code == 0)
            let back = try service.row(name)
            #expect(back.state == "ready")
            try gets.awaitMore(50)
            #expect(try #require(service.row(name).requests) > (drained.requests ?? 0))
        }
        for account in [try gets.stop(), try posts.stop()] {
            #expect(account.failed == 0, "\(account)")
        }
    }

    @Test func `a drain waits for what there is, and for no longer than it may`() throws {
        let service = try Service(["--backends", "1", "--drain-timeout", "300ms"])
        let client = try Client(service.address)
        try client.send("GET /delay/2 HTTP/1.1\r\nHost: a\r\n\r\n")
        try service.awaitActive(1)
        let told = try service.run("drain", ["backend.1"])
        #expect(told.code == 1)
        #expect(told.output.contains("still has 1 request after"), "\(told.output)")
        // Nothing was cut off.
        #expect(try client.answer().status == 200)
        let again = try service.run("drain", ["backend.1", "--format", "json"])
        #expect(again.code == 0)
        let object = try #require(try JSON(again.output).items.first)
        #expect(object["done"] == .bool(true))
        #expect(object["outcome"].text?.hasPrefix("drained after") == true)
    }

    @Test func `one that dies while it is drained comes back drained`() throws {
        let service = try Service(["--backends", "2"])
        #expect(try service.run("drain", ["backend.1"]).code == 0)
        let before = try service.row("backend.1")
        let kill = try service.run("kill", ["backend.1"])
        #expect(kill.output.contains("restarting at once, and stays drained"), "\(kill.output)")
        let after = try service.await("backend.1") {
            $0.state == "draining" && $0.pid != before.pid && $0.pid != 0
        }
        #expect(after.restarts == 1)
        try service.awaitSentence("backend.1", "is ready after", "it stays drained")
        for _ in 0..<6 { #expect(try service.get().field("x-backend") == "backend.2") }
        #expect(try service.run("restart", ["--wait", "backend.1"]).code == 0)
        #expect(try service.row("backend.1").state == "draining")
        #expect(try service.run("undrain", ["all"]).output.contains("backend.2") == true)
        #expect(try service.row("backend.1").state == "ready")
    }

    @Test func `the last one is drained with a word of what that means`() throws {
        let service = try Service(["--backends", "2"])
        let first = try service.run("drain", ["backend.1"])
        #expect(!first.output.contains("no backend can be chosen"))
        let second = try service.run("drain", ["backend.2"])
        #expect(second.code == 0)
        #expect(second.output.contains("no backend can be chosen"), "\(second.output)")
        #expect(try service.get().status == 503)
        try service.awaitSentence("no backend can be chosen")
        #expect(try service.run("undrain", ["backend"]).code == 0)
        #expect(try service.get().status == 200)
    }

    @Test func `what is not balanced can't be drained, and nothing is done`() throws {
        let service = try Service(["--backends", "1"])
        let told = try service.run("drain", ["backend.1", "balancer"])
        #expect(told.code == 1)
        #expect(told.errors.contains("balancer is not one of those that are balanced"))
        #expect(try service.row("backend.1").state == "ready")
        #expect(try service.run("drain").code == 2)
    }
}
