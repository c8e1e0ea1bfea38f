import Basics
import Control
import Kernel
import Logs
import Planning

extension Supervisor {
    /// Lets an event change a child's lifecycle, and does what that asks for.
    /// `overdue` is the state that it was in for too long.
    @discardableResult
    func advance(
        _ child: SupervisedChild, overdue: ChildState? = nil,
        _ event: (inout Lifecycle) -> Lifecycle.Action
    ) -> Lifecycle.Action {
        let action = child.take(event)
        perform(action, on: child, overdue: overdue)
        return action
    }

    /// Does what a lifecycle asks for.
    func perform(
        _ action: Lifecycle.Action, on child: SupervisedChild, overdue: ChildState? = nil
    ) {
        if child.plan.role == .balancer {
            publisher.changed(child.number, isPaused: child.lifecycle.state == .paused)
        }
        switch action {
        case .nothing: return
        case .spawn: start(child)
        case .terminate:
            if overdue == .draining { tellUndrained(child) }
            if overdue == .starting { tellLate(child) }
            terminate(child)
        case .tellRest:
            tellOrphans(of: child)
            if child.isBalanced { publishRoster() }
        case .tellAllOfRest: tellAllOfRest(of: child)
        case .kill: tell(killAll(of: child), of: child)
        case .tell:
            if child.isBalanced { publishRoster() }
        case .proceedAndTell:
            if child.isBalanced { publishRoster() }
            if let process = child.process { Signals.send(.proceed, toGroup: process.pid) }
        }
    }

    /// Asks the leader alone: it may look after the others, and one that passes signals
    /// on would have them come twice.
    private func terminate(_ child: SupervisedChild) {
        child.drain = nil
        guard let process = child.process else { return }
        tellLimit(of: child)
        process.child.send(child.plan.stopSignal)
        // A stopped process hears of it only when it goes on.
        Signals.send(.proceed, toGroup: process.pid)
        if child.isBalanced { publishRoster() }
    }

    private func tellUndrained(_ child: SupervisedChild) {
        log.tell(
            ServiceEvent(.drainTimeout, child.subject)
                .with(.inHand, scoreboard.inHand(of: child)).with(.unit, plan.unit.noun)
                .with(.after, plan.drainLimit))
    }

    private func tellLate(_ child: SupervisedChild) {
        let limit = Figures.text(child.plan.startLimit)
        var why = unreadiness(of: child)
        var ending = "\(why) within \(limit)"
        if let stranger = child.attempts.stranger {
            why = child.portIsTaken(by: stranger)
            ending = why
        } else if let elsewhere = elsewhere(child) {
            why += "; " + elsewhere
            ending += "; " + elsewhere
        }
        child.attempts.wasLate()
        child.record.failed(ending)
        log.tell(
            ServiceEvent(.startTimeout, child.subject).with(.limit, child.plan.startLimit)
                .with(.reason, why))
    }

    private func start(_ child: SupervisedChild) {
        // They may still have its port.
        endEscapees(of: child)
        child.began(with: plan.recipe.environment, now: now)
        let launch = Launch(plan: child.plan, service: plan)
        guard let path = launch.path else {
            cannotBeStarted(child, launch.obstacle ?? "")
            return
        }
        if child.plan.role == .balancer { listenAgain() }
        do throws(SystemError) {
            let startedAt = Clock.wallTime()
            child.spawned(
                try spawn(child, launch, path), at: startedAt,
                settling: child.isForeignBalancer ? Limits.settling : nil, now: now)
            if let link = child.process?.link { publisher.began(child.processNumber, link) }
            if child.isBalanced { publishRoster() }
            if child.plan.role == .other { becameReady(child) }
        } catch {
            couldNotStart(child, launch, error)
        }
    }

    private func couldNotStart(_ child: SupervisedChild, _ launch: Launch, _ error: SystemError) {
        let words = "\((launch.path ?? child.plan.words[0]).text) can't be run: \(error.errno)"
        let why = launch.obstacle ?? words
        if !error.errno.mayPass {
            cannotBeStarted(child, why)
            return
        }
        // A client that waits for the service is told of it now, and not when it has passed.
        perform(child.wasBlocked(why, now: now, chance: Randomness.chance()), on: child)
        if child.lifecycle.state == .failed {
            log.tell(ServiceEvent(.failed, child.subject).with(.reason, why))
            return
        }
        log.tell(
            ServiceEvent(.blocked, child.subject).with(.reason, why)
                .with(.next, child.prospect(now: now))
                .with(.restartIn, child.restartsIn(now: now)))
    }

    /// Trying again would not help.
    private func cannotBeStarted(_ child: SupervisedChild, _ why: String) {
        child.record.failed(why)
        log.tell(ServiceEvent(.failed, child.subject).with(.reason, why))
        advance(child) { $0.couldNotBeSpawned() }
    }

    private func spawn(
        _ child: SupervisedChild, _ launch: Launch, _ path: ByteString
    ) throws(SystemError) -> ChildProcess {
        let spawner = ChildSpawner(
            plan: plan, folder: identity.folder, sockets: sockets, scoreboard: scoreboard,
            watch: output.watch)
        let share = child.plan.role == .balancer ? try balancerShare(child.plan) : nil
        let process = try spawner.spawn(
            child, launch, path, peers: table.members.map { ($0.plan.name, $0.plan.port) }, share,
            now: now)
        try watch(process, of: child)
        return process
    }

    private func balancerShare(
        _ plan: ChildPlan
    ) throws(SystemError) -> ChildSpawner.BalancerShare {
        let count = Opening.workers(of: plan)
        guard let workers = publisher.freeWorkers(count, of: scoreboard.workerCapacity) else {
            throw SystemError(call: "the scoreboard", errno: .noSpace)
        }
        return ChildSpawner.BalancerShare(workers: workers, roster: publisher.roster(table.roster))
    }

    private func watch(_ process: ChildProcess, of child: SupervisedChild) throws(SystemError) {
        try poller.add(
            process.child.pidDescriptor.reference, for: .readable, token: child.token(.childEnded))
        try output.begin(process, of: child, poller)
        if let readiness = process.readiness.pipe?.descriptor.reference {
            try poller.add(readiness, for: .readable, token: child.token(.childReadiness))
        }
        if let notices = process.readiness.socket {
            try poller.add(
                notices.socket.reference, for: .readable, token: child.token(.childNotice))
        }
        if let echo = process.echo {
            try poller.add(echo.reference, for: .readable, token: child.token(.echo))
        }
        if let link = process.link {
            try poller.add(link.reference, for: interest(of: link), token: child.token(.link))
        }
    }
}
