import Basics
import Control
import Kernel
import Scoreboard

/// The access lines of one worker: makes them, and gathers them into batches that go out in one
/// piece.
///
/// A batch lies in the scoreboard's memory, where the supervisor finds what a killed balancer had
/// not written. So the line of a response is added before the last bytes of that are sent, as one
/// that is not sure, and settled behind them.
struct AccessLogger: ~Copyable {
    /// What is known of a request that is over, or is about to be.
    struct RequestFacts: ~Escapable {
        let client: Span<UInt8>
        /// Method and target as they were sent on; empty where they could not be read.
        let line: Span<UInt8>
        let id: Span<UInt8>
        let isOld: Bool
        let status: UInt16
        let bytes: UInt64
        let duration: Nanoseconds
        let backend: BackendSlot
        let cause: Cause?

        @_lifetime(copy client, copy line, copy id)
        init(
            client: Span<UInt8>, line: Span<UInt8>, id: Span<UInt8>, isOld: Bool, status: UInt16,
            bytes: UInt64, duration: Nanoseconds, backend: BackendSlot, cause: Cause?
        ) {
            self.client = client
            self.line = line
            self.id = id
            self.isOld = isOld
            self.status = status
            self.bytes = bytes
            self.duration = duration
            self.backend = backend
            self.cause = cause
        }
    }

    /// What is known of a connection of the TCP mode that is over.
    struct StreamFacts {
        var up: UInt64
        var down: UInt64
        var duration: Nanoseconds
        var backend: BackendSlot
        /// Why it was cut; `nil` where both sides have ended.
        var cause: Cause?
        var endsFirst: StreamSide?
    }

    /// A client as it is named in the lines of connections.
    struct Client: ~Escapable {
        let address: Span<UInt8>
        let port: UInt16

        @_lifetime(copy address)
        init(address: Span<UInt8>, port: UInt16) {
            self.address = address
            self.port = port
        }
    }

    /// What is to be done next.
    enum Action: Equatable {
        case nothing
        /// `batch` is to be written.
        case write
    }

    let isOn: Bool
    private let delay: Nanoseconds
    private var writer: BatchWriter
    /// Where lines are made.
    private var line = ByteQueue(capacity: BatchWriter.longestLine)
    /// How many lines the open batch has, and the one that is sealed.
    private var lines: UInt64 = 0
    private var sealedLines: UInt64 = 0
    /// When the oldest line of the open batch was made.
    private var oldest = Instant.never

    /// `delay` is the longest that a line waits for others to go with it.
    init(isOn: Bool, delay: Nanoseconds, _ writer: consuming BatchWriter) {
        self.isOn = isOn
        self.delay = delay
        self.writer = writer
    }

    var isEmpty: Bool { lines == 0 && sealedLines == 0 }
    /// When a batch is to be written though nothing happens; `nil` while there is none.
    var due: Instant? { lines == 0 ? nil : oldest + delay }

    // MARK: Lines

    /// A request is over, as `127.0.0.1 "GET / HTTP/1.1" 200 13 0.412ms backend.2 id=01J…`.
    ///
    /// Where `isSure` is false the last of its response is about to be sent, and `sent` tells what
    /// came of it.
    @inline(__always)
    mutating func request(
        _ facts: borrowing RequestFacts, attempts: AttemptLog, _ roster: Roster,
        isSure: Bool = true, now: Instant
    ) -> Action {
        line.removeAll()
        line.append(facts.client)
        line.append(" \"")
        appendQuoted(facts.line)
        line.append(facts.isOld ? " HTTP/1.0\" " : " HTTP/1.1\" ")
        line.append(decimal: UInt64(facts.status))
        line.append(Ascii.space)
        line.append(decimal: facts.bytes)
        line.append(Ascii.space)
        append(milliseconds: facts.duration)
        line.append("ms ")
        append(backend: facts.backend, roster)
        if facts.cause != nil || attempts.count > 1 {
            append(attempts, roster)
            if let cause = facts.cause, cause != .meantForUs {
                line.append(" error=")
                line.append(cause.word)
            }
        }
        line.append(" id=")
        line.append(facts.id)
        return add(isSure: isSure, now: now)
    }

    /// The last bytes of the response were sent, after its line was added; or not all of them.
    mutating func sent(isWhole: Bool) {
        if isWhole {
            writer.confirm()
        } else {
            writer.retract()
            lines -= 1
        }
    }

    /// A connection of the TCP mode is over: bytes to the backend, bytes to the client, and which
    /// side ended it, as `127.0.0.1:40112 tcp up=17 down=4096 12.345ms backend.1 end=client`.
    mutating func stream(
        _ client: borrowing Client, _ facts: StreamFacts, attempts: AttemptLog,
        _ roster: Roster, now: Instant
    ) -> Action {
        line.removeAll()
        append(client)
        line.append(" tcp up=")
        line.append(decimal: facts.up)
        line.append(" down=")
        line.append(decimal: facts.down)
        line.append(Ascii.space)
        append(milliseconds: facts.duration)
        line.append("ms ")
        append(backend: facts.backend, roster)
        append(attempts, roster)
        line.append(" end=")
        line.append(facts.endWord)
        return add(isSure: true, now: now)
    }

