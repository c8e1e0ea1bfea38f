import Basics
import Kernel

/// The loop: one thread that waits, lets connections take their turns, and leaves when told to.
struct Server: ~Copyable {
    enum Kind: UInt8 {
        case listener = 1
        case signals, connection, supervisor
    }

    static let mostConnections: UInt64 = 65536
    /// A connection that is silent for so long is closed. Balancers let go of theirs much sooner,
    /// so a request never meets this.
    static let silence = Nanoseconds.minutes(5)
    /// When there are no descriptors left, the next try is after this time.
    static let exhaustionPause = Nanoseconds.milliseconds(50)
    static let leavingTime = Nanoseconds.seconds(5)

    let address: Address
    private let poller: Poller
    private let signals: SignalQueue
    /// `nil` once it is to leave.
    private var listener: Descriptor?
    private var backend: Backend
    private let supervisor: SupervisorLink?
    private var connections: Slab<Connection>
    private var alarms = Alarms()
    /// Connections whose share of the last round was not enough.
    private var again: [Slab<Connection>.Key] = []
    private var now: Instant
    /// Until when no connection is accepted; `nil` while they are.
    private var acceptsFrom: Instant?
    private var nextSweep: Instant
    /// When it leaves even if connections are still open; `nil` until it is told to leave.
    private var leavesAt: Instant?

    init(_ settings: Settings) throws(SystemError) {
        Signals.letWritesFail()
        let signals = try SignalQueue([.terminate, .interrupt])
        ThisProcess.raiseDescriptorLimit(to: Self.mostConnections)
        let poller = try Poller()
        let listener = try Socket.listen(on: settings.address)
        let bound = try Socket.localAddress(of: listener)
        try poller.add(
            listener.reference, for: .readable, token: Token(kind: Kind.listener.rawValue))
        try poller.add(
            signals.reference, for: .readable, token: Token(kind: Kind.signals.rawValue))
        let link = try settings.controlDescriptor.map { (number) throws(SystemError) in
            try SupervisorLink(inherited: number)
        }
        if let link {
            try poller.add(
                link.reference, for: .readable, token: Token(kind: Kind.supervisor.rawValue))
        }
        supervisor = link
        address = bound
        connections = Slab(
            capacity: Int(min(max(64, ThisProcess.descriptorLimit), Self.mostConnections)))
        backend = Backend(settings, listeningOn: bound)
        now = Clock.now()
        nextSweep = now + Self.silence
        self.poller = poller
        self.signals = signals
        self.listener = consume listener
        // What it is told at its start holds for the first request.
        takeOrders()
    }

    private mutating func takeOrders() {
        guard let supervisor else { return }
        if let order = supervisor.next() {
            backend.behave(order.faults)
            supervisor.confirm(order)
        }
        if supervisor.isOver { poller.remove(supervisor.reference) }
    }

    /// Says that it listens: a line for people, a byte for a supervisor.
    func announce(on ready: Int32?) throws(SystemError) {
        DescriptorReference.standardOutput.writeAll("listening on \(address)\n")
        guard let ready else { return }
        do throws(SystemError) {
            let descriptor = try Descriptor.inherited(ready)
            descriptor.reference.writeAll("\n")
        } catch {
            throw SystemError(call: "--ready-fd \(ready)", errno: error.errno)
        }
    }

    /// Serves until a signal ends it.
    mutating func run() {
        while true {
            let count = poller.wait(timeout: patience())
            now = Clock.now()
            let waiting = again
            again.removeAll(keepingCapacity: true)
            for index in 0..<count { dispatch(poller.event(index)) }
            for key in waiting where connections.isCurrent(key) { turn(key.slot) }
            while let key = alarms.nextDue(now: now) {
                if connections.isCurrent(key) { turn(key.slot) }
            }
            if let from = acceptsFrom, from <= now { resumeAccepting() }
            if nextSweep <= now { sweep() }
            if let leavesAt, connections.count == 0 || leavesAt <= now {
                cut()
                return
            }
        }
    }

    /// Resets the connections that are still open: their clients are to see that something is
    /// missing.
    private func cut() {
        for slot in slots() { Socket.resetOnClose(connections[slot].socket) }
    }

    /// How long nothing needs to be done if nothing happens.
    private func patience() -> Nanoseconds? {
        if !again.isEmpty { return Nanoseconds(0) }
        var least = alarms.untilNext(now: now)
        for time in [acceptsFrom, leavesAt, connections.count == 0 ? nil : nextSweep] {
            guard let time else { continue }
            least = min(least ?? time.since(now), time.since(now))
        }
        return least
    }

