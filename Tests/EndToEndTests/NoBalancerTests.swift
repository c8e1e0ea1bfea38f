import Basics
import Kernel
import TestSupport
import Testing

/// While no balancer runs and none is coming, no client waits for one.
@Suite struct NoBalancerTests {
    private func isRefused(_ address: Address) -> Bool {
        do throws(Failure) {
            _ = try Client(address)
            return false
        } catch { return error.description.contains("refused") }
    }

    @Test func `while it is stopped a client is refused, and after a start is served`() throws {
        let service = try Service(["--backends", "1"])
        let port = try #require(service.address.port)
        for _ in 0..<3 {
            #expect(try service.run("stop", ["balancer"]).code == 0)
            #expect(eventually { isRefused(service.address) })
            #expect(eventually { isRefused(.loopback6(port: port)) })
            // The port is kept from all others, also with SO_REUSEADDR.
            #expect(throws: SystemError(call: "bind", errno: .addressInUse)) {
                _ = try Socket.listen(on: service.address)
            }
            #expect(try service.run("start", ["balancer"]).code == 0)
            // From the moment it is started they wait, and are not refused.
            #expect(try service.get().status == 200)
        }
        try service.awaitSentence("no balancer runs", "port \(port)", "start balancer")
        #expect(try service.run("down").code == 0)
    }

    @Test func `a request in hand is answered, and newcomers are refused meanwhile`() throws {
        let service = try Service(["--backends", "1"])
        let client = try Client(service.address)
        try client.send("GET /delay/2 HTTP/1.1\r\nHost: a\r\n\r\n")
        try service.awaitActive(1)
        let stopping = try service.place.start(["stop", "balancer"])
        #expect(eventually { isRefused(service.address) })
        #expect(try client.answer().status == 200)
        #expect(try stopping.end().cause == .exited(code: 0))
    }

    @Test func `all killed and none restarted: a client is refused`() throws {
        let service = try Service(["--backends", "2"])
        #expect(try service.run("kill", ["--no-restart", "all"]).code == 0)
        #expect(eventually { isRefused(service.address) })
        #expect(try service.run("start", ["all"]).code == 0)
        #expect(eventually { (try? service.get().status) == 200 })
    }

    @Test func `a client that waits for one killed for good is reset, and does not hang`() throws {
        let service = try Service(["--backends", "1"])
        #expect(try service.run("pause", ["balancer"]).code == 0)
        var waiting: [Client] = []
        for _ in 0..<3 {
            let client = try Client(service.address)
            try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            waiting.append(client)
        }
        #expect(try service.run("kill", ["--no-restart", "balancer"]).code == 0)
        for client in waiting { #expect(client.isClosed()) }
        #expect(eventually { isRefused(service.address) })
    }

    @Test func `one of two balancers is enough for all`() throws {
        let service = try Service(["--backends", "1", "--balancers", "2"])
        #expect(try service.run("stop", ["balancer.1"]).code == 0)
        for _ in 0..<20 { #expect(try service.get().status == 200) }
        #expect(try service.run("kill", ["--no-restart", "balancer.2"]).code == 0)
        #expect(eventually { isRefused(service.address) })
        #expect(try service.run("start", ["balancer.2"]).code == 0)
        for _ in 0..<20 { #expect(try service.get().status == 200) }
    }

    @Test func `while one is about to be started again clients wait for it`() throws {
        let service = try Service(["--backends", "1", "--restart-delay", "1s"])
        #expect(try service.run("kill", ["balancer"]).code == 0)
        // As it was killed, no connection is refused meanwhile.
        for _ in 0..<10 { #expect(!isRefused(service.address)) }
        #expect(try service.get().status == 200)
    }

    @Test func `where it comes only after a long while, no client waits for that`() throws {
        let service = try Service(["--backends", "1", "--restart-delay", "30m"])
        #expect(try service.run("kill", ["balancer"]).code == 0)
        #expect(eventually { isRefused(service.address) })
        #expect(try service.run("start", ["balancer"]).code == 0)
        #expect(try service.get().status == 200)
    }

    @Test func `the death of one counts those that it had accepted and had not heard`() throws {
        let service = try Service(["--backends", "1"])
        var silent: [Client] = []
        for _ in 0..<3 { silent.append(try Client(service.address)) }
        let idle = try Client(service.address)
        try idle.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try idle.answer().status == 200)
        let waiting = try Client(service.address)
        try waiting.send("GET /delay/300 HTTP/1.1\r\nHost: a\r\n\r\n")
        try service.awaitActive(1)
        #expect(try service.run("kill", ["balancer"]).code == 0)
        let words = "1 request in flight, 5 connections open, 3 of them accepted and not read from"
        try service.awaitSentence("balancer", "killed by SIGKILL", words)
        for client in silent { #expect(client.isClosed()) }
        #expect(waiting.isClosed())
    }
}
