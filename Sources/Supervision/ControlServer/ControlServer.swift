import Basics
import Control
import Kernel

/// The connections to the supervisor: lets clients in, yields what they ask for and takes what they
/// are answered. Only one request of a connection is answered at a time, and a client that is owed
/// an answer is not read from.
final class ControlServer {
    typealias Key = ControlConnection.Key

    private let socket: ListeningSocket
    private let log: LogStream
    private var connections = Slab<ControlConnection>(capacity: Limits.connections)
    /// Those that may have a request, in the order of their turns.
    private var queued: [Key] = []
    /// When clients are let in again; nil while they are.
    private var acceptsAt: Instant?
    private var isGuardianLost = false

    /// Takes a socket that the poller watches for readable.
    init(_ socket: ListeningSocket, log: LogStream) {
        self.socket = socket
        self.log = log
    }

    /// Which connection an event of the poller is about.
    func key(of token: Token) -> Key { token.key(in: connections) }

    /// Whether requests wait for their turn.
    var hasRequests: Bool { !queued.isEmpty }

    /// Whether the guardian has gone since this was asked last.
    func takeLossOfGuardian() -> Bool {
        defer { isGuardianLost = false }
        return isGuardianLost
    }

    /// When to call `timePassed` though nothing happens.
    var nextLook: Instant {
        var first = acceptsAt ?? .never
        connections.forEachSlot { first = min(first, connections[$0].patienceEnds ?? .never) }
        return first
    }

    /// Lets clients in again after a pause, and closes those that have been silent for too long.
    func timePassed(_ poller: borrowing Poller, now: Instant) {
        if let moment = acceptsAt, moment < now {
            acceptsAt = nil
            try? poller.add(
                socket.reference, for: .readable,
                token: Token(kind: EventSource.controlSocket.rawValue))
        }
        for key in keys(where: { $0.isSilent(now: now) }) { close(key, poller) }
    }

    private func keys(where fits: (ControlConnection) -> Bool) -> [Key] {
        var found: [Key] = []
        connections.forEachSlot { slot in
            if fits(connections[slot]) { found.append(connections.key(slot)) }
        }
        return found
    }
}

/// Clients that come, and those that are closed in favour of others.
extension ControlServer {
    /// Clients wait at the socket.
    func clientsCame(_ poller: borrowing Poller, now: Instant) {
        for _ in 0..<Limits.clientsAccepted {
            switch Socket.accept(from: socket.reference) {
            case .connection(let socket, _):
                // The folder is closed to other users; this holds even if it is opened to them.
                guard let peer = try? Socket.peer(of: socket), peer.user == ThisProcess.user,
                    !connections.isFull || closeSilent(poller)
                else { continue }
                take(socket, for: .client, poller, now: now)
            case .vanished: continue
            case .none: return
            case .exhausted:
                // Those that wait would wake the loop again at once.
                if closeSilent(poller) { continue }
                poller.remove(socket.reference)
                acceptsAt = now + Limits.acceptPause
                return
            }
        }
    }

    /// Begins to serve a connection.
    func take(
        _ socket: consuming Descriptor, for peer: ControlConnection.Peer,
        _ poller: borrowing Poller, now: Instant
    ) {
        let connection = ControlConnection(socket, for: peer, now: now)
        let key = connections.insert(connection)
        let token = Token(kind: EventSource.connection.rawValue, key: key)
        do throws(SystemError) {
            try poller.add(connection.socket.reference, for: .readable, token: token)
        } catch {
            _ = connections.remove(key.slot)
            return
        }
        if peer == .audience { follow(key) }
    }

    /// Closes the connection of the client that has said nothing for the longest time, or else of
    /// one that is owed nothing, in favour of one that may have something to say. False when there
    /// is none.
    private func closeSilent(_ poller: borrowing Poller) -> Bool {
        var found: (key: Key, until: Instant)?
        connections.forEachSlot { slot in
            guard let until = connections[slot].spareUntil, found.map({ until < $0.until }) ?? true
            else { return }
            found = (connections.key(slot), until)
        }
        if let found { close(found.key, poller) }
        return found != nil
    }

    private func close(_ key: Key, _ poller: borrowing Poller) {
        let connection = connections.remove(key.slot)
        log.removeFollower(connection.outbox)
        poller.remove(connection.socket.reference)
        if connection.isGuardian { isGuardianLost = true }
    }
}

/// What is asked.
extension ControlServer {
    /// Something happened on a connection.
    func isReady(_ key: Key, _ readiness: Readiness, _ poller: borrowing Poller) {
        guard connections.isCurrent(key) else { return }
        if !connections[key.slot].mustListen {
            queue(key)
        } else if !readiness.isDisjoint(with: [.hungUp, .failed]) {
            // There is none any more that could take an answer.
            close(key, poller)
        }
    }

