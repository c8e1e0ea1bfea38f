import Basics
import HTTP1
import Kernel

/// Requests and streams that end before their time: no backend is tried any more.
extension Worker {
    /// What the client sent is no proper request; what it meant to send next can't be known.
    mutating func requestMalformed(_ exchange: Exchange.Slot, _ reason: Malformation) {
        exchanges[exchange].answering.keepsClient = false
        if exchanges[exchange].answering.hasAnswered {
            exchanges[exchange].answering.cause = .malformedRequest
            abort(exchange)
            return
        }
        if exchanges[exchange].phase == .readingHead {
            exchanges[exchange].asked.savedLine.append(text: "-")
        }
        abandonAttempt(exchange)
        answer(
            exchange, OwnAnswer(.malformedRequest, "\(reason.sentence)", status: reason.status))
    }

    /// The body is, or will be, longer than is allowed here.
    mutating func bodyTooLarge(_ exchange: Exchange.Slot) {
        exchanges[exchange].answering.keepsClient = false
        if exchanges[exchange].answering.hasAnswered {
            exchanges[exchange].answering.cause = .bodyTooLarge
            abort(exchange)
            return
        }
        abandonAttempt(exchange)
        answer(exchange, OwnAnswer(.bodyTooLarge, "the body is longer than is accepted here"))
    }

    /// The client left before it was answered.
    mutating func clientVanished(_ exchange: Exchange.Slot) {
        let client = exchanges[exchange].client
        exchanges[exchange].answering.cause = exchanges[exchange].answering.cause ?? .clientLeft
        if exchanges[exchange].asked.isStream || exchanges[exchange].phase == .streaming {
            endStream(exchange, reset: true)
            return
        }
        // 499 is nginx's: the client left, and no answer was sent.
        exchanges[exchange].answering.status = 499
        logAccess(exchange)
        abandonAttempt(exchange)
        // It may only be slow, or have ended its own direction: what it has got of an answer that
        // lasts until the close must not look whole.
        let isCut = exchanges[exchange].answering.hasAnswered
        discard(exchange)
        closeClient(client, reset: isCut)
    }

    /// Part of a response was sent and the rest will not come: the client must see that.
    mutating func abort(_ exchange: Exchange.Slot) {
        let client = exchanges[exchange].client
        noteStreamed(exchange)
        logAccess(exchange)
        abandonAttempt(exchange)
        discard(exchange)
        closeClient(client, reset: true)
    }

    /// Both sides have ended, or the stream is cut: a side that is still there sees a reset then.
    @discardableResult
    mutating func endStream(_ exchange: Exchange.Slot, reset: Bool) -> Step {
        let client = exchanges[exchange].client
        noteStreamed(exchange)
        logAccess(exchange)
        if reset, let upstream = exchanges[exchange].attempts.upstream {
            Socket.resetOnClose(upstreams[upstream].transport.socket)
        }
        abandonAttempt(exchange)
        discard(exchange)
        closeClient(client, reset: reset)
        return .gone
    }

    /// A stream is over, however it ended. Where a protocol was changed, its response was sent.
    private mutating func noteStreamed(_ exchange: Exchange.Slot) {
        if exchanges[exchange].phase != .streaming { return }
        exchanges[exchange].answering.isWhole = true
        if !exchanges[exchange].asked.isStream {
            counters.sent(status: exchanges[exchange].answering.status, isWhole: true)
            return
        }
        counters.streamed()
        if exchanges[exchange].attempts.upstream != nil {
            counters.streamed(slot: exchanges[exchange].attempts.process.slot)
        }
    }

    /// The client has as many connections as it may: this one is told so, and nothing is read.
    /// False when it is gone.
    mutating func refuse(_ client: ClientConnection.Slot) -> Bool {
        if exchanges.isFull {
            closeClient(client, reset: true)
            return false
        }
        let exchange = exchanges.insert(making: { Exchange(client: client, startedAt: now) }).slot
        clients[client].phase = .serving(exchange)
        noteHeard(client)
        counters.exchangeOpened()
        exchanges[exchange].asked.isStream = plan.isStream
        exchanges[exchange].asked.savedLine.append(text: "-")
        answer(exchange, Admission.refusal)
        return true
    }
}
