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
        /// `nil` where there are none.
        let notes: ExchangeNotes?
        let isOld: Bool
        let status: UInt16
        let bytes: UInt64
        let startedAt: Instant
        /// For a backend, in all.
        let waited: Nanoseconds
        let duration: Nanoseconds
        let backend: BackendSlot
        let cause: Cause?

        @_lifetime(copy client, copy line, copy id)
        init(
            client: Span<UInt8>, line: Span<UInt8>, id: Span<UInt8>, notes: ExchangeNotes?,
            isOld: Bool, status: UInt16, bytes: UInt64, startedAt: Instant, waited: Nanoseconds,
            duration: Nanoseconds,
            backend: BackendSlot, cause: Cause?
        ) {
            self.client = client
            self.line = line
            self.id = id
            self.notes = notes
            self.startedAt = startedAt
            self.waited = waited
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
        var startedAt: Instant
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
    /// Whether there is a reader that knows what stands behind a line.
    private let tellsStory: Bool
    private let format: BalancerOptions.AccessLog
    private let delay: Nanoseconds
    private var writer: BatchWriter
    private var line: AccessLine
    /// How many lines the open batch has, and the one that is sealed.
    private var lines: UInt64 = 0
    private var sealedLines: UInt64 = 0
    /// When the oldest line of the open batch was made.
    private var oldest = Instant.never

    /// `delay` is the longest that a line waits for others to go with it, `wallOffset` what the
    /// wall clock is ahead of the monotonic one. `tellsStory`: a supervisor reads the lines.
    init(
        _ format: BalancerOptions.AccessLog, tellsStory: Bool, delay: Nanoseconds,
        wallOffset: UInt64, _ writer: consuming BatchWriter
    ) {
        isOn = format != .off
        self.tellsStory = tellsStory
        self.format = format
        self.delay = delay
        self.writer = writer
        line = AccessLine(format, wallOffset: wallOffset)
    }

    var isEmpty: Bool { lines == 0 && sealedLines == 0 }
    /// When a batch is to be written though nothing happens; `nil` while there is none.
    var due: Instant? { lines == 0 ? nil : oldest + delay }

    // MARK: Lines

    /// A request is over.
    ///
    /// Where `isSure` is false the last of its response is about to be sent, and `sent` tells what
    /// came of it.
    @inline(__always)
    mutating func request(
        _ facts: borrowing RequestFacts, attempts: AttemptLog, last: AttemptProgress,
        _ roster: Roster, isSure: Bool = true, now: Instant
    ) -> Action {
        switch format {
        case .off, .text: line.write(facts, attempts, roster)
        case .json: line.writeJSON(facts, attempts, last, roster)
        case .combined: line.writeCombined(facts)
        }
        if tellsStory {
            if format != .text { line.appendPlain(facts, attempts, roster) }
            line.appendStory(facts, isTried: attempts.count > 0, last, roster)
        }
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
    /// side ended it.
    mutating func stream(
        _ client: borrowing Client, _ facts: StreamFacts, attempts: AttemptLog,
        _ roster: Roster, now: Instant
    ) -> Action {
        if format == .json {
            line.writeJSON(client, facts, attempts, roster)
        } else {
            line.write(client, facts, attempts, roster)
        }
        return add(isSure: true, now: now)
    }

    /// A connection was refused before its client was known.
    mutating func refused(
        _ client: borrowing Client, _ why: StaticString, now: Instant
    ) -> Action {
        switch format {
        case .off, .text: line.write(client, refused: why)
        case .json: line.writeJSON(client, refused: why, at: now)
        case .combined: line.writeCombined(client, refusedAt: now)
        }
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
        line.end()
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
        _ line: borrowing AccessLine, isSure: Bool, to writer: inout BatchWriter
    ) -> Bool {
        writer.add(line.bytes, isSure: isSure)
    }
}

extension AccessLogger.StreamFacts {
    /// The side that ended it, or why it was cut.
    var endWord: StaticString {
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
