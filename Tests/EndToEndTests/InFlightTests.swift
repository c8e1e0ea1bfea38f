import Basics
import Kernel
import Synchronization
import TestSupport
import Testing

/// A backend that can do only so many requests at a time is given no more of them; the others wait.
@Suite struct InFlightTests {
    /// How many of the backends' requests were under way at once at the most.
    private final class Peak: Sendable {
        private let state = Mutex((now: 0, most: 0))

        func began() {
            state.withLock { state in
                state.now += 1
                state.most = max(state.most, state.now)
            }
        }
        func ended() { state.withLock { $0.now -= 1 } }
        var most: Int { state.withLock { $0.most } }
    }

    /// A backend that answers after a moment, and knows how many asked at once.
    private func backend(_ peak: Peak) throws -> ScriptedBackend {
        try ScriptedBackend { connection throws(Failure) in
            while try connection.request() != nil {
                peak.began()
                Poll.sleep(.milliseconds(3))
                peak.ended()
                try connection.answer("done")
            }
        }
    }

    @Test(arguments: ["5m", "cookie"])
    func `clients that keep to a backend have their turn there, over all threads`(
        sticky: String
    ) throws {
        let peak = Peak()
        let backend = try backend(peak)
        let balanced = try Balanced(
            [backend.address],
            ["--max-in-flight", "1", "--threads", "4", "--sticky", sticky])
        let load = try Load(on: balanced.address, clients: 12)
        try load.awaitMore(400)
        let account = try load.stop()
        #expect(account.failed == 0, "\(account)")
        #expect(peak.most == 1)
    }

    @Test(arguments: [1, 2])
    func `no backend has more than it may, and every request has its turn`(most: Int) throws {
        let peaks = [Peak(), Peak()]
        let backends = try peaks.map { try backend($0) }
        let balanced = try Balanced(
            backends.map(\.address), ["--max-in-flight", "\(most)", "--threads", "2"])
        let load = try Load(on: balanced.address, clients: 24)
        try load.awaitMore(600)
        let account = try load.stop()
        #expect(account.failed == 0, "\(account)")
        #expect(peaks.allSatisfy { $0.most == most }, "\(peaks.map(\.most))")
    }

    @Test func `first come, first served, also where the first came to another thread`() throws {
        let order = Mutex<[String]>([])
        let backend = try ScriptedBackend { connection throws(Failure) in
            while let head = try connection.request() {
                order.withLock { $0.append(String(head.split(separator: " ")[1])) }
                Poll.sleep(.milliseconds(5))
                try connection.answer("done")
            }
        }
        let balanced = try Balanced(
            [backend.address], ["--max-in-flight", "1", "--threads", "2"])
        var clients: [Client] = []
        for number in 0..<20 {
            let client = try Client(balanced.address)
            let request = "GET /\(number) HTTP/1.1\r\nHost: a\r\n\r\n"
            try client.send(request)
            try client.awaitRead(of: request.utf8.count)
            clients.append(client)
        }
        for client in clients { #expect(try client.answer().status == 200) }
        let served = order.withLock { $0.map { Int($0.dropFirst()) ?? -1 } }
        // A thread's time is that of the beginning of its turn: neighbours may change places.
        for (place, number) in served.enumerated() {
            #expect(abs(place - number) <= 2, "\(served)")
        }
    }

    @Test func `a client that has waited for as long as it may is told why`() throws {
        let backend = try ScriptedBackend { connection throws(Failure) in
            _ = try connection.request()
            try connection.awaitEnd()
        }
        let balanced = try Balanced(
            [backend.address], ["--max-in-flight", "1", "--queue-timeout", "100ms"])
        let first = try Client(balanced.address)
        try first.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(eventually { backend.requests.count == 1 })
        let isRefused = eventually {
            guard let answer = try? balanced.get("/") else { return false }
            return answer.status == 503 && answer.text.contains("busy")
                && answer.field("proxy-status")?.contains("connection_limit_reached") == true
                && answer.field("retry-after") != nil
        }
        #expect(isRefused, "\(balanced.program.output)")
    }

    @Test func `what a death let down and then waits for room in vain has failed`() throws {
        let service = try Service([
            "--backends", "2", "--max-in-flight", "1", "--queue-timeout", "300ms",
            "--restart-delay", "1h",
        ])
        let clients = try (0..<2).map { _ in try Client(service.address) }
        for client in clients {
            try client.send("GET /delay/60 HTTP/1.1\r\nHost: a\r\n\r\n")
        }
        try service.awaitActive(2)
        #expect(try service.run("kill", ["backend.1"]).code == 0)
        func failed() throws -> [Int?] {
            let told = try service.run("ps", ["--counters", "--format", "json"])
            return try JSON(told.output).items.dropFirst()
                .map { $0["failed"].int }
        }
        #expect(eventually { (try? failed()) == [1, 0] })
    }

    @Test func `waiting costs next to nothing`() throws {
        let backend = try ScriptedBackend { connection throws(Failure) in
            _ = try connection.request()
            try connection.awaitEnd()
        }
        let balanced = try Balanced(
            [backend.address], ["--max-in-flight", "1", "--threads", "2"])
        var clients: [Client] = []
        for _ in 0..<8 {
            let client = try Client(balanced.address)
            try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            clients.append(client)
        }
        #expect(eventually { backend.requests.count == 1 })
        let before = try #require(Processes.facts(of: balanced.program.pid)).cpu
        Poll.sleep(.seconds(1))
        let after = try #require(Processes.facts(of: balanced.program.pid)).cpu
        // Looking a hundred times a second takes a few milliseconds; a loop takes all of it.
        #expect(after.count - before.count < 300_000_000)
    }

    @Test func `a killed balancer's places are free again, and its supervisor says what waits`()
        throws
    {
        let service = try Service(
            ["--backends", "1", "--balancers", "2", "--max-in-flight", "1"])
        var clients: [Client] = []
        for _ in 0..<6 {
            let client = try Client(service.address)
            try client.send("GET /delay/1 HTTP/1.1\r\nHost: a\r\n\r\n")
            clients.append(client)
        }
        let waits = eventually {
            let told = try? service.run("ps", ["--counters", "--format", "json"])
            let waiting = told?.output.split(separator: "\"waiting\":").dropFirst()
            return waiting?.contains { !$0.hasPrefix("0") } ?? false
        }
        #expect(waits)
        #expect(try service.run("kill", ["balancer.1"]).code == 0)
        clients = []
        let answers = eventually {
            (try? Client.get(service.address, "/"))?.status == 200
        }
        #expect(answers)
    }
}
