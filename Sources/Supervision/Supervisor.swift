import Basics
import Control
import Kernel
import Planning
import Scoreboard

/// What a token of the supervisor's poller speaks of.
enum EventSource: UInt8 {
    case signals = 1
    case controlSocket, connection
    /// A child's pidfd, its two pipes, its readiness pipe and its link.
    case childEnded, childOutput, childErrors, childReadiness, childNotice, link
}

/// The parent of all children: starts them, hears how they do, tells the balancers, starts them
/// again, and gathers what they say. One thread, one loop.
public final class Supervisor {
    /// Whether the service is to go on.
    enum Phase: Equatable {
        case running
        /// Everything is ending; what still runs at that time is killed.
        case leaving(killAt: Instant)
        case left(exitCode: Int32)
    }

    var plan: ServicePlan
    let folder: RuntimeFolder
    let poller: Poller
    let signals: SignalQueue
    let lock: FileLock
    let log: LogStream
    let scoreboard: Scoreboard
    let listeners: [ListeningSocket]
    /// What they were opened for; the Procfile may say something else by now.
    let listen: [Address]
    let control: ControlServer
    let guardianPid: Int32
    let startedAt = Clock.wallTime()
    /// In the order in which people see them.
    var children: [SupervisedChild] = []
    /// All there have ever been, by their index; nothing where one is gone.
    var seats: [SupervisedChild?] = []
    var slots: SlotBook
    /// When it is said next for whom the end waits; nothing while nothing ends.
    var nextReminder: Instant?
    var exits: ExitReports
    var operations: Operations
    /// From 1: a balancer takes 0 for none.
    var rosterVersion: UInt64 = 1
    var phase = Phase.running
    var acceptance = Acceptance.listening
    var release = Release.none
    /// Whether it was said how many copies of a type there are, and why.
    var hasToldOfCopies = false
    var now = Clock.now()
    /// Whether processes that had become ours have been reaped since it was last looked at what is
    /// left of children.
    var hasReapedOrphans = false
    /// The memory that every pipe is read into.
    var scratch = ByteQueue(capacity: 65536)
    /// That of a second pipe, where both of a process are read together.
    var errorScratch = ByteQueue(capacity: 16384)
    let streamWatch = StreamWatch()

    init(_ opening: consuming Opening) {
        plan = opening.plan
        exits = ExitReports(unit: opening.plan.unit)
        operations = Operations(advice: Self.whereToLook(opening.plan.name))
        folder = opening.folder
        poller = opening.poller
        signals = opening.signals
        lock = opening.lock
        log = opening.log
        scoreboard = opening.scoreboard
        listeners = opening.listeners
        listen = opening.plan.requestedListen
        control = ControlServer(opening.controlSocket, log: opening.log)
        guardianPid = ThisProcess.parentPid
        // Where the kernel chose the balancer's port, it is known by now.
        let port = opening.listeners.first?.address.port
        slots = SlotBook(capacity: opening.scoreboard.backendCapacity)
        for child in opening.plan.children {
            var child = child
            if child.role == .balancer { child.port = port ?? child.port }
            children.append(enrol(child))
        }
    }

    /// Runs the service until it is to end, and returns the exit code.
    func run() -> Int32 {
        startAll()
        // Somebody may wait for what is so already: nothing need happen any more.
        sweep()
        while true {
            let count = poller.wait(timeout: timeToNextDeadline())
            now = Clock.now()
            log.tick()
            // A death, and what the balancers say of it, does not wait behind a child that talks.
            for index in 0..<count where isUrgent(poller.event(index)) {
                dispatch(poller.event(index))
            }
            for index in 0..<count where !isUrgent(poller.event(index)) {
                dispatch(poller.event(index))
            }
            answerRequests()
            expireTimers()
            sweep()
            if case .left(let code) = phase { return code }
        }
    }

    private func isUrgent(_ event: Event) -> Bool {
        switch EventSource(rawValue: event.token.kind) {
        case .childEnded, .link, .childReadiness: true
        case .signals, .controlSocket, .connection, .childOutput, .childErrors, .childNotice, nil:
            false
        }
    }

