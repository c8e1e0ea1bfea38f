import Basics
import Control
import Kernel
import Scoreboard
import Testing

@testable import Balancing

@Suite struct AccessLoggerTests {
    private static let start = Instant(nanoseconds: 1_000_000_000)
    private static let delay = Nanoseconds.milliseconds(5)
    private static let roster = Roster(
        RosterWord(
            version: 1,
            members: (0..<2).map { number in
                RosterMember(
                    slot: BackendSlot(UInt32(number)), generation: 1,
                    name: "backend.\(number + 1)", address: "127.0.0.1:\(3001 + number)",
                    fact: .ready)
            }))

    /// A logger, and where its lines lie.
    private struct Site: ~Copyable {
        let board: Scoreboard
        var logger: AccessLogger

        init() throws {
            board = try Scoreboard(backends: 2, workers: 1)
            logger = AccessLogger(
                .text, tellsStory: false, delay: AccessLoggerTests.delay, wallOffset: 0,
                BatchWriter(board.batches(ofWorker: 0), isMarked: false))
        }

        var counters: WorkerCounters { board.counters(ofWorker: 0) }
        var batch: String { Utf8.string(logger.batch) }
        /// The lines that a supervisor would find, those that are not sure with a question mark.
        var found: [String] {
            var lines: [String] = []
            board.batches(ofWorker: 0).forEachLeft(after: nil) { line, isSure in
                lines.append(Utf8.string(line) + (isSure ? "" : "?"))
            }
            return lines
        }

        mutating func request(
            client: String = "127.0.0.1", line: String = "GET /", id: String = "01J",
            isOld: Bool = false, status: UInt16 = 200, bytes: UInt64 = 13,
            duration: Nanoseconds = .microseconds(412), backend: BackendSlot = 1,
            cause: Cause? = nil, attempts: Attempts = Attempts(at: start), isSure: Bool = true,
            now: Instant = AccessLoggerTests.start
        ) -> AccessLogger.Action {
            let facts = AccessLogger.RequestFacts(
                client: client.utf8.span, line: line.utf8.span, id: id.utf8.span,
                notes: nil, isOld: isOld,
                status: status, bytes: bytes, startedAt: AccessLoggerTests.start,
                waited: Nanoseconds(0),
                duration: duration, backend: backend, cause: cause)
            return logger.request(
                facts, attempts: attempts.log, last: attempts.progress, AccessLoggerTests.roster,
                isSure: isSure, now: now)
        }

        /// As a worker writes a batch; says what was in it.
        mutating func write(_ outcome: Transfer? = nil) -> String {
            let text = batch
            logger.wrote(outcome ?? .moved(text.utf8.count), counting: counters)
            return text
        }
    }

    private func attempts(_ tried: (BackendSlot, Cause?)...) -> Attempts {
        .tried(tried, at: Self.start)
    }

    // MARK: Lines

