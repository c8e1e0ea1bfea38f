import Basics
import Kernel

/// What the access log is told.
extension Worker {
    /// The last bytes of a response are about to be sent. That is counted and its line written
    /// before, for a balancer that is killed in between.
    @inline(__always)
    mutating func announceEnd(_ exchange: Exchange.Slot) {
        counters.sending(status: exchanges[exchange].answering.status)
        if accessLogger.isOn { logRequest(exchange, isSure: false) }
    }

    /// They were sent, or not all of them.
    @inline(__always)
    mutating func noteEnd(_ exchange: Exchange.Slot, isSent: Bool) {
        counters.sent(status: exchanges[exchange].answering.status, isWhole: isSent)
        exchanges[exchange].answering.isWhole = isSent
        if !accessLogger.isOn { return }
        accessLogger.sent(isWhole: isSent)
        exchanges[exchange].answering.isLogged = isSent
    }

    /// Writes the access line of an exchange that is over, unless that has been done.
    mutating func logAccess(_ exchange: Exchange.Slot) {
        if !accessLogger.isOn || exchanges[exchange].answering.isLogged { return }
        if exchanges[exchange].asked.isStream {
            logStream(exchange)
        } else {
            logRequest(exchange, isSure: true)
        }
    }

    private mutating func logRequest(_ exchange: Exchange.Slot, isSure: Bool) {
        let duration = duration(exchange)
        let action = Self.logRequest(
            exchanges[exchange], clients[exchanges[exchange].client], duration, roster,
            isSure: isSure, now: now, to: &accessLogger)
        if action == .write { writeBatch() }
    }

    @inline(__always)
    private static func logRequest(
        _ exchange: borrowing Exchange, _ client: borrowing ClientConnection,
        _ duration: Nanoseconds, _ roster: Roster, isSure: Bool, now: Instant,
        to logger: inout AccessLogger
    ) -> AccessLogger.Action {
        let isClaimed = !exchange.asked.claimedAddress.isEmpty
        // Of a protocol that was changed to, what went to the client.
        let isStream = exchange.phase == .streaming
        let facts = AccessLogger.RequestFacts(
            client: isClaimed ? exchange.asked.claimedAddress.bytes : client.source.address.bytes,
            line: exchange.line(Limits.loggedTarget), id: exchange.asked.identifier(),
            notes: exchange.notes, isOld: exchange.asked.minorVersion == 0,
            status: exchange.answering.status,
            bytes: isStream ? exchange.stream.down.count : exchange.response.bodyBytes,
            startedAt: exchange.startedAt, waited: exchange.attempts.waited, duration: duration,
            backend: exchange.attempts.process.slot,
            cause: exchange.answering.cause)
        return logger.request(
            facts, attempts: exchange.attempts.log, last: exchange.attempts.progress, roster,
            isSure: isSure, now: now)
    }

    private mutating func logStream(_ exchange: Exchange.Slot) {
        let facts = AccessLogger.StreamFacts(
            up: exchanges[exchange].stream.up.count, down: exchanges[exchange].stream.down.count,
            startedAt: exchanges[exchange].startedAt,
            duration: duration(exchange), backend: exchanges[exchange].attempts.process.slot,
            cause: exchanges[exchange].answering.cause,
            endsFirst: exchanges[exchange].stream.endsFirst)
        let client = exchanges[exchange].client
        let address = clients[client].address
        let action = accessLogger.stream(
            .init(address: address.bytes, port: clients[client].port), facts,
            attempts: exchanges[exchange].attempts.log, roster, now: now)
        if action == .write { writeBatch() }
    }

    /// Writes the line of a connection that was refused before its client was known.
    mutating func logRefusal(_ address: InlineText, _ port: UInt16, _ why: StaticString) {
        if !accessLogger.isOn { return }
        let action = accessLogger.refused(
            .init(address: address.bytes, port: port), why, now: now)
        if action == .write { writeBatch() }
    }

    /// Hands over the lines that have waited long enough, or all.
    @inline(__always)
    mutating func flushLog(force: Bool = false) {
        if !accessLogger.isEmpty { writeDue(force: force) }
    }

    private mutating func writeDue(force: Bool) {
        while accessLogger.flush(now: now, force: force) == .write { writeBatch() }
    }

    private mutating func writeBatch() {
        let outcome = plan.accessLog.write(accessLogger.batch)
        accessLogger.wrote(outcome, counting: counters)
    }

    /// How long an exchange has taken. Where something went wrong it may have begun in this very
    /// turn of the loop, and been tried on several backends since: then the clock is asked.
    private func duration(_ exchange: Exchange.Slot) -> Nanoseconds {
        let end = exchanges[exchange].answering.cause == nil ? now : Clock.now()
        return end.since(exchanges[exchange].startedAt)
    }

    /// Copies method and target while the head they stand in is still there.
    mutating func saveLine(_ exchange: Exchange.Slot) {
        let length = min(exchanges[exchange].asked.lineLength, Limits.loggedTarget)
        if length == 0 {
            exchanges[exchange].asked.savedLine.append("-")
        } else {
            exchanges[exchange].saveLine(length)
        }
    }
}
