import Glibc
import Kernel
import TestSupport
import Testing

/// What is promised when something is killed while it is used.
@Suite(.serialized) struct KillTests {
    @Test func `backends that are killed one after the other cost no request`() throws {
        let service = try Service()
        let load = try Load(on: service.address, clients: 8)
        var kills: [String: Int] = [:]
        for round in 0..<6 {
            let before = try service.row("backend.\(round % 3 + 1)")
            try load.awaitMore(50)
            let target = round % 2 == 0 ? before.name : "\(before.port)"
            let told = try service.run("kill", [target])
            #expect(told.code == 0, "\(told.errors)")
            let head = "\(before.name) (port \(before.port), pid \(before.pid)): SIGKILL; "
            #expect(told.output.hasPrefix(head + "out of rotation after "), "\(told.output)")
            #expect(told.output.hasSuffix("; restarting at once\n"))
            kills[before.name, default: 0] += 1
            let after = try service.await(before.name) {
                $0.state == "ready" && $0.pid != before.pid && $0.pid != 0
            }
            #expect(after.restarts == kills[before.name])
            #expect(after.port == before.port)
            try service.awaitSentence(
                "\(before.name) (port \(before.port), pid \(before.pid)) killed by SIGKILL",
                "out of rotation after", "restarting at once")
        }
        try load.awaitMore(50)
        let account = try load.stop()
        #expect(account.failed == 0, "\(account)")
        // Those that came back are chosen again.
        for row in try service.rows() where row.type == "backend" {
            #expect(try #require(row.requests) > 0)
        }
    }

    @Test func `with all backends killed it says so, and goes on when one is back`() throws {
        let service = try Service()
        let before = try service.rows().filter { $0.type == "backend" }
        let load = try Load(on: service.address, clients: 4)
        let kill = try service.run("kill", ["backend"])
        #expect(kill.code == 0)
        #expect(kill.output.split(separator: "\n").count == 3)
        for row in before {
            try service.await(row.name) { $0.state == "ready" && $0.pid != row.pid }
        }
        try load.awaitMore(50)
        let account = try load.stop()
        // 502 for what a dying one had in hand while there was no other to try.
        let told = (account.unwanted[502] ?? 0) + (account.unwanted[503] ?? 0)
        #expect(account.failed == told, "\(account)")
        #expect(account.reasons.allSatisfy { $0.contains("backend.") }, "\(account)")
    }

    @Test func `with the balancer killed too each backend is out of rotation, and told of at once`()
        throws
    {
        let service = try Service()
        for _ in 0..<3 {
            let before = try service.rows().filter { $0.type == "backend" }
            let kill = try service.run("kill", ["all"])
            #expect(kill.code == 0)
            let rows = kill.output.split(separator: "\n").filter { $0.hasPrefix("backend.") }
            #expect(rows.count == 3)
            #expect(rows.allSatisfy { $0.contains("; out of rotation after ") }, "\(kill)")
            for row in before {
                try service.awaitSentence("pid \(row.pid)) killed by", "; out of rotation after ")
                try service.await(row.name) { $0.state == "ready" && $0.pid != row.pid }
            }
            try service.await("balancer") { $0.state == "ready" }
            #expect(try service.get().status == 200)
        }
    }