    @Test func `a request's line has all that is known of it`() throws {
        var site = try Site()
        _ = site.request()
        #expect(site.write() == "127.0.0.1 \"GET / HTTP/1.1\" 200 13 0.412ms backend.2 id=01J\n")
        _ = site.request(
            client: "2001:db8::1", line: "POST /a?b=c", id: "x", isOld: true, status: 503,
            bytes: .max, duration: .seconds(75), backend: 7)
        #expect(
            site.write() == "2001:db8::1 \"POST /a?b=c HTTP/1.0\" 503 18446744073709551615 "
                + "75000.000ms - id=x\n")
        _ = site.request(line: "", backend: 0)
        #expect(site.write() == "127.0.0.1 \"- HTTP/1.1\" 200 13 0.412ms backend.1 id=01J\n")
    }

    @Test(
        arguments: [
            (0, "0.000"), (999, "0.000"), (1000, "0.001"), (99_999, "0.099"), (1_000_000, "1.000"),
            (12_345_678, "12.345"), (3_600_000_000_000, "3600000.000"),
        ] as [(UInt64, String)])
    func `times have three decimals, and are cut`(nanoseconds: UInt64, text: String) throws {
        var site = try Site()
        _ = site.request(duration: Nanoseconds(nanoseconds))
        let line = site.write()
        #expect(line.contains(" 13 \(text)ms backend.2 "))
    }

    @Test func `every octet of a target stands in it, and none ends the quoted part`() throws {
        for octet: UInt8 in 0...255 where octet != Ascii.lineFeed {
            var site = try Site()
            var target = ByteQueue(capacity: 8)
            for byte in [0x2F, octet, 0x61, octet] as [UInt8] { target.append(byte) }
            let text = Self.client
            let facts = AccessLogger.RequestFacts(
                client: text.utf8.span, line: target.bytes, id: text.utf8.span,
                notes: nil, isOld: false,
                status: 200, bytes: 0, startedAt: Self.start, waited: Nanoseconds(0),
                duration: Nanoseconds(0), backend: 0,
                cause: nil)
            _ = site.logger.request(
                facts, attempts: AttemptLog(), last: Attempts(at: Self.start).progress, Self.roster,
                now: Self.start)
            let escaped: [UInt8] = octet == 0x22 || octet == 0x5C ? [0x5C, octet] : [octet]
            let wanted = Array("c \"/".utf8) + escaped + [0x61] + escaped + Array(" HTTP".utf8)
            let line = site.logger.batch
            let beginning = (0..<wanted.count).map { line[$0] }
            #expect(beginning == wanted)
        }
    }

    private static let client = "c"

    @Test func `what went wrong stands in it, attempt by attempt`() throws {
        var site = try Site()
        let cases: [(Attempts, Cause?, String)] = [
            (
                attempts((0, .refused), (1, nil)), nil,
                " tries=2 failed=backend.1:connection_refused"
            ),
            (
                attempts((0, .refused), (1, .terminated), (9, .silent)), .silent,
                " tries=3 failed=backend.1:connection_refused,backend.2:connection_terminated,"
                    + "-:http_response_timeout error=http_response_timeout"
            ),
            (
                attempts((0, .silent)), .silent,
                " failed=backend.1:http_response_timeout"
                    + " error=http_response_timeout"
            ),
            (attempts(), .noBackendReady, " error=destination_unavailable"),
            (attempts((1, nil)), .clientLeft, " error=client_left"),
            (attempts(), .meantForUs, ""),
        ]
        for (log, cause, words) in cases {
            _ = site.request(cause: cause, attempts: log)
            let line = site.write()
            #expect(line.hasSuffix("ms backend.2\(words) id=01J\n"), "\(line)")
        }
    }

    @Test func `of more attempts than are kept the number is told, and the last ones`() throws {
        var site = try Site()
        let tried = (0..<40).map { (BackendSlot(UInt32($0 % 2)), Cause?.some(.refused)) }
        let log = Attempts.tried(tried, at: Self.start)
        _ = site.request(line: String(repeating: "\\", count: 1024), attempts: log)
        let line = site.write()
        #expect(line.contains(" tries=40 failed=backend.1:"))
        #expect(line.split(separator: ",").count == AttemptLog.capacity)
    }

    @Test func `a connection's line says which side ended it`() throws {
        var ends: [(Cause?, StreamSide?, String)] = [
            (nil, nil, "backend"), (nil, .backend, "backend"), (nil, .client, "client"),
            (.terminated, .client, "backend_reset"), (.incomplete, nil, "backend_reset"),
            (.clientLeft, nil, "client_reset"), (.tooManyRequests, nil, "rate_limited"),
            (.banned, nil, "banned"),
        ]
        let others: [Cause] = [.refused, .connectTimeout, .noBackendReady, .idle, .leaving]
        ends += others.map { ($0, nil, "\($0.word)") }
        for (cause, first, word) in ends {
            var site = try Site()
            _ = site.logger.stream(
                .init(address: "10.0.0.1".utf8.span, port: 40112),
                .init(
                    up: 17, down: 4096, startedAt: Self.start, duration: .microseconds(12345),
                    backend: 0, cause: cause, endsFirst: first),
                attempts: attempts((1, .refused), (0, nil)).log, Self.roster, now: Self.start)
            #expect(
                site.write() == "10.0.0.1:40112 tcp up=17 down=4096 12.345ms backend.1 tries=2 "
                    + "failed=backend.2:connection_refused end=\(word)\n")
        }
    }

    @Test func `a client that was refused is named, an address of IPv6 in brackets`() throws {
        var site = try Site()
        for (address, text) in [("127.0.0.1", "127.0.0.1:9"), ("::1", "[::1]:9")] {
            _ = site.logger.refused(
                .init(address: address.utf8.span, port: 9), "proxy_not_trusted", now: Self.start)
            #expect(site.write() == "\(text) refused error=proxy_not_trusted\n")
        }
    }

    @Test func `no line is longer than a batch`() throws {
        var site = try Site()
        for length in 3900..<4200 {
            _ = site.request(line: String(repeating: "x", count: length))
            let line = site.write()
            #expect(line.hasSuffix("\n") && line.utf8.count <= BatchWriter.longestLine)
        }
    }

    // MARK: Batches

    @Test func `a batch is to be written when a line does not fit, and has whole lines`() throws {
        for width in 1...300 {
            var site = try Site()
            var written = ""
            var made = 0
            while written.utf8.count < 9000 {
                made += 1
                let action = site.request(id: String(repeating: "x", count: width))
                if action == .nothing { continue }
                #expect(site.logger.flush(now: Self.start) == .write)
                let batch = site.write()
                #expect(batch.utf8.count <= 4096 && batch.hasSuffix("\n"))
                // The next line would not have fitted.
                #expect(batch.utf8.count > 4096 - 60 - width)
                written += batch
                #expect(site.logger.flush(now: Self.start) == .nothing)
            }
            written += site.write()
            #expect(written.split(separator: "\n").count == made)
            #expect(site.logger.due == nil && site.counters.droppedLines == 0)
        }
    }

    @Test func `the oldest line waits no longer than the delay`() throws {
        var site = try Site()
        #expect(site.logger.due == nil)
        #expect(site.logger.flush(now: .never, force: true) == .nothing)
        _ = site.request()
        let later = Self.start + .milliseconds(3)
        _ = site.request(now: later)
        let due = Self.start + Self.delay
        #expect(site.logger.due == due)
        #expect(site.logger.flush(now: later) == .nothing)
        #expect(site.logger.flush(now: later, force: true) == .write)
        #expect(site.logger.flush(now: due) == .write)
        _ = site.write()
        #expect(site.logger.due == nil && site.logger.flush(now: .never) == .nothing)
        // The first line of the next batch counts, also where it follows a full one.
        var now = later
        while site.request(now: now) == .nothing { now = now + .microseconds(1) }
        #expect(site.logger.due == now + Self.delay)
        _ = site.write()
        #expect(site.logger.due == now + Self.delay)
    }

    @Test func `lines that find no room in the pipe are dropped and counted`() throws {
        for outcome: Transfer in [.wouldBlock, .end, .failed(.brokenPipe)] {
            var site = try Site()
            for _ in 0..<3 { _ = site.request() }
            _ = site.write(outcome)
            #expect(site.counters.droppedLines == 3)
            var lines: UInt64 = 1
            while site.request() == .nothing { lines += 1 }
            // Of a full batch, and not the line that did not fit.
            _ = site.write(outcome)
            #expect(site.counters.droppedLines == 2 + lines)
            #expect(site.found.count == 1)
            #expect(site.write().split(separator: "\n").count == 1)
        }
        // A file that was full in the middle of it.
        var site = try Site()
        for _ in 0..<3 { _ = site.request() }
        _ = site.write(.moved(50))
        #expect(site.counters.droppedLines == 1)
    }

    // MARK: Lines that are not sure

    @Test func `a line is found before its response is sent, and is sure behind that`() throws {
        var site = try Site()
        _ = site.request(id: "one", isSure: false)
        #expect(site.found.count == 1 && site.found[0].hasSuffix(" id=one?"))
        site.logger.sent(isWhole: true)
        #expect(site.found.count == 1 && site.found[0].hasSuffix(" id=one"))
        #expect(site.write().hasSuffix(" id=one\n"))
        #expect(site.found == [])
    }

    @Test func `the line of a response that was not sent whole is taken back`() throws {
        var site = try Site()
        _ = site.request(id: "one", isSure: false)
        site.logger.sent(isWhole: false)
        #expect(site.found == [] && site.logger.due == nil)
        #expect(site.logger.flush(now: .never, force: true) == .nothing)
        _ = site.request(id: "two")
        _ = site.request(id: "three", isSure: false)
        site.logger.sent(isWhole: false)
        #expect(site.found.count == 1)
        _ = site.write(.wouldBlock)
        #expect(site.counters.droppedLines == 1 && site.found == [])
    }

    @Test func `it may be the one that did not fit`() throws {
        for isWhole in [true, false] {
            var site = try Site()
            var lines = 0
            while site.request(isSure: false) == .nothing {
                site.logger.sent(isWhole: true)
                lines += 1
            }
            #expect(site.found.count == lines + 1 && site.found.last?.hasSuffix("?") == true)
            #expect(site.write().split(separator: "\n").count == lines)
            site.logger.sent(isWhole: isWhole)
            #expect(site.found.count == (isWhole ? 1 : 0))
            #expect((site.logger.due == nil) == !isWhole)
        }
    }
}
