import Basics
import Control
import Testing

@testable import Balancing

@Suite struct ServerTimingTests {
    private static let start = Instant(nanoseconds: 1_000_000_000)

    private func after(_ micros: UInt64) -> Instant { Self.start + .microseconds(micros) }

    /// What is said of an exchange after so long.
    private func text(
        name: String = "backend.2", isAnswered: Bool = true, at micros: UInt64,
        _ change: (inout Attempts) -> Void
    ) -> String {
        var exchange = Exchange(client: .init(0), startedAt: Self.start)
        change(&exchange.attempts)
        var timing = ServerTiming(exchange, isAnswered: isAnswered, now: after(micros))
        timing.name = InlineText(name.utf8.span)
        var queue = ByteQueue(capacity: 64)
        timing.append(to: &queue)
        return Utf8.string(queue.bytes)
    }

    @Test func `the time is told in parts that are all of it`() {
        let told = text(at: 13_110) { attempts in
            attempts.waited(for: .microseconds(200))
            attempts.began(
                on: BackendProcess(slot: 1, generation: 1), why: .any, at: after(410))
            attempts.progress.isNew = true
            attempts.progress.sent(at: after(710))
        }
        #expect(
            told == "Server-Timing: lb;dur=0.210, wait;dur=0.200, connect;dur=0.300, "
                + "backend;dur=12.400;desc=\"backend.2\"\r\n")
    }

    @Test func `over a connection that was kept there is nothing to connect`() {
        let told = text(at: 500) { attempts in
            attempts.began(
                on: BackendProcess(slot: 1, generation: 1), why: .any, at: Self.start)
            attempts.progress.sent(at: after(100))
        }
        #expect(told.contains("lb;dur=0.000") && told.contains("connect;dur=0.000"))
        #expect(told.contains("backend;dur=0.500"))
    }

    @Test func `an answer of the balancer's own names no backend`() {
        let told = text(isAnswered: false, at: 5_000_000) { $0.waited(for: .seconds(5)) }
        #expect(
            told == "Server-Timing: lb;dur=0.000, wait;dur=5000.000, connect;dur=0.000\r\n")
    }

    @Test func `no name can end its quotation`() {
        let told = text(name: "a\"b\\c", at: 1) { attempts in
            attempts.began(
                on: BackendProcess(slot: 1, generation: 1), why: .any, at: Self.start)
        }
        #expect(told.hasSuffix(";desc=\"abc\"\r\n"))
    }

    @Test func `it stands behind what the backend says, in each head and once`() {
        let heads = RewrittenHeads()
        for head in [
            "HTTP/1.1 200 OK\r\nDate: x\r\nServer-Timing: app;dur=1\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        ] {
            _ = heads.sent("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            heads.take()
            heads.time()
            let lines = RewrittenHeads.lines(of: heads.received(head))
            let timings = lines.filter { $0.hasPrefix("Server-Timing: ") }
            #expect(timings.last?.hasPrefix("Server-Timing: lb;dur=") == true)
            #expect(timings.count == (head.contains("app") ? 2 : 1))
            #expect(lines.last == timings.last)
        }
        _ = heads.sent("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        heads.take()
        let next = heads.received("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        #expect(!next.contains("Server-Timing"))
    }
}

extension RewrittenHeads {
    /// The next head that is written says where the time went.
    fileprivate func time() {
        let timing = known { ServerTiming($0, isAnswered: true, now: Self.start) }
        changeHeads { $0.timing = timing }
    }
}
