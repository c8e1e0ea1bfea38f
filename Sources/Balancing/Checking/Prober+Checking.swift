import Basics
import HTTP1
import Kernel
import ProxyProtocol

/// How a check is made.
///
/// One that only connects ends before the program there has heard of it. One that asks by HTTP
/// mostly goes over the connection of the one before it, as long as all is well: a new connection
/// costs three times as much, and is what shows that others can connect.
extension Prober {
    /// Begins a check that must be over at `deadline`.
    mutating func begin(
        _ probe: Probe.Slot, until deadline: Instant, _ now: Instant, _ poller: borrowing Poller
    ) {
        probes[probe].due = deadline
        // Whether others can connect is what a request that waits depends on.
        if probes[probe].hasConnection && !probes[probe].isUrgent {
            probes[probe].beginAgain()
            ask(probe, now, poller)
        } else {
            connect(probe, now, poller)
        }
    }

    private mutating func connect(_ probe: Probe.Slot, _ now: Instant, _ poller: borrowing Poller) {
        probes[probe].end()
        do throws(SystemError) {
            let begun = try probes[probe].address.connect(speakFirst: endsUnheard || speaksFirst)
            probes[probe].begin(begun, at: now, answers: answers(probe))
            // On the loopback it is done by now.
            advance(probe, now, poller)
            guard probes[probe].isUnderWay, let reference = probes[probe].reference else { return }
            try poller.add(
                reference, for: probes[probe].stage == .asked ? .answers : .everyChange,
                token: Token(kind: kind, key: probes.key(probe)))
        } catch {
            // That this process has run out of something says nothing about the backend.
            if error.errno.mayPass {
                putOff(probe, now)
            } else {
                conclude(probe, .failed("it can't be connected to: \(error.errno)"), now)
            }
        }
    }

    /// The connection of a check, or the one that was left for the next, has something to tell.
    mutating func told(_ event: Event, now: Instant, poller: borrowing Poller) {
        let key = event.token.key(in: probes)
        guard probes.isCurrent(key) else { return }
        let place = key.slot
        switch probes[place].stage {
        case .connecting: advance(place, now, poller)
        case .asked:
            if event.readiness != .writable { hear(place, event.readiness, now, poller) }
        case .resting:
            if event.readiness == .writable || !probes[place].hasConnection { return }
            // It has ended, and so may its process: that is looked at now. Where it is only its
            // way with connections, that is so once.
            probes[place].end()
            probes[place].endsConnections = true
            probes[place].due = now
        }
    }

    /// Goes on once it is connected.
    private mutating func advance(_ probe: Probe.Slot, _ now: Instant, _ poller: borrowing Poller) {
        switch probes[probe].progress() {
        case .underWay: return
        case .failed(let errno):
            conclude(probe, .failed("it can't be connected to: \(errno)"), now)
        case .connected where endsUnheard:
            probes[probe].endUnheard()
            conclude(probe, .passed, now)
        case .connected: ask(probe, now, poller)
        }
    }

    /// Whether all that is wanted is a connection.
    var endsUnheard: Bool { check == .tcp && proxy == nil }

    /// Whether there is something to say before the backend does.
    private var speaksFirst: Bool {
        switch check {
        case .off: false
        case .tcp: proxy != nil
        case .http: true
        case .words(let words, _): proxy != nil || !words.isEmpty
        }
    }

    /// Whether the connection of the check that is under way can carry another.
    func mayUseAgain(_ probe: Probe.Slot, _ now: Instant) -> Bool {
        guard case .http = check, !isOccupied(probe, now) else { return false }
        return proxy == nil && !probes[probe].endsConnections && !probes[probe].isUrgent
            && probes[probe].checksCarried < Limits.checksPerConnection
    }

    private mutating func ask(_ probe: Probe.Slot, _ now: Instant, _ poller: borrowing Poller) {
        let request = request(probe, now)
        switch probes[probe].ask(request) {
        case .moved:
            if check == .tcp { conclude(probe, .passed, now) }
        case .wouldBlock, .end: conclude(probe, .failed("it took no check"), now)
        case .failed where probes[probe].isReusing: connect(probe, now, poller)
        case .failed(let errno): conclude(probe, .failed("a check broke: \(errno)"), now)
        }
    }

