import Basics
import Control

/// Lines as JSON objects, for programs. What a client can make long comes last and is cut to what
/// there is room for, so that each line is an object whatever is asked for.
extension AccessLine {
    /// How much of what clients say is written, in bytes as they are written.
    private static let longestTarget = 1600
    private static let longestWord = 400
    /// The failed attempts that are listed, the last ones; `tries` tells how many there were.
    private static let listedFailures = 8

    /// A request's.
    mutating func writeJSON(
        _ facts: borrowing AccessLogger.RequestFacts, _ attempts: AttemptLog,
        _ last: AttemptProgress, _ roster: Roster
    ) {
        begin(at: facts.startedAt)
        queue.append(",\"client\":\"")
        queue.append(facts.client)
        queue.append("\",\"protocol\":")
        queue.append(facts.isOld ? "\"HTTP/1.0\"" : "\"HTTP/1.1\"")
        append(",\"status\":", UInt64(facts.status))
        append(",\"bytes\":", facts.bytes)
        append(facts.duration, facts.backend, attempts, roster)
        append(last, waited: facts.waited)
        queue.append(",\"error\":")
        if let cause = facts.cause, cause != .meantForUs {
            queue.append(Ascii.quote)
            queue.append(cause.word)
            queue.append(Ascii.quote)
        } else {
            queue.append("null")
        }
        queue.append(",\"id\":\"")
        queue.append(facts.id)
        queue.append(Ascii.quote)
        appendRequestLine(facts.line)
        if let visitor = facts.notes?.visitor {
            append(",\"referer\":", visitor.referrer)
            append(",\"user_agent\":", visitor.agent)
        } else {
            queue.append(",\"referer\":null,\"user_agent\":null")
        }
        queue.append("}")
    }

    /// That of a connection of the TCP mode.
    mutating func writeJSON(
        _ client: borrowing AccessLogger.Client, _ facts: AccessLogger.StreamFacts,
        _ attempts: AttemptLog, _ roster: Roster
    ) {
        begin(at: facts.startedAt)
        append(address: client)
        queue.append(",\"protocol\":\"tcp\"")
        append(",\"up\":", facts.up)
        append(",\"down\":", facts.down)
        append(facts.duration, facts.backend, attempts, roster)
        queue.append(",\"end\":\"")
        queue.append(facts.endWord)
        queue.append("\"}")
    }

    /// That of one that was refused before its client was known.
    mutating func writeJSON(
        _ client: borrowing AccessLogger.Client, refused why: StaticString, at moment: Instant
    ) {
        begin(at: moment)
        append(address: client)
        queue.append(",\"error\":\"")
        queue.append(why)
        queue.append("\"}")
    }

    private mutating func begin(at moment: Instant) {
        queue.removeAll()
        queue.append("{\"time\":\"")
        time.append(moment, to: &queue)
        queue.append(Ascii.quote)
    }

    private mutating func append(_ key: StaticString, _ number: UInt64) {
        queue.append(key)
        queue.append(decimal: number)
    }

    private mutating func append(address client: borrowing AccessLogger.Client) {
        queue.append(",\"client\":\"")
        queue.append(client.address)
        append("\",\"client_port\":", UInt64(client.port))
    }

    /// How long it took, and where it has been.
    private mutating func append(
        _ duration: Nanoseconds, _ backend: BackendSlot, _ attempts: AttemptLog, _ roster: Roster
    ) {
        queue.append(",\"duration_ms\":")
        append(milliseconds: duration)
        queue.append(",\"backend\":")
        append(name: backend, roster)
        append(",\"tries\":", UInt64(attempts.count))
        queue.append(",\"failed\":[")
        var isFirst = true
        for index in attempts.kept.suffix(Self.listedFailures) {
            guard let cause = attempts.cause(index) else { continue }
            queue.append(isFirst ? "{\"backend\":" : ",{\"backend\":")
            isFirst = false
            append(name: attempts.slot(index), roster)
            queue.append(",\"error\":\"")
            queue.append(cause.word)
            queue.append("\"}")
        }
        queue.append("]")
    }

    private mutating func append(name slot: BackendSlot, _ roster: Roster) {
        guard let index = roster.index(ofSlot: slot) else {
            queue.append("null")
            return
        }
        let name = roster.members[index].name
        JSONText.append(name.bytes, to: &queue)
    }

    /// What the last attempt took: `null` where it did not come to that, or over a connection that
    /// was there.
    private mutating func append(_ last: AttemptProgress, waited: Nanoseconds) {
        queue.append(",\"wait_ms\":")
        append(milliseconds: waited)
        append(",\"connect_ms\":", last.isNew ? last.firstSentAt : .never, since: last.chosenAt)
        append(",\"first_byte_ms\":", last.answeredAt, since: last.chosenAt)
    }

    private mutating func append(_ key: StaticString, _ moment: Instant, since start: Instant) {
        queue.append(key)
        if moment == .never {
            queue.append("null")
        } else {
            append(milliseconds: moment.since(start))
        }
    }

    /// Method and target, which are empty or a dash where they could not be read.
    private mutating func appendRequestLine(_ line: Span<UInt8>) {
        guard let blank = line.first(Ascii.space) else {
            queue.append(",\"method\":null,\"target\":null")
            return
        }
        append(",\"method\":", line.extracting(0..<blank))
        let target = line.extracting(blank + 1..<line.count)
        append(",\"target\":", target, longest: Self.longestTarget)
    }

    private mutating func append(
        _ key: StaticString, _ text: Span<UInt8>, longest: Int = longestWord
    ) {
        queue.append(key)
        let count = JSONText.fitting(text, in: longest)
        if text.isEmpty {
            queue.append("null")
        } else {
            JSONText.append(text.extracting(0..<count), to: &queue)
        }
    }
}
