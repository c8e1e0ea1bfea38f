import Basics

/// Where the time of a request went, as `Server-Timing` says it to browsers' tools (W3C Server
/// Timing §2): `lb;dur=0.210, wait;dur=0.000, connect;dur=0.300, backend;dur=12.400;desc="…"`.
struct ServerTiming {
    /// In the balancer, which is all that is not in one of the others.
    var inside: Nanoseconds
    /// For a backend that could be chosen or had room.
    var waited: Nanoseconds
    /// Until the connection of the last attempt was there; nothing over one that was kept.
    var connecting: Nanoseconds
    /// From then on until the response's head was there; `nil` where no backend has answered.
    var backend: Nanoseconds?
    var name = InlineText()

    /// What is known of an exchange whose response's head is there now, or that is answered without
    /// one.
    init(_ exchange: borrowing Exchange, isAnswered: Bool, now: Instant) {
        let last = exchange.attempts.progress
        waited = exchange.attempts.waited
        let isConnected = isAnswered && last.isNew && last.firstSentAt != .never
        connecting = isConnected ? last.firstSentAt.since(last.chosenAt) : Nanoseconds(0)
        if isAnswered {
            let taken = now.since(last.chosenAt).count
            backend = Nanoseconds(taken.subtractingClamped(connecting.count))
        }
        let outside = waited.count + connecting.count + (backend?.count ?? 0)
        inside = Nanoseconds(now.since(exchange.startedAt).count.subtractingClamped(outside))
    }

    /// Appends the field with its line end.
    func append(to queue: inout ByteQueue) {
        queue.append("Server-Timing: lb;dur=")
        append(inside, to: &queue)
        queue.append(", wait;dur=")
        append(waited, to: &queue)
        queue.append(", connect;dur=")
        append(connecting, to: &queue)
        if let backend {
            queue.append(", backend;dur=")
            append(backend, to: &queue)
            queue.append(";desc=\"")
            for index in 0..<name.count where name[index] != Ascii.quote {
                if name[index] != Ascii.backslash { queue.append(name[index]) }
            }
            queue.append(Ascii.quote)
        }
        queue.append("\r\n")
    }

    /// Milliseconds with three decimals.
    private func append(_ span: Nanoseconds, to queue: inout ByteQueue) {
        let micros = span.count / 1000
        queue.append(decimal: micros / 1000)
        queue.append(0x2E)
        queue.append(decimal: UInt32(micros % 1000), width: 3)
    }
}
