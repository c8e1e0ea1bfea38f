import Basics
import Control
import Scoreboard

/// One access line while it is made: in the default form here, in the others beside.
struct AccessLine: ~Copyable {
    var queue = ByteQueue(capacity: BatchWriter.longestLine)
    var time: LogTime

    init(_ format: BalancerOptions.AccessLog, wallOffset: UInt64) {
        time = LogTime(format == .combined ? .combined : .standard, wallOffset: wallOffset)
    }

    var bytes: Span<UInt8> {
        @_lifetime(borrow self)
        @inline(__always)
        get { queue.bytes }
    }

    /// A request's, as `127.0.0.1 "GET / HTTP/1.1" 200 13 0.412ms backend.2 id=01J…`.
    @inline(__always)
    mutating func write(
        _ facts: borrowing AccessLogger.RequestFacts, _ attempts: AttemptLog, _ roster: Roster
    ) {
        queue.removeAll()
        append(facts, attempts, roster)
    }

    @inline(__always)
    private mutating func append(
        _ facts: borrowing AccessLogger.RequestFacts, _ attempts: AttemptLog, _ roster: Roster
    ) {
        queue.append(facts.client)
        // A blank and a quotation mark.
        queue.append(word: 0x2220, count: 2)
        appendQuoted(facts.line)
        queue.append(facts.isOld ? " HTTP/1.0\" " : " HTTP/1.1\" ")
        queue.append(decimal: UInt64(facts.status))
        queue.append(Ascii.space)
        queue.append(decimal: facts.bytes)
        queue.append(Ascii.space)
        append(milliseconds: facts.duration)
        // `ms `
        queue.append(word: 0x20_736D, count: 3)
        append(backend: facts.backend, roster)
        if facts.cause != nil || attempts.count > 1 {
            append(attempts, roster)
            if let cause = facts.cause, cause != .meantForUs {
                queue.append(" error=")
                queue.append(cause.word)
            }
        }
        // ` id=`
        queue.append(word: 0x3D64_6920, count: 4)
        queue.append(facts.id)
    }

    /// Appends a TAB and what the default form says, behind a line of another one; nothing where
    /// there is no room.
    @inline(never)
    mutating func appendPlain(
        _ facts: borrowing AccessLogger.RequestFacts, _ attempts: AttemptLog, _ roster: Roster
    ) {
        let end = queue.count
        queue.append(Ascii.tab)
        append(facts, attempts, roster)
        if queue.count >= BatchWriter.longestLine { queue.truncate(to: end) }
    }

    /// A connection's of the TCP mode, as
    /// `127.0.0.1:40112 tcp up=17 down=4096 12.345ms backend.1 end=client`.
    mutating func write(
        _ client: borrowing AccessLogger.Client, _ facts: AccessLogger.StreamFacts,
        _ attempts: AttemptLog, _ roster: Roster
    ) {
        queue.removeAll()
        append(client)
        queue.append(" tcp up=")
        queue.append(decimal: facts.up)
        queue.append(" down=")
        queue.append(decimal: facts.down)
        queue.append(Ascii.space)
        append(milliseconds: facts.duration)
        queue.append("ms ")
        append(backend: facts.backend, roster)
        append(attempts, roster)
        queue.append(" end=")
        queue.append(facts.endWord)
    }

    /// That of one that was refused, as `127.0.0.1:40112 refused error=proxy_header_malformed`.
    mutating func write(_ client: borrowing AccessLogger.Client, refused why: StaticString) {
        queue.removeAll()
        append(client)
        queue.append(" refused error=")
        queue.append(why)
    }

    /// Ends it. None is longer than there is room for: there are limits for all that is in it.
    @inline(__always)
    mutating func end() {
        if queue.count >= BatchWriter.longestLine {
            queue.truncate(to: BatchWriter.longestLine - 1)
        }
        queue.append(Ascii.lineFeed)
    }

    // MARK: What lines are made of

    /// A quotation mark or backslash must not end the quoted part of a line: each gets a backslash
    /// in front.
    @inline(__always)
    mutating func appendQuoted(_ text: Span<UInt8>) {
        if text.isEmpty {
            queue.append("-")
            return
        }
        if text.first(Ascii.quote) == nil && text.first(Ascii.backslash) == nil {
            queue.append(text)
            return
        }
        for index in text.indices {
            let byte = text[index]
            if byte == Ascii.quote || byte == Ascii.backslash { queue.append(Ascii.backslash) }
            queue.append(byte)
        }
    }

    /// Address and port of a client, an IPv6 address in brackets.
    mutating func append(_ client: borrowing AccessLogger.Client) {
        let isSixth = client.address.first(Ascii.colon) != nil
        if isSixth { queue.append("[") }
        queue.append(client.address)
        queue.append(isSixth ? "]:" : ":")
        queue.append(decimal: UInt64(client.port))
    }

    mutating func append(backend slot: BackendSlot, _ roster: Roster) {
        if let index = roster.index(ofSlot: slot) {
            let name = roster.members[index].name
            queue.append(name.bytes)
        } else {
            queue.append("-")
        }
    }

    /// Each attempt that failed, in the words of Proxy-Status, as
    /// ` tries=2 failed=backend.1:connection_refused`.
    mutating func append(_ attempts: AttemptLog, _ roster: Roster) {
        if attempts.count > 1 {
            queue.append(" tries=")
            queue.append(decimal: UInt64(attempts.count))
        }
        var failures = 0
        for index in attempts.kept {
            guard let cause = attempts.cause(index) else { continue }
            queue.append(failures == 0 ? " failed=" : ",")
            failures += 1
            append(backend: attempts.slot(index), roster)
            queue.append(":")
            queue.append(cause.word)
        }
    }

    /// Three decimals.
    mutating func append(milliseconds span: Nanoseconds) {
        let micros = span.count / 1000
        queue.append(decimal: micros / 1000)
        queue.append(0x2E)
        queue.append(decimal: UInt32(micros % 1000), width: 3)
    }
}
