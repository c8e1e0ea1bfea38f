import Basics
import Kernel
import Synchronization
import TestSupport
import Testing

/// What is counted of requests adds up and is what the clients saw, after kills, rolling restarts
/// and killed balancers.
@Suite(.serialized) struct BooksTests {
    /// Clients that ask one request after another over connections that are kept, and count what
    /// comes.
    private final class Clients: Sendable {
        struct Seen {
            var isOver = false
            var running = 0
            /// Whole responses, by class.
            var classes = [0, 0, 0, 0, 0]
            var broken = 0
        }

        private static let requests = [
            "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /bytes/150000 HTTP/1.1\r\nHost: a\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody",
            "GET /status/404 HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /status/503 HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /delay/0.02 HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        ]

        private let seen = Mutex(Seen())

        init(_ count: Int, to address: Address) {
            for index in 0..<count {
                seen.withLock { $0.running += 1 }
                Thread.start(named: "client") { self.ask(address, seed: UInt64(index)) }
            }
        }

        private func ask(_ address: Address, seed: UInt64) {
            var chance = Traffic(seed)
            while !seen.withLock({ $0.isOver }) {
                do throws(Failure) {
                    let client = try Client(address)
                    while !seen.withLock({ $0.isOver }) {
                        let index = Int(chance.next() % UInt64(Self.requests.count))
                        try client.send(Self.requests[index])
                        let status = try client.answer().status
                        seen.withLock { $0.classes[min(max(status / 100, 1), 5) - 1] += 1 }
                        // A malformed one ends its connection.
                        if status == 400 { break }
                    }
                } catch {
                    seen.withLock { $0.broken += 1 }
                    Poll.sleep(.milliseconds(2))
                }
            }
            seen.withLock { $0.running -= 1 }
        }

        /// Nothing when they do not end.
        func stop() -> Seen? {
            seen.withLock { $0.isOver = true }
            let areOver = eventually { seen.withLock { $0.running } == 0 }
            return areOver ? seen.withLock { $0 } : nil
        }
    }

    private struct Books {
        var balancers: [JSON] = []
        var backends: [JSON] = []

        init(_ service: Service) throws(Failure) {
            let told = try service.run("ps", ["--counters", "--format", "json"])
            for row in try JSON(told.output).items {
                if row["type"].text == "backend" { backends.append(row) }
                if row["type"].text == "balancer" { balancers.append(row) }
            }
        }

        static func sum(_ rows: [JSON], _ names: [String]) -> Int {
            rows.reduce(0) { sum, row in names.reduce(sum) { $0 + (row[$1].int ?? 0) } }
        }

        static let classes = (1...5).map { "http_\($0)xx" }

        var classes: [Int] { Self.classes.map { Self.sum(balancers, [$0]) } }

        /// What does not add up; nothing when all does.
        var faults: [String] {
            var faults: [String] = []
            let requests = Self.sum(balancers, ["requests"])
            let ended = Self.sum(balancers, Self.classes + ["streams", "abandoned", "lost"])
            if requests != ended { faults.append("\(requests) requests, \(ended) ended") }
            for row in backends {
                let sent = Self.sum([row], ["requests", "spoilt"])
                let ended = Self.sum(
                    [row],
                    Self.classes
                        + ["streams", "retried_from", "unanswered", "abandoned", "lost"])
                if sent != ended {
                    faults.append("\(row["name"].text ?? "") was sent \(sent), \(ended) ended")
                }
            }
            let sent = Self.sum(backends, ["requests"])
            let delivered = Self.sum(balancers, ["delivered"])
            let retried = Self.sum(backends, ["retried_to"])
            if sent != delivered + retried {
                faults.append("\(sent) sent, \(delivered) delivered and \(retried) retried")
            }
            return faults
        }
    }

    /// What is counted, once nothing is in flight any more.
    private func expectBalance(
        _ service: Service, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> Books {
        let balances = eventually { (try? Books(service).faults) == [] }
        let books = try Books(service)
        #expect(balances, "\(books.faults)", sourceLocation: sourceLocation)
        return books
    }

    @Test func `over kills and rolling restarts each response is in its class`() throws {
        let service = try Service(["--backends", "3", "--queue-timeout", "60s"])
        let clients = Clients(8, to: service.address)
        for round in 0..<10 {
            Poll.sleep(.milliseconds(UInt64.random(in: 1...100)))
            if round % 5 == 4 {
                _ = try service.run("restart", ["--rolling", "backend"])
            } else {
                _ = try service.run("kill", ["backend.\(Int.random(in: 1...3))"])
            }
        }
        let seen = try #require(clients.stop())
        let books = try expectBalance(service)
        #expect(seen.broken == 0)
        #expect(books.classes == seen.classes)
        #expect(seen.classes.reduce(0, +) > 100)
        #expect(Books.sum(books.balancers, ["lost", "uncertain", "abandoned"]) == 0)
        #expect(Books.sum(books.balancers, ["bytes_sent"]) > 150_000)
        #expect(Books.sum(books.backends, ["bytes_received", "reuses"]) > 150_000)
    }

    @Test func `over killed balancers nothing is counted twice, and what is not known is told`()
        throws
    {
        let service = try Service(["--backends", "2", "--queue-timeout", "60s"])
        let clients = Clients(8, to: service.address)
        for _ in 0..<6 {
            Poll.sleep(.milliseconds(UInt64.random(in: 50...200)))
            let row = try service.row("balancer")
            _ = try service.run("kill", ["balancer"])
            try service.await("balancer") { $0.state == "ready" && $0.pid != row.pid }
            _ = try service.run("kill", ["backend.1"])
        }
        let seen = try #require(clients.stop())
        let books = try expectBalance(service)
        #expect(seen.broken > 0)
        let uncertain = Books.sum(books.balancers, ["uncertain"])
        let counted = books.classes.reduce(0, +)
        let all = seen.classes.reduce(0, +)
        #expect(all >= counted && all <= counted + uncertain, "\(all) \(counted) \(uncertain)")
        for (came, counted) in zip(seen.classes, books.classes) {
            #expect(came >= counted && came <= counted + uncertain)
        }
    }

    @Test func `clients that leave in the middle are neither lost nor answered`() throws {
        let service = try Service(["--backends", "2"])
        for length in [10, 100_000_000] {
            for _ in 0..<5 {
                let client = try Client(service.address)
                try client.send("GET /bytes/\(length) HTTP/1.1\r\nHost: a\r\n\r\n")
                _ = try client.some()
            }
        }
        let books = try expectBalance(service)
        #expect(Books.sum(books.balancers, ["abandoned"]) == 5)
        #expect(books.classes[1] == 5)
    }

    @Test func `connections in TCP mode are streams`() throws {
        let service = try Service(["--backends", "2", "--mode", "tcp"])
        for _ in 0..<6 {
            let client = try Client(service.address)
            try client.send("hello")
            client.endSending()
            #expect(try client.rest().count == 5)
        }
        let books = try expectBalance(service)
        #expect(Books.sum(books.balancers, ["streams"]) == 6)
        #expect(Books.sum(books.backends, ["streams"]) == 6)
    }
}
