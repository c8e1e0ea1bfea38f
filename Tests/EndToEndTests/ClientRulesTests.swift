import Basics
import Kernel
import Synchronization
import TestSupport
import Testing

/// Clients that ask too often: refused, and shut out when they go on. Rates are for an hour, so
/// that no test depends on how long it takes.
@Suite struct ClientRulesTests {
    private func statuses(
        _ address: Address, _ count: Int, from client: String? = nil
    ) throws -> [Int] {
        let fields = client.map { "X-Forwarded-For: \($0)\r\n" } ?? ""
        return try (0..<count).map { _ in try Client.get(address, "/", fields: fields).status }
    }

    @Test func `a client has its burst, then 429 and is told how long to wait`() throws {
        let echoes = try Echoes(1)
        let balanced = try Balanced(echoes.addresses, ["--rate-limit", "2/h,burst=5"])
        #expect(try statuses(balanced.address, 5) == [200, 200, 200, 200, 200])
        let answer = try Client.get(balanced.address, "/")
        #expect(answer.status == 429)
        let wait = try #require(answer.field("retry-after").flatMap { Int($0) })
        #expect((1700...1800).contains(wait))
        #expect(answer.field("proxy-status")?.contains("http_request_denied") == true)
        _ = try balanced.program.line(with: " 429 ")
    }

    @Test func `a refused client is counted, whatever becomes of the balancer`() throws {
        let service = try Service(
            ["--backends", "1", "--rate-limit", "1/h,burst=2", "--ban", "1h,after=2"])
        #expect(try statuses(service.address, 4) == [200, 200, 429, 429])
        #expect(throws: Failure.self) { try Client.get(service.address, "/") }
        func counters() throws -> [Int?] {
            let told = try service.run("ps", ["--counters", "--format", "json"])
            let rows = try JSON(told.output).items
            let names = ["limited", "shut_out", "own_answers", "lines_dropped"]
            #expect(rows[1]["limited"].int == nil)
            return names.map { rows[0][$0].int }
        }
        #expect(try counters() == [2, 1, 2, 0])
        let before = try service.row("balancer").pid
        #expect(try service.run("kill", ["balancer"]).code == 0)
        try service.await("balancer") { $0.state == "ready" && $0.pid != before }
        #expect(try counters() == [2, 1, 2, 0])
        let table = try service.run("ps", ["--counters"]).output.split(separator: "\n")
        let words = table.last?.split(separator: " ").map { String($0) }
        #expect(words == ["balancer", "0", "0", "4", "2", "2", "1", "0"], "\(table)")
    }

    @Test func `an answer of 429 does not end the connection, and a body is heard to its end`()
        throws
    {
        let echoes = try Echoes(1)
        let balanced = try Balanced(echoes.addresses, ["--rate-limit", "1/h"])
        let client = try Client(balanced.address)
        let request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        for status in [200, 429, 429] {
            try client.send(request)
            #expect(try client.answer().status == status)
        }
        try client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello")
        #expect(try client.answer().status == 429)
    }

    @Test func `each client has a rate of its own, and an IPv6 network is one client`() throws {
        let echoes = try Echoes(1)
        let balanced = try Balanced(
            echoes.addresses, ["--rate-limit", "1/h,burst=2", "--trust-proxy", "127.0.0.0/8"])
        for client in ["192.0.2.1", "192.0.2.2", "2001:db8::1"] {
            #expect(
                try statuses(balanced.address, 3, from: client) == [200, 200, 429], "\(client)")
        }
        // Another address of the same network, and another network.
        #expect(try statuses(balanced.address, 1, from: "2001:db8::2") == [429])
        #expect(try statuses(balanced.address, 1, from: "2001:db8:0:1::1") == [200])
    }

    @Test func `the burst is exact however many threads and balancers there are`() throws {
        let service = try Service(
            [
                "--balancers", "2", "--backends", "2", "--threads", "2", "--rate-limit",
                "1/h,burst=40",
            ])
        let fine = Atomic(0)
        let refused = Atomic(0)
        let others = Atomic(0)
        let finished = Atomic(0)
        let address = service.address
        for _ in 0..<8 {
            Thread.start(named: "client") {
                for _ in 0..<15 {
                    let status = try? Client.get(address, "/").status
                    switch status {
                    case 200: fine.add(1, ordering: .relaxed)
                    case 429: refused.add(1, ordering: .relaxed)
                    default: others.add(1, ordering: .relaxed)
                    }
                }
                finished.add(1, ordering: .releasing)
            }
        }
        #expect(eventually { finished.load(ordering: .acquiring) == 8 })
        #expect(fine.load(ordering: .relaxed) == 40)
        #expect(refused.load(ordering: .relaxed) == 80)
        #expect(others.load(ordering: .relaxed) == 0)
    }

    @Test func `a client that goes on is shut out, can be seen, and is let in again`() throws {
        let service = try Service(
            ["--backends", "1", "--rate-limit", "1/h,burst=2", "--ban", "10m,after=3"])
        #expect(try service.run("bans").output == "nobody is banned\n")
        let kept = try Client(service.address)
        #expect(try statuses(service.address, 5) == [200, 200, 429, 429, 429])
        // From now on connections are closed as they come.
        #expect(throws: Failure.self) { try Client.get(service.address, "/") }
        // One that was there before is told, and closed.
        try kept.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        let answer = try kept.answer()
        #expect(answer.status == 429 && answer.field("connection") == "close")
        #expect((500...600).contains(answer.field("retry-after").flatMap { Int($0) } ?? 0))
        #expect(kept.isClosed())

        let listed = try JSON(try service.run("bans", ["--format", "json"]).output).items
        #expect(listed.map { $0["client"].text } == ["127.0.0.1"])
        #expect(try service.run("bans").output.contains("127.0.0.1"))
        let wrong = try service.run("bans", ["--lift", "192.0.2.1"])
        #expect(wrong.code == 1 && wrong.errors.contains("192.0.2.1 is not banned"))
        #expect(try service.run("bans", ["--lift", "nonsense"]).code == 1)
        let lifted = try service.run("bans", ["--lift", "127.0.0.1"])
        #expect(lifted.code == 0 && lifted.output == "127.0.0.1 may come in again\n")
        #expect(try service.run("bans").output == "nobody is banned\n")
        // It is heard again; its rate is what it was.
        #expect(
            eventually { (try? Client.get(service.address, "/").status) == 429 })
        try service.awaitSentence("127.0.0.1 may come in again")
    }

    @Test func `all bans are lifted at once, also while no balancer runs`() throws {
        let service = try Service(
            [
                "--backends", "1", "--rate-limit", "1/h,burst=1", "--ban", "1h,after=1",
                "--trust-proxy", "127.0.0.1",
            ])
        for number in 1...20 {
            #expect(try statuses(service.address, 2, from: "192.0.2.\(number)") == [200, 429])
        }
        #expect(try service.run("bans").output.contains("192.0.2.20"))
        #expect(try service.run("stop", ["balancer"]).code == 0)
        let lifted = try service.run("bans", ["--lift", "192.0.2.7", "--lift", "192.0.2.8"])
        #expect(lifted.code == 0, "\(lifted.errors)")
        let rest = try service.run("bans", ["--lift", "all"])
        #expect(rest.code == 0 && rest.errors.isEmpty)
        #expect(rest.output.split(separator: "\n").count == 18)
        #expect(try service.run("bans").output == "nobody is banned\n")
        try service.awaitSentence("18 clients may come in again: all bans were lifted")
        #expect(try service.run("start", ["balancer"]).code == 0)
        #expect(try statuses(service.address, 1, from: "192.0.2.9") == [429])
    }
}
