import Basics
import Kernel
import Synchronization
import TestSupport
import Testing

/// Idle connections to backends: how long they are kept, and what goes over them.
@Suite struct IdleUpstreamTests {
    /// A backend that counts its connections and says the number of each in its answers.
    private func counting(
        _ fields: String = "", idles: @escaping @Sendable (ScriptedConnection) -> Void = { _ in }
    ) throws -> ScriptedBackend {
        let opened = Mutex(0)
        return try ScriptedBackend { (connection) throws(Failure) in
            guard try connection.request() != nil else { return }
            let number = opened.withLock { count in
                count += 1
                return "\(count)"
            }
            repeat {
                try connection.send(
                    "HTTP/1.1 200 OK\r\n\(fields)Content-Length: \(number.utf8.count)\r\n\r\n"
                        + number)
                idles(connection)
            } while try connection.request() != nil
        }
    }

    @Test func `one is let go before the time is over that its backend announces`() throws {
        let closedAt = Mutex(Instant?.none)
        let backend = try ScriptedBackend { (connection) throws(Failure) in
            guard try connection.request() != nil else { return }
            try connection.send(
                "HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1\r\nContent-Length: 2\r\n\r\nok")
            let began = Clock.now()
            try connection.awaitEnd()
            closedAt.withLock { $0 = Instant(nanoseconds: Clock.now().since(began).count) }
        }
        let balanced = try Balanced([backend.address], ["--health-check", "off"])
        #expect(try balanced.get("/").text == "ok")
        #expect(eventually { closedAt.withLock { $0 != nil } })
        // Unless told, it would be kept for four seconds.
        let kept = closedAt.withLock { $0 }
        #expect(try #require(kept).nanoseconds < 3_500_000_000)
    }

    @Test func `POSTs that follow each other share a connection`() throws {
        let backend = try counting()
        let balanced = try Balanced(
            [backend.address], ["--threads", "1", "--health-check", "off"])
        var last = ""
        // The first few may come before one was seen to be kept for ten milliseconds.
        for _ in 0..<6 {
            last = try balanced.get("/", method: "POST", body: "x").text
            Poll.sleep(.milliseconds(20))
        }
        #expect(last == "1")
    }

    @Test func `where none are kept each request has its own`() throws {
        let backend = try counting()
        let balanced = try Balanced(
            [backend.address], ["--upstream-idle", "off", "--health-check", "off"])
        for turn in 1...5 { #expect(try balanced.get("/").text == "\(turn)") }
    }

    @Test func `no POST is lost to a backend that closes idle connections`() throws {
        // It gives each 30 ms; the POSTs come around that moment.
        let backend = try counting { connection in
            Poll.sleep(.milliseconds(30))
            connection.endSending()
        }
        let balanced = try Balanced(
            [backend.address], ["--threads", "1", "--health-check", "off"])
        // What it learns this from: connections that are ended while nothing goes over them.
        for turn in 0..<8 {
            #expect(try balanced.get("/").status == 200, "\(turn)")
            Poll.sleep(.milliseconds(60))
        }
        for turn in 0..<60 {
            Poll.sleep(.microseconds(29_500 + UInt64(turn) * 20))
            #expect(try balanced.get("/", method: "POST", body: "x").status == 200, "\(turn)")
        }
    }
}
