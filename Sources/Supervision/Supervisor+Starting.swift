import Basics
import Control
import Kernel
import Planning

extension Supervisor {
    /// Starts every child; the balancer first, since it can wait for backends.
    func startAll() {
        log.tick()
        log.openRun(
            "lbctl \(productVersion) runs '\(plan.name)' (supervisor pid \(ThisProcess.pid))")
        for notice in plan.notices { log.say(notice) }
        let first = children.contains { $0.plan.isRelease } ? beginRelease() : children
        for child in first { perform(child.lifecycle.startRequested(), on: child) }
    }

    /// Does what a lifecycle asks for.
    /// `overdue` is the state that it was in for too long.
    func perform(
        _ action: Lifecycle.Action, on child: SupervisedChild, overdue: ChildState? = nil
    ) {
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

    /// Asks the leader, and nobody else: it may look after the others, and one that passes signals
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
        let left = left(with: child)
        let title = child.title(pid: child.process?.pid)
        log.say(
            "\(title) still has \(Figures.count(left, plan.unit)) after "
                + "\(Figures.text(plan.drainLimit)); ending it")
    }

    private func tellLate(_ child: SupervisedChild) {
        child.wasLate = true
        let limit = Figures.text(child.plan.startLimit)
        var why = unreadiness(of: child)
        child.ending = "\(why) within \(limit)"
        if let stranger = child.stranger {
            why = strangerWords(child, stranger)
            child.ending = why
        } else if let elsewhere = elsewhere(child) {
            why += "; " + elsewhere
            child.ending += "; " + elsewhere
        }
        log.say(
            "\(child.title(pid: child.process?.pid)) was not ready within \(limit): \(why); "
                + "ending it ('up --start-timeout' gives it longer)")
    }

    private func start(_ child: SupervisedChild) {
        // They may still have its port.
        endEscapees(of: child)
        child.takeNextPlan()
        child.forgetAddress()
        child.holdPort()
        child.environment = plan.recipe.environment
        child.generation += 1
        child.triedSince = child.triedSince ?? now
        child.verdictIsUp = true
        child.killOrder = nil
        child.hasFinished = false
        child.stranger = nil
        child.readyAfter = nil
        child.lastLines.removeAll()
        let launch = Launch(plan: child.plan, service: plan)
        guard let path = launch.path else {
            child.lifecycle.couldNotBeSpawned()
            child.ending = launch.obstacle ?? ""
            log.say("\(child.name) can't be started: \(child.ending)")
            if child.isBalanced { publishRoster() }
            return
        }
        if child.plan.role == .balancer { listenAgain() }
        do throws(SystemError) {
            let startedAt = Clock.wallTime()
            child.process = try spawn(child, launch, path)
            child.startedAt = startedAt
            child.restarting.started()
            child.lifecycle.spawned(now: now, limit: child.plan.startLimit)
            child.startWatch = StartWatch(now: now)
            child.settlesAt = child.isForeignBalancer ? now + Self.settling : nil
            if child.isBalanced { publishRoster() }
            if child.plan.role == .other { becameReady(child) }
        } catch {
            couldNotStart(child, launch, error)
        }
    }

    private static let settling = Nanoseconds.milliseconds(500)

    private func couldNotStart(_ child: SupervisedChild, _ launch: Launch, _ error: SystemError) {
        let words = "\((launch.path ?? child.plan.words[0]).text) can't be run: \(error.errno)"
        child.ending = launch.obstacle ?? words
        if !error.errno.mayPass {
            log.say("\(child.name) can't be started: \(child.ending)")
            child.lifecycle.couldNotBeSpawned()
            if child.isBalanced { publishRoster() }
            return
        }
        let verdict = child.restarting.ended(
            .blocked, readyFor: nil, now: now, chance: chance())
        // Whoever waits for the service is told of it now, and not when it has passed.
        child.wasLate = true
        child.lifecycle.spawned(now: now, limit: child.plan.startLimit)
        perform(child.lifecycle.exited(verdict, now: now), on: child)
        log.say("\(child.name) can't be started: \(child.ending); \(next(for: child))")
    }

