import Basics
import Kernel

extension Worker {
    /// Writes the access line of an exchange that is over, as
    /// `127.0.0.1 "GET / HTTP/1.1" 200 13 0.412ms backend.2 id=01J…`.
    mutating func logAccess(_ exchange: Exchange.Slot) {
        if !accessLog.isOn { return }
        if exchanges[exchange].asked.isStream {
            logStream(exchange)
            return
        }
        scratch.removeAll()
        let claimed = exchanges[exchange].asked.claimedAddress
        let address = claimed.isEmpty ? clients[exchanges[exchange].client].address : claimed
        scratch.append(address.bytes)
        scratch.append(" \"")
        appendLine(exchange)
        scratch.append(
            exchanges[exchange].asked.minorVersion == 0 ? " HTTP/1.0\" " : " HTTP/1.1\" ")
        scratch.append(decimal: UInt64(exchanges[exchange].answering.status))
        scratch.append(Ascii.space)
        // Of a protocol that was changed to, what went to the client.
        let isStream = exchanges[exchange].phase == .streaming
        scratch.append(
            decimal: isStream
                ? exchanges[exchange].stream.down.count : exchanges[exchange].response.bodyBytes)
        scratch.append(Ascii.space)
        append(milliseconds: duration(exchange))
        scratch.append("ms ")
        appendBackend(exchange)
        appendFailures(exchange)
        scratch.append(" id=")
        let id = exchanges[exchange].asked.requestID
        scratch.append(id.bytes)
        scratch.append(Ascii.lineFeed)
        let dropped = accessLog.add(scratch, now)
        if dropped > 0 { lane.linesDropped(dropped) }
    }

    /// Writes the line of a connection of the TCP mode that is over: bytes to the backend, bytes to
    /// the client, and who ended it, as
    /// `127.0.0.1:40112 tcp up=17 down=4096 12.345ms backend.1 end=client`.
    private mutating func logStream(_ exchange: Exchange.Slot) {
        scratch.removeAll()
        let client = exchanges[exchange].client
        append(clients[client].address, clients[client].port)
        scratch.append(" tcp up=")
        scratch.append(decimal: exchanges[exchange].stream.up.count)
        scratch.append(" down=")
        scratch.append(decimal: exchanges[exchange].stream.down.count)
        scratch.append(Ascii.space)
        append(milliseconds: duration(exchange))
        scratch.append("ms ")
        appendBackend(exchange)
        appendAttempts(exchange)
        scratch.append(" end=")
        scratch.append(endWord(exchange))
        scratch.append(Ascii.lineFeed)
        let dropped = accessLog.add(scratch, now)
        if dropped > 0 { lane.linesDropped(dropped) }
    }

    /// How long an exchange has taken. Where something went wrong it may have begun in this very
    /// turn of the loop, and been tried on several backends since: then the clock is asked.
    private func duration(_ exchange: Exchange.Slot) -> Nanoseconds {
        let end = exchanges[exchange].answering.cause == nil ? now : Clock.now()
        return end.since(exchanges[exchange].startedAt)
    }

    /// Writes the line of a connection of which nobody can say whose it is, as
    /// `127.0.0.1:40112 refused error=proxy_header_malformed`.
    mutating func logRefusal(_ address: InlineText, _ port: UInt16, _ why: StaticString) {
        if !accessLog.isOn { return }
        scratch.removeAll()
        append(address, port)
        scratch.append(" refused error=")
        scratch.append(why)
        scratch.append(Ascii.lineFeed)
        let dropped = accessLog.add(scratch, now)
        if dropped > 0 { lane.linesDropped(dropped) }
    }

    /// Address and port of a client, an IPv6 address in brackets.
    private mutating func append(_ address: InlineText, _ port: UInt16) {
        let isSixth = (0..<address.count).contains { address[$0] == Ascii.colon }
        if isSixth { scratch.append("[") }
        scratch.append(address.bytes)
        scratch.append(isSixth ? "]:" : ":")
        scratch.append(decimal: UInt64(port))
    }

    /// Who ended a stream, or why it was cut.
    private func endWord(_ exchange: Exchange.Slot) -> StaticString {
        switch exchanges[exchange].answering.cause {
        case nil: exchanges[exchange].stream.endsFirst == .client ? "client" : "backend"
        case .terminated, .incomplete: "backend_reset"
        case .clientLeft: "client_reset"
        case .tooManyRequests: "rate_limited"
        case .banned: "banned"
        case .some(let cause): cause.word
        }
    }

    private mutating func appendBackend(_ exchange: Exchange.Slot) {
        if let index = roster.index(ofSlot: exchanges[exchange].attempts.process.slot) {
            let name = roster.members[index].name
            scratch.append(name.bytes)
        } else {
            scratch.append("-")
        }
    }

    /// What went wrong, in the words of Proxy-Status: each attempt that failed, as
    /// ` tries=2 failed=backend.1:connection_refused`, and why the answer was ours or cut short.
    private mutating func appendFailures(_ exchange: Exchange.Slot) {
        if exchanges[exchange].answering.cause == nil && exchanges[exchange].attempts.log.count <= 1
        {
            return
        }
        appendAttempts(exchange)
        if let cause = exchanges[exchange].answering.cause, cause != .meantForUs {
            scratch.append(" error=")
            scratch.append(cause.word)
        }
    }

    private mutating func appendAttempts(_ exchange: Exchange.Slot) {
        let tried = exchanges[exchange].attempts.log
        if tried.count > 1 {
            scratch.append(" tries=")
            scratch.append(decimal: UInt64(tried.count))
        }
        var failures = 0
        for index in tried.kept {
            guard let cause = tried.cause(index) else { continue }
            scratch.append(failures == 0 ? " failed=" : ",")
            failures += 1
            if let member = roster.index(ofSlot: tried.slot(index)) {
                let name = roster.members[member].name
                scratch.append(name.bytes)
            } else {
                scratch.append("-")
            }
            scratch.append(":")
            scratch.append(cause.word)
        }
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

    private mutating func appendLine(_ exchange: Exchange.Slot) {
        let before = scratch.count
        exchanges[exchange].appendLine(Limits.loggedTarget, to: &scratch)
        scratch.escape(from: before)
    }

    /// Three decimals.
    private mutating func append(milliseconds span: Nanoseconds) {
        let micros = span.count / 1000
        scratch.append(decimal: micros / 1000)
        scratch.append(".")
        let rest = micros % 1000
        scratch.append(UInt8(48 + rest / 100))
        scratch.append(UInt8(48 + rest / 10 % 10))
        scratch.append(UInt8(48 + rest % 10))
    }
}