    @Test func `the sentence about a death says what became of each request`() throws {
        let service = try Service(["--backends", "1"])
        var clients: [(Client, Int)] = []
        for number in 0..<5 {
            let client = try Client(service.address)
            let isPost = number >= 3
            try client.send(
                isPost
                    ? "POST /delay/60 HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"
                    : "GET /delay/0.5 HTTP/1.1\r\nHost: a\r\n\r\n")
            clients.append((client, isPost ? 502 : 200))
        }
        try service.awaitActive(5)
        #expect(try service.run("kill", ["backend.1"]).code == 0)
        for (client, status) in clients { #expect(try client.answer().status == status) }
        try service.awaitSentence(
            "killed by SIGKILL", "5 requests were in flight: 3 tried elsewhere, 2 failed")
    }

    @Test func `a backend killed from outside is noticed, told of and started again`() throws {
        let service = try Service(["--backends", "2"])
        let load = try Load(on: service.address, clients: 4)
        let before = try service.row("backend.2")
        Signals.send(.kill, to: before.pid)
        try service.awaitSentence(
            "backend.2 (port \(before.port), pid \(before.pid)) killed by SIGKILL after",
            "out of rotation after", "restarting in")
        let after = try service.await("backend.2") { $0.state == "ready" && $0.pid != before.pid }
        #expect(after.restarts == 1)
        try load.awaitMore(20)
        let account = try load.stop()
        #expect(account.failed == 0, "\(account)")
    }

    @Test func `a killed balancer refuses no client and fails only what it held`() throws {
        let service = try Service()
        let before = try service.row("balancer")
        let clients = 8
        let load = try Load(on: service.address, clients: clients, path: "/delay/0.02")
        let told = try service.run("kill", ["balancer"])
        #expect(told.code == 0)
        #expect(told.output.hasPrefix("balancer (port \(before.port), pid \(before.pid)): SIGKILL"))
        let after = try service.await("balancer") { $0.state == "ready" && $0.pid != before.pid }
        #expect(after.restarts == 1)
        try load.awaitMore(100)
        let account = try load.stop()
        #expect(account.refused == 0, "\(account)")
        #expect(account.unwanted.isEmpty, "\(account)")
        #expect(account.brokenAtFirst == 0, "\(account)")
        // Each of them had one connection, so no more than one request was in flight or next.
        #expect(account.brokenOff <= clients, "\(account)")
        let sentence = try service.awaitSentence(
            "balancer (port \(before.port), pid \(before.pid)) killed by SIGKILL", "in flight")
        let parts = sentence.split(separator: "; ").map { String($0) }
        let counted = try #require(parts.first { $0.contains("in flight") })
        let numbers = counted.split(whereSeparator: { !$0.isNumber }).compactMap { Int($0) }
        #expect(numbers.count == 2, "\(counted)")
        #expect(numbers[0] <= clients, "\(counted)")
        #expect(numbers[1] == clients, "\(counted)")
        // What it took with it is not counted as being in hand for ever.
        try service.awaitActive(0)
    }

    @Test func `counters survive the balancer`() throws {
        let service = try Service(["--backends", "2"])
        for _ in 0..<10 { #expect(try service.get().status == 200) }
        let before = try service.row("balancer")
        #expect(try service.run("kill", ["balancer"]).code == 0)
        try service.await("balancer") { $0.state == "ready" && $0.pid != before.pid }
        for _ in 0..<10 { #expect(try service.get().status == 200) }
        let rows = try service.rows().filter { $0.type == "backend" }
        #expect(rows.map(\.requests) == [10, 10])
    }

    @Test(arguments: ["-9", "-KILL", "-s KILL", "--signal=9", ""])
    func `a signal is named as kill(1) takes it, too`(words: String) throws {
        let service = try Service(["--backends", "1"])
        let given = words.split(separator: " ").map { String($0) }
        let told = try service.run("kill", given + ["backend.1"])
        #expect(told.output.contains("): SIGKILL; "), "\(told)")
    }

    @Test func `while a backend is down no process is given its port, until it is stopped`() throws
    {
        // Without checks: what is left of a connection (TIME_WAIT) keeps a port for a minute.
        let service = try Service([
            "--backends", "2", "--restart-delay", "1h", "--health-check", "off",
        ])
        let row = try service.row("backend.1")
        #expect(try service.run("kill", ["backend.1"]).code == 0)
        #expect(try service.row("backend.1").state == "backoff")
        #expect(!Self.canBeTaken(row.port))
        // No process listens there all the same.
        #expect(throws: Failure.self) { try Client.get(.loopback(port: row.port), "/") }
        #expect(try service.run("stop", ["backend.1"]).code == 0)
        #expect(Self.canBeTaken(row.port))
        #expect(try service.run("start", ["backend.1"]).code == 0)
        #expect(try service.row("backend.1").port == row.port)
    }

    /// Whether a port can be had by a program that does not know SO_REUSEADDR.
    private static func canBeTaken(_ port: UInt16) -> Bool {
        let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(number) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        return withUnsafePointer(to: address) { inet in
            inet.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(number, $0, length) == 0 }
        }
    }

    @Test func `one that is killed for good stays away and no request is sent there`() throws {
        let service = try Service(["--backends", "2"])
        let told = try service.run("kill", ["--no-restart", "backend.1"])
        #expect(told.code == 0)
        #expect(told.output.hasSuffix("; not restarted\n"))
        #expect(try service.row("backend.1").state == "stopped")
        for _ in 0..<10 { #expect(try service.get().field("x-backend") == "backend.2") }
    }

    @Test func `a backend that is stopped is out of the choice until it goes on`() throws {
        let service = try Service(["--backends", "2"])
        #expect(try service.run("kill", ["-s", "STOP", "backend.1"]).output.contains("paused"))
        #expect(try service.row("backend.1").state == "paused")
        try service.awaitSentence("backend.1", "is paused by SIGSTOP")
        for _ in 0..<10 { #expect(try service.get().field("x-backend") == "backend.2") }
        #expect(try service.run("kill", ["-s", "CONT", "backend.1"]).code == 0)
        try service.await("backend.1") { $0.state == "ready" }
        var seen: Set<String> = []
        for _ in 0..<2 { seen.insert(try service.get().field("x-backend") ?? "") }
        #expect(seen == ["backend.1", "backend.2"])
    }
}