    private func request(_ probe: Probe.Slot, _ now: Instant) -> ByteQueue {
        var request = ByteQueue(capacity: 256)
        // A backend that is told of clients waits for it on each connection; this one is our own.
        if let proxy { ProxyHeader.local.append(as: proxy, to: &request) }
        switch check {
        case .off, .tcp: break
        case .words(let words, _): request.append(words.span)
        case .http(let path):
            let close = mayUseAgain(probe, now) ? "" : "Connection: close\r\n"
            request.append(
                text: "GET \(path) HTTP/1.1\r\nHost: \(probes[probe].address.text)\r\n"
                    + "User-Agent: lbctl-health\r\n\(close)\r\n")
        }
        return request
    }

    private mutating func hear(
        _ probe: Probe.Slot, _ told: Readiness, _ now: Instant, _ poller: borrowing Poller
    ) {
        switch check {
        case .off, .tcp: return
        case .words(_, let expected): hear(probe, expected, now)
        case .http: hearAnswer(probe, isLast: told.contains(.peerEnded), now, poller)
        }
    }

    /// `isLast`: the backend will say no more on this connection.
    private mutating func hearAnswer(
        _ probe: Probe.Slot, isLast: Bool, _ now: Instant, _ poller: borrowing Poller
    ) {
        let outcome = listen(probe, isLast: isLast)
        switch CheckAnswer(probes[probe].answer, head: &responseHead) {
        case .status(let status, let keeps):
            let isFine = (200..<400).contains(status)
            conclude(
                probe, isFine ? .passed : .failed("it answered a check with \(status)"), now,
                keepsConnection: keeps && isFine && outcome == .wouldBlock)
            return
        case .partial: break
        }
        // It may have ended the connection just before it was asked.
        let isUnheard = probes[probe].isReusing && probes[probe].answer.isEmpty
        switch outcome {
        case .moved, .wouldBlock: return
        case .end where isUnheard, .failed where isUnheard: connect(probe, now, poller)
        case .end: conclude(probe, .failed("it closed a check without an answer"), now)
        case .failed(let errno): conclude(probe, .failed("a check broke: \(errno)"), now)
        }
    }

    /// Takes all that has come, within bounds.
    private mutating func listen(_ probe: Probe.Slot, isLast: Bool) -> Transfer {
        while true {
            probes[probe].answer.reserve(2048)
            let room = probes[probe].answer.room
            let outcome = probes[probe].receive()
            guard case .moved(let count) = outcome else { return outcome }
            // A backend that has sent less than there was room for has sent no more yet, but
            // perhaps its end.
            if count < room && !isLast { return .wouldBlock }
            if probes[probe].answer.count >= Limits.checkAnswer { return outcome }
        }
    }

    /// Listens for words that must be said, wherever in what is said.
    private mutating func hear(_ probe: Probe.Slot, _ expected: [UInt8], _ now: Instant) {
        while true {
            probes[probe].answer.reserve(4096)
            let outcome = probes[probe].receive()
            if Self.says(probes[probe].answer, expected) {
                conclude(probe, .passed, now)
                return
            }
            switch outcome {
            case .moved where probes[probe].answer.count < Limits.checkAnswer: continue
            case .moved: conclude(probe, .failed("it did not say what a check expects"), now)
            case .wouldBlock: return
            case .end:
                conclude(probe, .failed("it ended without what a check expects"), now)
            case .failed(let errno): conclude(probe, .failed("a check broke: \(errno)"), now)
            }
            return
        }
    }

    private static func says(_ queue: borrowing ByteQueue, _ words: [UInt8]) -> Bool {
        let bytes = queue.bytes
        var start = 0
        while start + words.count <= bytes.count {
            if bytes.extracting(start..<(start + words.count)).equals(words.span) { return true }
            start += 1
        }
        return false
    }
}