    /// A connection was refused before its client was known, as `127.0.0.1:40112 refused
    /// error=proxy_header_malformed`.
    mutating func refused(
        _ client: borrowing Client, _ why: StaticString, now: Instant
    ) -> Action {
        line.removeAll()
        append(client)
        line.append(" refused error=")
        line.append(why)
        return add(isSure: true, now: now)
    }

    // MARK: Batches

    /// Whether something is to be written by now; with `force`, whether there is anything.
    func flush(now: Instant, force: Bool = false) -> Action {
        if writer.isSealed { return .write }
        guard let due else { return .nothing }
        return force || now >= due ? .write : .nothing
    }

    /// What is to be written next, in one piece.
    var batch: Span<UInt8> {
        @_lifetime(borrow self)
        get { writer.outgoing }
    }

    /// The batch was written, or not: then its lines are dropped, and counted.
    mutating func wrote(_ outcome: Transfer, counting counters: WorkerCounters) {
        let count = writer.outgoing.count
        let dropped: UInt64 =
            switch outcome {
            // Of a file that has no more room.
            case .moved(let written): written == count ? 0 : 1
            case .wouldBlock, .end, .failed: writer.isSealed ? sealedLines : lines
            }
        // Counted first: of a balancer that is killed in between, lines that were told of are
        // better than none.
        if dropped > 0 { counters.linesDropped(dropped) }
        if writer.isSealed { sealedLines = 0 } else { lines = 0 }
        writer.written()
    }

    @inline(__always)
    private mutating func add(isSure: Bool, now: Instant) -> Action {
        // No line is that long: there are limits for all that is in it.
        if line.count >= BatchWriter.longestLine {
            line.truncate(to: BatchWriter.longestLine - 1)
        }
        line.append(Ascii.lineFeed)
        let fits = Self.add(line, isSure: isSure, to: &writer)
        if !fits {
            sealedLines = lines
            lines = 0
        }
        if lines == 0 { oldest = now }
        lines &+= 1
        return fits ? .nothing : .write
    }

    private static func add(
        _ line: borrowing ByteQueue, isSure: Bool, to writer: inout BatchWriter
    ) -> Bool {
        writer.add(line.bytes, isSure: isSure)
    }

    // MARK: What lines are made of

    /// A quotation mark or backslash must not end the quoted part of a line: each gets a backslash
    /// in front.
    @inline(__always)
    private mutating func appendQuoted(_ text: Span<UInt8>) {
        if text.isEmpty {
            line.append("-")
            return
        }
        if text.first(Ascii.quote) == nil && text.first(Ascii.backslash) == nil {
            line.append(text)
            return
        }
        for index in text.indices {
            let byte = text[index]
            if byte == Ascii.quote || byte == Ascii.backslash { line.append(Ascii.backslash) }
            line.append(byte)
        }
    }

    /// Address and port of a client, an IPv6 address in brackets.
    private mutating func append(_ client: borrowing Client) {
        let isSixth = client.address.first(Ascii.colon) != nil
        if isSixth { line.append("[") }
        line.append(client.address)
        line.append(isSixth ? "]:" : ":")
        line.append(decimal: UInt64(client.port))
    }

    private mutating func append(backend slot: BackendSlot, _ roster: Roster) {
        if let index = roster.index(ofSlot: slot) {
            let name = roster.members[index].name
            line.append(name.bytes)
        } else {
            line.append("-")
        }
    }

    /// Each attempt that failed, in the words of Proxy-Status, as
    /// ` tries=2 failed=backend.1:connection_refused`.
    private mutating func append(_ attempts: AttemptLog, _ roster: Roster) {
        if attempts.count > 1 {
            line.append(" tries=")
            line.append(decimal: UInt64(attempts.count))
        }
        var failures = 0
        for index in attempts.kept {
            guard let cause = attempts.cause(index) else { continue }
            line.append(failures == 0 ? " failed=" : ",")
            failures += 1
            append(backend: attempts.slot(index), roster)
            line.append(":")
            line.append(cause.word)
        }
    }

    /// Three decimals.
    private mutating func append(milliseconds span: Nanoseconds) {
        let micros = span.count / 1000
        line.append(decimal: micros / 1000)
        line.append(".")
        let rest = micros % 1000
        line.append(UInt8(48 + rest / 100))
        line.append(UInt8(48 + rest / 10 % 10))
        line.append(UInt8(48 + rest % 10))
    }
}

extension AccessLogger.StreamFacts {
    /// The side that ended it, or why it was cut.
    fileprivate var endWord: StaticString {
        switch cause {
        case nil: endsFirst == .client ? "client" : "backend"
        case .terminated, .incomplete: "backend_reset"
        case .clientLeft: "client_reset"
        case .tooManyRequests: "rate_limited"
        case .banned: "banned"
        case .some(let cause): cause.word
        }
    }
}
