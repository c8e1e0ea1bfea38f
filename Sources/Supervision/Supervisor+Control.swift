import Basics
import Control
import Kernel

extension Supervisor {
    func acceptConnections() {
        // So many a turn: others wait too, and the poller tells of the rest again.
        for _ in 0..<16 {
            switch Socket.accept(from: controlSocket.reference) {
            case .connection(let socket, _):
                // The folder is closed to others; this holds even if somebody opens it.
                guard let peer = try? Socket.peer(of: socket), peer.user == ThisProcess.user,
                    !connections.isFull || closeSilent()
                else { continue }
                take(socket, for: .client)
            case .vanished: continue
            case .none: return
            case .exhausted:
                // Whoever waits would wake us again at once.
                if closeSilent() { continue }
                poller.remove(controlSocket.reference)
                acceptAgain = now + Self.acceptPause
                return
            }
        }
    }

    /// How long nobody is let in where there is no descriptor for it.
    private static let acceptPause = Nanoseconds.milliseconds(100)

    /// Lets clients in again.
    func resumeAccepting() {
        guard let moment = acceptAgain, moment < now else { return }
        acceptAgain = nil
        try? poller.add(
            controlSocket.reference, for: .readable,
            token: Token(kind: EventSource.controlSocket.rawValue))
    }

    /// Closes the connection of the client that has said nothing for the longest time, or else of
    /// one that is owed nothing, in favour of one that may have something to say. False when there
    /// is none.
    private func closeSilent() -> Bool {
        var found: (key: Slab<ControlConnection>.Key, until: Instant)?
        connections.forEachSlot { slot in
            let connection = connections[slot]
            guard connection.peer == .client, !connection.isFollowing,
                case .listening(let until) = connection.state,
                found.map({ until < $0.until }) ?? true
            else { return }
            found = (connections.key(slot), until)
        }
        if let found { close(found.key) }
        return found != nil
    }

    /// Begins to serve a connection.
    func take(_ socket: consuming Descriptor, for peer: ControlConnection.Peer) {
        let connection = ControlConnection(socket, for: peer, now: now)
        let key = connections.insert(connection)
        let token = Token(kind: EventSource.connection.rawValue, key: key)
        do throws(SystemError) {
            try poller.add(connection.socket.reference, for: .readable, token: token)
        } catch {
            _ = connections.remove(key.slot)
            return
        }
        if peer == .audience { follow(connection) }
    }

    func connectionIsReady(_ key: Slab<ControlConnection>.Key, _ readiness: Readiness) {
        guard connections.isCurrent(key) else { return }
        if !connections[key.slot].mustListen {
            queue(key)
        } else if !readiness.isDisjoint(with: [.hungUp, .failed]) {
            // There is nobody any more who could take an answer.
            close(key)
        }
    }

    private func queue(_ key: Slab<ControlConnection>.Key) {
        if connections[key.slot].isQueued { return }
        connections[key.slot].isQueued = true
        talkers.append(key)
    }

    /// How long requests are answered in one turn of the loop; those that come later have theirs in
    /// the next.
    private static let answering = Nanoseconds.milliseconds(1)

    /// Takes one request of each connection that has any, in the order in which they came, so that
    /// one that asks without end keeps nobody waiting.
    func serveTalkers() {
        if talkers.isEmpty { return }
        let deadline = Clock.now() + Self.answering
        var served = 0
        for key in talkers {
            served += 1
            serve(key)
            if Clock.now() >= deadline { break }
        }
        talkers.removeFirst(served)
    }

    private func serve(_ key: Slab<ControlConnection>.Key) {
        guard connections.isCurrent(key) else { return }
        let connection = connections[key.slot]
        connection.isQueued = false
        if connection.mustListen { return }
        switch connection.nextRequest() {
        case .request(let request): answer(request, on: connection, key)
        case .nothingYet: return
        case .misspelt(let reason):
            refuseWords(of: connection, reason)
            close(key)
        case .over: close(key)
        }
    }

