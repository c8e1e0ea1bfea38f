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
    /// What lb-echo says over its own socket.
    case echo
    /// A command of `--on-event`.
    case messageEnded, messageOutput
}

/// The parent of all children: starts them, hears how they do, tells the balancers, starts them
/// again, and gathers what they say. One thread, one loop.
public final class Supervisor {
    var plan: ServicePlan
    let identity: SupervisorIdentity
    let poller: Poller
    let signals: SignalQueue
    let log: LogStream
    let scoreboard: Scoreboard
    let sockets: BalancerSockets
    let control: ControlServer
    let output: OutputReader
    var table: ProcessTable
    var publisher: RosterPublisher
    var exits: ExitReports
    var operations: Operations
    var access = ClientAccess()
    var release = Release.none
    var shutdown = Shutdown()
    var adoptedExits = AdoptedExits()
    /// The time at which this turn of the loop began.
    var now = Clock.now()

    init(_ opening: consuming Opening) {
        plan = opening.plan
        exits = ExitReports(unit: opening.plan.unit)
        operations = Operations(advice: opening.plan.whereToLook)
        poller = opening.poller
        signals = opening.signals
        log = opening.log
        scoreboard = opening.scoreboard
        sockets = BalancerSockets(all: opening.listeners, asked: opening.plan.requestedListen)
        control = ControlServer(opening.controlSocket, log: opening.log)
        output = OutputReader(log: opening.log, scoreboard: opening.scoreboard)
        table = ProcessTable(backends: opening.scoreboard.backendCapacity)
        publisher = RosterPublisher(algorithm: opening.plan.algorithm)
        identity = SupervisorIdentity(folder: opening.folder, lock: opening.lock)
        for child in plan.children {
            var child = child
            // Where the kernel chose the balancer's port, it is known by now.
            if child.role == .balancer { child.port = sockets.port ?? child.port }
            table.append(enrol(child))
        }
    }

    /// Runs the service until it is to end, and returns the exit code.
    func run() -> Int32 {
        startAll()
        // A client may wait for what is so already: nothing need happen any more.
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
            if shutdown.isOver { return release.exitCode }
        }
    }

    private func isUrgent(_ event: Event) -> Bool {
        switch EventSource(rawValue: event.token.kind) {
        case .childEnded, .link, .childReadiness, .echo: true
        case .signals, .controlSocket, .connection, .childOutput, .childErrors, .childNotice,
            .messageEnded, .messageOutput, nil:
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
        case .childOutput:
            withChild(event.token) { output.read($1.output, of: $0, $1, poller, now: now) }
        case .childErrors:
            withChild(event.token) { child, process in
                guard let errors = process.errors else { return }
                output.read(errors, of: child, process, poller, now: now)
            }
        case .childReadiness: withChild(event.token) { readinessCame($0, $1) }
        case .childNotice: withChild(event.token) { noticeCame($0, $1) }
        case .link: withChild(event.token) { linkIsReady($0, $1) }
        case .echo: withChild(event.token) { echoIsReady($1) }
        case .messageEnded:
            log.messages.processEnded(event.token, log, poller, now: now)
            // It may have hidden others that have ended.
            reapOrphans()
        case .messageOutput: log.messages.outputCame(event.token, log, poller, now: now)
        }
    }

    /// Calls `body` unless the process that the token was made for is gone.
    private func withChild(_ token: Token, _ body: (SupervisedChild, ChildProcess) -> Void) {
        if let (child, process) = table.process(of: token) { body(child, process) }
    }

    private func takeSignals() {
        while let signal = signals.next() {
            switch signal {
            case .child:
                noteStoppedChildren()
                reapOrphans()
            case .terminate, .interrupt, .hangUp, .quit:
                // Racing: the guardian's death sends SIGTERM, and its socket ends at about the
                // same time. Nothing is left then that could wait.
                if identity.hasLostGuardian {
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
        var next = min(table.nextLook, shutdown.nextLook)
        next = min(next, access.bans.nextLook)
        if access.acceptance.state != .listening {
            next = min(next, access.acceptance.nextLook(acceptingBalancers, now: now))
        }
        next = min(next, log.retry ?? .never, control.nextLook, exits.nextLook)
        next = min(next, operations.nextLook(after: now), log.messages.nextLook)
        return next == .never ? nil : next.since(Clock.now())
    }

    private func expireTimers() {
        settleExits()
        for child in table.children {
            output.timePassed(child, poller, now: now)
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
        lookAtBans()
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
        settleAvailability()
        log.messages.goOn(in: plan, log, poller, now: now)
        log.flush(now: now)
        control.flush(poller)
        noteLossOfGuardian()
    }
}