    private func dispatch(_ event: Event) {
        guard let source = EventSource(rawValue: event.token.kind) else { return }
        switch source {
        case .signals: takeSignals()
        case .controlSocket: control.clientsCame(poller, now: now)
        case .connection:
            control.isReady(control.key(of: event.token), event.readiness, poller)
        case .childEnded: withChild(event.token) { processEnded($0, $1) }
        case .childOutput: withChild(event.token) { read($1.output, of: $1, $0) }
        case .childErrors:
            withChild(event.token) { child, process in
                if let errors = process.errors { read(errors, of: process, child) }
            }
        case .childReadiness: withChild(event.token) { readinessCame($0, $1) }
        case .childNotice: withChild(event.token) { noticeCame($0, $1) }
        case .link: withChild(event.token) { linkIsReady($0, $1) }
        }
    }

    /// Calls `body` unless the process that the token was made for is gone.
    private func withChild(_ token: Token, _ body: (SupervisedChild, ChildProcess) -> Void) {
        guard let child = seats[Int(token.slot)], let process = child.process,
            token.generation == UInt32(truncatingIfNeeded: child.generation)
        else { return }
        body(child, process)
    }

    func token(_ source: EventSource, _ child: SupervisedChild) -> Token {
        Token(
            kind: source.rawValue, slot: UInt32(child.index),
            generation: UInt32(truncatingIfNeeded: child.generation))
    }

    private func takeSignals() {
        while let signal = signals.next() {
            switch signal {
            case .child:
                noteStoppedChildren()
                reapOrphans()
            case .terminate, .interrupt, .hangUp, .quit:
                // Racing: the guardian's death sends SIGTERM, and its socket ends at about the
                // same time. Nobody is left then who could wait.
                if ThisProcess.parentPid != guardianPid {
                    guardianIsGone()
                } else {
                    leave(within: nil, why: "\(signal.name) received")
                }
            default: continue
            }
        }
    }

    private func timeToNextDeadline() -> Nanoseconds? {
        if control.hasRequests { return Nanoseconds(0) }
        var next: Instant?
        for child in children {
            let look = child.nextLook
            if look != .never { next = min(next ?? .never, look) }
        }
        if let retry = log.retry { next = min(next ?? .never, retry) }
        for case let moment? in [
            control.nextLook, exits.nextLook, operations.nextLook(after: now), nextReminder,
            nextAcceptance,
        ] {
            next = min(next ?? .never, moment)
        }
        return next.map { $0.since(Clock.now()) }
    }

    private func expireTimers() {
        settleExits()
        for child in children {
            readTalkers(of: child)
            showBeginnings(of: child)
            if let probe = child.process?.readiness.probe, probe.next < now {
                lookAtPort(of: child)
            }
            if child.attempts.nextWatch < now { lookAtStart(of: child) }
            child.attempts.timePassed(now: now)
            if child.process?.readiness.socket?.readsAt ?? .never < now {
                readNoticesAgain(of: child)
            }
            if let drain = child.drain, drain.nextLook < now { lookAtDrain(of: child) }
            // Strictly before: a restart "at once" comes in the turn after the death, in which the
            // balancers may already have said that they know of it.
            guard let deadline = child.lifecycle.deadline, deadline < now else { continue }
            if exits.holdsRestart(of: child.number, now: now) { continue }
            let state = child.lifecycle.state
            advance(child, overdue: state) {
                $0.deadlinePassed(stopLimit: child.plan.stopLimit, now: now)
            }
        }
        control.timePassed(poller, now: now)
    }

    /// What is done once at the end of each turn, however many events there were.
    private func sweep() {
        lookAtRests()
        settleExits()
        goOnAfterRelease()
        goOnWithOperations()
        forgetTheGone()
        answerWaiting()
        goOnLeaving()
        settleAcceptance()
        log.flush(now: now)
        control.flush(poller)
        noteLossOfGuardian()
    }
}