    private func spawn(
        _ child: SupervisedChild, _ launch: Launch, _ path: ByteString
    ) throws(SystemError) -> ChildProcess {
        do throws(SystemError) {
            return try spawn(child, launch, path: path, words: child.plan.words)
        } catch {
            guard error.call == "execve", error.errno == .notExecutable, launch.isScript else {
                throw error
            }
            // A script without a first line that names its interpreter: a shell would run it too.
            let words = ["/bin/sh", path] + child.plan.words.dropFirst()
            return try spawn(child, launch, path: "/bin/sh", words: words)
        }
    }

    private func spawn(
        _ child: SupervisedChild, _ launch: Launch, path: ByteString, words: [ByteString]
    ) throws(SystemError) -> ChildProcess {
        let streams = try StandardStreams(for: child.plan, streamWatch)
        var descriptors = streams.handedDown.map { $0?.descriptor.reference }
        var extra = Peers.variables(members.map { ($0.plan.name, $0.plan.port) })
        var words = words
        let isBalancer = child.plan.role == .balancer
        var link: BalancerLink?
        // Ends that are the child's: open here until they have been handed down.
        var handedDown: [HeldDescriptor] = []
        if isBalancer {
            let pair = try Socket.pair()
            for listener in listeners { descriptors.append(listener.reference) }
            extra.append((Inheritance.listeners, String(listeners.count)))
            extra.append((Inheritance.link, String(descriptors.count)))
            descriptors.append(pair.second.reference)
            handedDown.append(HeldDescriptor(pair.second))
            link = try makeLink(pair.first, for: child.plan)
            extra.append((Inheritance.scoreboard, String(descriptors.count)))
            descriptors.append(scoreboard.memory.descriptor.reference)
        }
        var readiness: HeldDescriptor?
        let isOurs = launch.isOurs
        // No earlier process may speak for this one.
        closeNotices(of: child)
        let notices = isOurs ? nil : try notices(of: child).path
        if isOurs {
            let pipe = try Pipe()
            words += ["--ready-fd", "\(descriptors.count)"]
            descriptors.append(pipe.writeEnd.reference)
            handedDown.append(HeldDescriptor(pipe.writeEnd))
            try pipe.readEnd.setNonBlocking()
            readiness = HeldDescriptor(pipe.readEnd)
        }
        let forkedAt = Clock.now()
        let started = try Child(
            SpawnPlan(
                path: path, arguments: words,
                environment: launch.environment(extra, notices: notices),
                directory: plan.directory, descriptors: descriptors, tellsListenPid: isBalancer,
                descriptorLimit: plan.descriptorLimit, mark: child.mark))
        let probe =
            !isOurs && child.isBalanced ? PortProbe(port: child.plan.port, now: now) : nil
        let process = ChildProcess(
            child: started, forkedAt: forkedAt, streams: streams,
            readiness: readiness, probe: probe, link: link)
        withExtendedLifetime((handedDown, streams)) {}
        try watch(process, of: child)
        return process
    }

    /// A notify socket for a new process of the child.
    private func notices(of child: SupervisedChild) throws(SystemError) -> HeldNotices {
        let notices = try HeldNotices(path: folder.newNoticeSocket())
        child.notices = notices
        return notices
    }

    func closeNotices(of child: SupervisedChild) {
        guard let notices = child.notices else { return }
        poller.remove(notices.socket.reference)
        try? Files.remove(notices.path)
        child.notices = nil
    }

    private func watch(_ process: ChildProcess, of child: SupervisedChild) throws(SystemError) {
        try poller.add(
            process.child.pidDescriptor.reference, for: .readable, token: token(.childEnded, child))
        try poller.add(
            process.output.reference, for: .readable, token: token(.childOutput, child))
        if let errors = process.errors {
            try poller.add(errors.reference, for: .readable, token: token(.childErrors, child))
        }
        if let readiness = process.readiness?.descriptor.reference {
            try poller.add(readiness, for: .readable, token: token(.childReadiness, child))
        }
        if let notices = child.notices {
            try poller.add(
                notices.socket.reference, for: .readable, token: token(.childNotice, child))
        }
        if let link = process.link {
            try poller.add(link.reference, for: interest(of: link), token: token(.link, child))
        }
    }

    /// A random number from 0 to 1.
    func chance() -> Double { Double(Randomness.word() >> 11) / Double(1 << 53 as UInt64) }
}