    /// What follows in the stream can't be read either, so this is the last that it is told.
    private func refuseWords(of connection: ControlConnection, _ reason: String) {
        connection.outbox.put(
            .refused(
                Refusal(
                    what: "the request was not understood", why: reason,
                    advice: "nothing was done")))
        _ = connection.outbox.flush(to: connection.socket.reference)
    }

    private func close(_ key: Slab<ControlConnection>.Key) {
        let connection = connections.remove(key.slot)
        log.removeFollower(connection.outbox)
        poller.remove(connection.socket.reference)
        if connection.isGuardian { guardianIsGone() }
    }

    private func follow(_ connection: ControlConnection) {
        if connection.isFollowing { return }
        connection.beginFollowing()
        connection.outbox.put(.following(from: log.isKept ? log.nextSequence : 0))
        log.addFollower(connection.outbox)
    }

    private func answer(
        _ request: ControlRequest, on connection: ControlConnection,
        _ key: Slab<ControlConnection>.Key
    ) {
        if !connection.isGuardian { connection.state = .listening(until: .never) }
        switch request {
        case .status: connection.outbox.put(.status(status()))
        case .follow: follow(connection)
        case .awaitReady: connection.state = .awaitsReady
        case .down(let time, let why):
            if !connection.isGuardian { connection.state = .awaitsOutcome }
            leave(within: time, why: why)
        case .kill(let targets, let signal, let restarts):
            connection.state = .awaitsOutcome
            kill(targets, Signal(rawValue: signal), restarts: restarts, asker: key)
        case .carryOut(let order):
            connection.state = .awaitsReports
            carryOut(order, asker: key)
        case .scale(let count):
            connection.state = .awaitsReports
            scale(to: Int(count), asker: key)
        case .reload:
            connection.state = .awaitsReports
            reload(asker: key)
        case .bans: connection.outbox.put(bans())
        case .lift(let clients): lift(clients, asker: key)
        case .gatherLog:
            // A worker writes its lines before it says that it goes by a roster.
            publishRoster()
            connection.state = .awaitsLines(version: rosterVersion, until: now + Self.gatherLimit)
        }
    }

    /// How long a balancer may take to hand over its lines; one that was stopped never does.
    private static let gatherLimit = Nanoseconds.milliseconds(200)

    /// Answers those who want to read the log, once all that was said before they asked is in it.
    private func settleGathering() {
        var settled: [Slab<ControlConnection>.Key] = []
        connections.forEachSlot { slot in
            guard case .awaitsLines(let version, let until) = connections[slot].state,
                isAdopted(version) || until <= now
            else { return }
            settled.append(connections.key(slot))
        }
        if settled.isEmpty { return }
        for child in children { readAll(of: child) }
        for key in settled { reply(.done, to: key) }
    }

    /// Answers those whose wish has come true, or can't any more.
    func answerThoseWhoWait() {
        settleGathering()
        guard let answer = readinessAnswer() else { return }
        connections.forEachSlot { slot in
            let connection = connections[slot]
            guard connection.state == .awaitsReady else { return }
            connection.outbox.put(answer)
            connection.state = .listening(until: .never)
        }
    }

    func reply(_ reply: ControlReply, to key: Slab<ControlConnection>.Key) {
        guard connections.isCurrent(key) else { return }
        let connection = connections[key.slot]
        connection.outbox.put(reply)
        connection.state = .listening(until: .never)
    }