    private func queue(_ key: Key) {
        if connections[key.slot].isQueued { return }
        connections[key.slot].isQueued = true
        queued.append(key)
    }

    /// Takes one request of each connection that has any, in the order in which they came, so that
    /// one that asks without end keeps no other waiting. `answer` is to see to each.
    func takeRequests(
        _ poller: borrowing Poller, _ answer: (ControlRequest, Key) -> Void
    ) {
        if queued.isEmpty { return }
        let deadline = Clock.now() + Limits.answering
        var taken = 0
        for key in queued {
            taken += 1
            takeRequest(of: key, poller, answer)
            if Clock.now() >= deadline { break }
        }
        queued.removeFirst(taken)
    }

    private func takeRequest(
        of key: Key, _ poller: borrowing Poller, _ answer: (ControlRequest, Key) -> Void
    ) {
        guard connections.isCurrent(key) else { return }
        let connection = connections[key.slot]
        connection.isQueued = false
        if connection.mustListen { return }
        switch connection.nextRequest() {
        case .request(let request):
            connection.asked(request)
            answer(request, key)
        case .nothingYet: return
        case .misspelt(let reason):
            // What follows in the stream can't be read either, so this is the last that it is told.
            connection.outbox.put(
                .refused(
                    Refusal(
                        what: "the request was not understood", why: reason,
                        advice: "nothing was done")))
            _ = connection.outbox.flush(to: connection.socket.reference)
            close(key, poller)
        case .over: close(key, poller)
        }
    }
}

/// What is answered.
extension ControlServer {
    /// The last answer to a request.
    func reply(_ reply: ControlReply, to key: Key) {
        guard connections.isCurrent(key) else { return }
        connections[key.slot].replied(reply)
    }

    /// Something that is told before the last answer, or that leaves open what else is owed.
    func tell(_ reply: ControlReply, to key: Key) {
        guard connections.isCurrent(key) else { return }
        connections[key.slot].outbox.put(reply)
    }

    /// From now on a connection is sent every record.
    func follow(_ key: Key) {
        guard connections.isCurrent(key), connections[key.slot].beginFollowing() else { return }
        let outbox = connections[key.slot].outbox
        outbox.put(.following(from: log.isKept ? log.nextSequence : 0))
        log.addFollower(outbox)
    }

    /// An answer is owed once every balancer goes by this roster, and so has handed over its lines.
    func awaitLines(_ key: Key, version: UInt64, now: Instant) {
        guard connections.isCurrent(key) else { return }
        connections[key.slot].awaitsLines(version: version, until: now + Limits.gathering)
    }

    /// Those that wait for lines which have come by now, or for which it is waited no longer.
    func thoseGathered(now: Instant, isAdopted: (UInt64) -> Bool) -> [Key] {
        keys { connection in
            guard case .awaitsLines(let version, let until) = connection.state else { return false }
            return isAdopted(version) || until <= now
        }
    }

    /// Whether any connection waits for every child to be ready.
    var awaitsReadiness: Bool {
        var awaits = false
        connections.forEachSlot { if connections[$0].state == .awaitsReady { awaits = true } }
        return awaits
    }

    /// Every child is ready, or one never will be.
    func readinessIsKnown(_ reply: ControlReply) {
        for key in keys(where: { $0.state == .awaitsReady }) { self.reply(reply, to: key) }
    }

    /// Sends what waits, and watches for room where it does not all fit.
    func flush(_ poller: borrowing Poller) {
        var broken: [Key] = []
        connections.forEachSlot { slot in
            let connection = connections[slot]
            let key = connections.key(slot)
            let outcome = connection.outbox.flush(to: connection.socket.reference)
            if outcome == .broken { broken.append(key) }
            if connection.hasRequestWaiting { queue(key) }
            guard let interest = connection.changedInterest(isBlocked: outcome == .blocked) else {
                return
            }
            try? poller.change(
                connection.socket.reference, to: interest,
                token: Token(kind: EventSource.connection.rawValue, key: key))
        }
        for key in broken { close(key, poller) }
    }

    /// The last words on every connection: `done` to those that asked for the end. None is waited
    /// for longer than a moment.
    func finish() {
        let deadline = Clock.now() + Limits.lastWords
        connections.forEachSlot { slot in
            let connection = connections[slot]
            if connection.state == .awaitsOutcome { connection.outbox.put(.done) }
            while connection.outbox.flush(to: connection.socket.reference) == .blocked {
                let left = deadline.since(Clock.now())
                if left.count == 0 { return }
                _ = Poll.wait(for: .writable, on: connection.socket.reference, timeout: left)
            }
        }
    }
}