    private mutating func dispatch(_ event: Event) {
        switch Kind(rawValue: event.token.kind) {
        case .listener: accept()
        case .supervisor: takeOrders()
        case .signals:
            while signals.next() != nil { leave() }
        case .connection:
            let key = event.token.key(in: connections)
            if !connections.isCurrent(key) { return }
            // Both directions are over or the connection is broken: nothing can be sent any more.
            if !event.readiness.isDisjoint(with: [.failed, .hungUp]) { return close(key.slot) }
            connections[key.slot].note(event.readiness)
            turn(key.slot)
        case nil: fatalError("an event of a kind that was never given out")
        }
    }

    private mutating func turn(_ slot: Slab<Connection>.Slot) {
        connections[slot].lastTouched = now
        switch connections[slot].turn(&backend, now: now) {
        case .over: close(slot)
        case .again: again.append(connections.key(slot))
        case .waits(let until):
            if leavesAt != nil && connections[slot].isIdle { return close(slot) }
            if let until, connections[slot].alarm != until {
                connections[slot].alarm = until
                alarms.set(connections.key(slot), at: until)
            }
        }
    }

    private mutating func close(_ slot: Slab<Connection>.Slot) {
        _ = connections.remove(slot)
        if acceptsFrom != nil { resumeAccepting() }
    }
}

/// Accepting and leaving.
extension Server {
    private mutating func accept() {
        // Not without end, so that a flood of new connections does not hold up the others.
        for _ in 0..<64 {
            guard let key = connections.nextKey else { return pauseAccepting() }
            switch acceptOne() {
            case .connection(let socket, _): admit(socket, key)
            case .none: return
            case .vanished: continue
            case .exhausted: return pauseAccepting()
            }
        }
    }

    private func acceptOne() -> Socket.Accepted {
        switch listener {
        case .some(let listener): Socket.accept(from: listener.reference)
        case .none: .none
        }
    }

    /// The listener, if it is still open.
    private var openListener: DescriptorReference? {
        switch listener {
        case .some(let listener): listener.reference
        case .none: nil
        }
    }

    private mutating func admit(_ socket: consuming Descriptor, _ key: Slab<Connection>.Key) {
        let token = Token(kind: Kind.connection.rawValue, key: key)
        do throws(SystemError) {
            try poller.add(socket.reference, for: .everyChange, token: token)
        } catch {
            // The kernel's limit of watches: this one can't be served.
            return
        }
        let slot = connections.insert(
            Connection(socket: socket, mode: backend.settings.mode, now: now)
        ).slot
        if backend.settings.hasBanner && backend.settings.mode == .tcp {
            connections[slot].say(backend.identity.greeting)
        }
        // Most often its first request is here already.
        turn(slot)
    }

    /// Connections that wait stay in the kernel's queue. Without this the poller would tell of them
    /// again and again.
    private mutating func pauseAccepting() {
        guard let openListener, acceptsFrom == nil else { return }
        poller.remove(openListener)
        acceptsFrom = now + Self.exhaustionPause
    }

    private mutating func resumeAccepting() {
        acceptsFrom = nil
        guard let openListener else { return }
        do throws(SystemError) {
            try poller.add(
                openListener, for: .readable, token: Token(kind: Kind.listener.rawValue))
        } catch {
            acceptsFrom = now + Self.exhaustionPause
        }
    }

    /// Closes what has been silent for too long.
    private mutating func sweep() {
        nextSweep = now + Nanoseconds.seconds(30)
        for slot in slots() {
            let silence = now.since(connections[slot].lastTouched)
            if silence > Self.silence && !connections[slot].mayBeSilent { close(slot) }
        }
    }

    private func slots() -> [Slab<Connection>.Slot] {
        var slots: [Slab<Connection>.Slot] = []
        connections.forEachSlot { slots.append($0) }
        return slots
    }

    /// The first time: accepts the connections that wait, lets all of them finish. The second time:
    /// at once.
    private mutating func leave() {
        if leavesAt != nil {
            leavesAt = now
            return
        }
        accept()
        listener = nil
        acceptsFrom = nil
        leavesAt = now + Self.leavingTime
        backend.isLeaving = true
        for slot in slots() {
            // A last look: a request that is here already is still answered.
            connections[slot].note(.readable)
            turn(slot)
        }
    }
}
