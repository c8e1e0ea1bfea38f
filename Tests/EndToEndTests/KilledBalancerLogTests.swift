import Basics
import Kernel
import Synchronization
import TestSupport
import Testing

/// Clients that give each request a name of its own, and note those that were answered.
private final class NamedLoad: Sendable {
    private struct State {
        var answered: [String] = []
        var isStopped = false
        var running = 0
    }

    private let state = Mutex(State())

    init(on address: Address, clients: Int) {
        state.withLock { $0.running = clients }
        for number in 0..<clients {
            Thread.start(named: "client") { [self] in
                var serial = 0
                while !isStopped { ask(address, client: number, &serial) }
                state.withLock { $0.running -= 1 }
            }
        }
    }

    private var isStopped: Bool { state.withLock { $0.isStopped } }
    var count: Int { state.withLock { $0.answered.count } }

    /// Asks on one connection until that is of no more use.
    private func ask(_ address: Address, client number: Int, _ serial: inout Int) {
        do throws(Failure) {
            let client = try Client(address)
            while !isStopped {
                serial += 1
                let name = "client-\(number)-\(serial)"
                try client.send(
                    "GET / HTTP/1.1\r\nHost: a\r\nX-Request-Id: \(name)\r\n\r\n")
                if try client.answer().status != 200 { return }
                state.withLock { $0.answered.append(name) }
            }
        } catch {
            // The balancer was killed: the next connection is the next one's.
            return
        }
    }

    func awaitMore(_ count: Int) throws(Failure) {
        let goal = self.count + count
        if !eventually({ self.count >= goal }) {
            throw Failure("no progress behind \(self.count) answers")
        }
    }

    /// Lets all of them end, and says which requests were answered.
    func stop() throws(Failure) -> [String] {
        state.withLock { $0.isStopped = true }
        if !eventually({ state.withLock { $0.running } == 0 }) {
            throw Failure("a client has not ended")
        }
        return state.withLock { $0.answered }
    }
}

@Suite struct KilledBalancerLogTests {
    @Test(arguments: [1, 2])
    func `each request that was answered has its line, however often the balancer is killed`(
        threads: Int
    ) throws {
        let service = try Service(["--backends", "2", "--threads", "\(threads)"])
        let load = NamedLoad(on: service.address, clients: 4)
        for _ in 0..<4 {
            try load.awaitMore(150)
            let pid = try service.row("balancer").pid
            #expect(try service.run("kill", ["balancer"]).code == 0)
            try service.await("balancer") { $0.state == "ready" && $0.pid != pid }
        }
        try load.awaitMore(150)
        let answered = try load.stop()
        #expect(try service.run("down").code == 0)
        var lines: [String: [String]] = [:]
        let records = try service.place.records()
        for record in records {
            let text = record["text"].text ?? ""
            #expect(!text.hasPrefix("\u{1}"), "a mark is shown")
            guard let place = text.firstRange(of: " id=client-") else { continue }
            let name = text[place.upperBound...].prefix { $0 != " " }
            lines["client-\(name)", default: []].append(text)
        }
        let without = answered.filter { lines[$0] == nil }
        #expect(without == [], "of \(answered.count) answered")
        let several = lines.filter { $0.value.count > 1 }
        #expect(several == [:])
        // What was on its way at a death may have been answered or not.
        let unsure = lines.values.joined().count { $0.hasSuffix(" sent=unknown") }
        #expect(unsure <= 4 * threads)
        #expect(lines.count - answered.count <= 4 * 4)
        // They stand before the sentence that tells of the death.
        let deaths = records.indices.filter {
            (records[$0]["text"].text ?? "").contains("killed by SIGKILL")
        }
        #expect(deaths.count == 4)
        for (number, death) in deaths.enumerated() {
            let isLate = records[death...].contains {
                $0["stream"].text == "access" && $0["generation"].int == number + 1
            }
            #expect(!isLate)
        }
    }
}