    /// Whether everything is ready, or never will be; nothing while that is open.
    private func readinessAnswer() -> ControlReply? {
        switch release {
        case .running: if phase == .running { return nil }
        case .failed(let refusal): return .refused(refusal)
        case .none, .ended: break
        }
        if phase != .running {
            return .refused(Refusal(what: "the service is not ready", why: "it is being stopped"))
        }
        let hopeless = members.filter { isHopeless($0) }
        if let child = hopeless.first {
            let lines = child.lastLines.texts().map { "\n    \($0)" }.joined()
            let why = child.record.ending.isEmpty ? "it was not started" : child.record.ending
            let others = Figures.names(hopeless.dropFirst().map { $0.name })
            return .refused(
                Refusal(
                    what: "\(child.name) is not ready", why: why + lines,
                    advice: (others.isEmpty ? "" : "the same goes for \(others); ")
                        + "\(advised("logs")) tells more"))
        }
        let isReady = members.allSatisfy {
            ($0.lifecycle.state == .ready && $0.attempts.settlesAt == nil) || isDone($0)
        }
        return isReady && isAdopted(rosterVersion) ? .done : nil
    }

    private func isDone(_ child: SupervisedChild) -> Bool {
        child.plan.role == .other && child.lifecycle.state == .stopped
    }

    private func isHopeless(_ child: SupervisedChild) -> Bool {
        switch child.lifecycle.state {
        case .failed: true
        // One that has done its work, and need not go on.
        case .stopped, .done: child.plan.role != .other
        case .starting: child.attempts.isLate || isTriedInVain(child)
        case .backoff:
            child.attempts.isLate || isTriedInVain(child) || staysAwayForLong(child)
                || hasDiedUnready(child)
        case .stopping: child.attempts.isLate
        case .ready, .paused, .draining: false
        }
    }

    /// Whether it has been started again and again for as long as one start may take.
    private func isTriedInVain(_ child: SupervisedChild) -> Bool {
        child.attempts.isInVain(limit: child.plan.startLimit, now: now)
    }

    /// A balancer that dies before it serves does so again: what it is told to do can't be done. A
    /// program of somebody else's may only have been too early.
    private func hasDiedUnready(_ child: SupervisedChild) -> Bool {
        child.isForeignBalancer || (child.plan.role == .balancer && !child.attempts.isOver)
    }

    /// A start that is so far away is not waited for.
    private static let longAway = Nanoseconds.seconds(10)

    private func staysAwayForLong(_ child: SupervisedChild) -> Bool {
        child.lifecycle.deadline.map { $0.since(now) > Self.longAway } ?? false
    }

    /// Sends what waits, and watches for room where it does not all fit.
    func flushConnections() {
        var broken: [Slab<ControlConnection>.Key] = []
        connections.forEachSlot { slot in
            let connection = connections[slot]
            var isBlocked = false
            switch connection.outbox.flush(to: connection.socket.reference) {
            case .emptied: break
            case .blocked: isBlocked = true
            case .broken: broken.append(connections.key(slot))
            }
            var interest: Readiness = connection.mustListen ? [] : .readable
            if isBlocked { interest.insert(.writable) }
            if !connection.mustListen && connection.hasRequestWaiting {
                queue(connections.key(slot))
            }
            if interest != connection.interest {
                connection.interest = interest
                let key = connections.key(slot)
                try? poller.change(
                    connection.socket.reference, to: interest,
                    token: Token(kind: EventSource.connection.rawValue, key: key))
            }
        }
        for key in broken { close(key) }
    }

    /// When the first client has been silent, or has waited for lines, for too long.
    var firstPatience: Instant? {
        var first = Instant.never
        connections.forEachSlot { slot in
            switch connections[slot].state {
            case .listening(let until), .awaitsLines(_, let until): first = min(first, until)
            case .awaitsReady, .awaitsOutcome, .awaitsReports: break
            }
        }
        return first == .never ? nil : first
    }

    func expirePatience() {
        var silent: [Slab<ControlConnection>.Key] = []
        connections.forEachSlot { slot in
            if case .listening(let until) = connections[slot].state, until < now {
                silent.append(connections.key(slot))
            }
        }
        for key in silent { close(key) }
    }

    /// The last words on every connection: `done` to those who asked for the end. Nobody is waited
    /// for longer than a moment.
    func tellAllThatItIsOver() {
        let deadline = Clock.now() + .milliseconds(200)
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
