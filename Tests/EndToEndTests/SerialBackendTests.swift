import Basics
import Kernel
import Synchronization
import TestSupport
import Testing

/// Backends with a thread or a few, each of which stays with a connection as long as it lasts: what
/// is kept open to them must not be what the next request waits for.
@Suite struct SerialBackendTests {
    /// One that serves so many connections at a time, and accepts no other meanwhile.
    private func serving(_ count: Int) throws -> ScriptedBackend {
        try ScriptedBackend(serving: count) { (connection) throws(Failure) in
            while try connection.request() != nil { try connection.answer("ok") }
        }
    }

    /// Longer than it takes a busy machine, and shorter than an idle connection is kept.
    private static let most = Nanoseconds.milliseconds(2500)

    /// How long requests of so many clients took at the longest.
    private func longest(
        _ balanced: Balanced, clients: Int, method: String, keep: Bool
    ) -> Nanoseconds {
        let spans = Mutex<[Nanoseconds]>([])
        let finished = Mutex(0)
        let record = Record(spans: spans, finished: finished)
        for _ in 0..<clients {
            let address = balanced.address
            Thread.start(named: "client") {
                record.run(address, method: method, keep: keep)
            }
        }
        #expect(eventually { record.isFinished(clients) })
        return record.longest
    }

    private final class Record: Sendable {
        private let spans: Mutex<[Nanoseconds]>
        private let finished: Mutex<Int>

        init(spans: consuming Mutex<[Nanoseconds]>, finished: consuming Mutex<Int>) {
            self.spans = spans
            self.finished = finished
        }

        func isFinished(_ clients: Int) -> Bool { finished.withLock { $0 == clients } }
        var longest: Nanoseconds { spans.withLock { $0.max() ?? Nanoseconds(0) } }

        func run(_ address: Address, method: String, keep: Bool) {
            defer { finished.withLock { $0 += 1 } }
            do throws(Failure) {
                var client = try Client(address)
                for _ in 0..<12 {
                    let began = Clock.now()
                    try client.send(
                        "\(method) / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
                    let status = try client.answer().status
                    let span = Clock.now().since(began)
                    spans.withLock { $0.append(span) }
                    if status != 200 { throw Failure("\(status)") }
                    Poll.sleep(.milliseconds(30))
                    if !keep { client = try Client(address) }
                }
            } catch {
                Issue.record("\(error)")
            }
        }
    }

    @Test(
        arguments: [1, 2],
        ["off", "http:/"]
    )
    func `no request waits for the end of an idle connection`(
        threads: Int, check: String
    ) throws {
        for count in [1, 3] {
            let backend = try serving(count)
            let balanced = try Balanced(
                [backend.address], ["--threads", "\(threads)", "--health-check", check])
            for method in ["GET", "POST"] {
                for keep in [false, true] {
                    let span = longest(balanced, clients: count + 2, method: method, keep: keep)
                    #expect(span < Self.most, "\(count) \(method) \(keep)")
                }
            }
            #expect(!balanced.program.errors.contains("is down"))
        }
    }

    @Test func `a check waits for no idle connection, and no request for the check's`() throws {
        let backend = try serving(1)
        let balanced = try Balanced(
            [backend.address],
            ["--threads", "2", "--health-check", "http:/", "--health-interval", "300ms"])
        for _ in 0..<10 {
            let began = Clock.now()
            #expect(try balanced.get("/").status == 200)
            #expect(Clock.now().since(began) < Self.most)
            Poll.sleep(.milliseconds(250))
        }
        #expect(!balanced.program.errors.contains("is down"))
    }

    @Test func `a slow backend that serves all at once keeps its connections`() throws {
        let opened = Mutex(0)
        let backend = try ScriptedBackend { (connection) throws(Failure) in
            opened.withLock { $0 += 1 }
            while try connection.request() != nil {
                Poll.sleep(.milliseconds(300))
                try connection.answer("ok")
            }
        }
        let balanced = try Balanced(
            [backend.address], ["--threads", "1", "--health-check", "off"])
        _ = longest(balanced, clients: 6, method: "GET", keep: true)
        // 72 requests, six at a time; a few more where its threads begin late.
        #expect(opened.withLock { $0 } < 24)
    }
}
