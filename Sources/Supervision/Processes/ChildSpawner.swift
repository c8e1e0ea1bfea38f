import Basics
import Control
import Kernel
import Planning
import Scoreboard

/// Starts a process of a child: what it is handed down, and by what it is heard.
struct ChildSpawner {
    let plan: ServicePlan
    let folder: RuntimeFolder
    let sockets: BalancerSockets
    let scoreboard: Scoreboard
    let watch: StreamWatch

    /// What only a balancer has.
    struct BalancerShare {
        /// The numbers that its workers are to have in the scoreboard.
        let workers: Range<Int>
        /// What it is told first.
        let roster: RosterWord
    }

    /// What a process gets.
    private struct HandedDown {
        var descriptors: [DescriptorReference?]
        var variables: [(name: String, value: ByteString)]
        var words: [ByteString]
        /// Ends that are the child's: open here until they have been handed down.
        var held: [SharedDescriptor] = []

        mutating func add(_ end: consuming Descriptor) {
            let shared = SharedDescriptor(end)
            descriptors.append(shared.descriptor.reference)
            held.append(shared)
        }
    }

    /// Starts it. `peers` are the ports of all members; `share` is a balancer's.
    func spawn(
        _ child: SupervisedChild, _ launch: Launch, _ path: ByteString,
        peers: [(name: String, port: UInt16)], _ share: BalancerShare?, now: Instant
    ) throws(SystemError) -> ChildProcess {
        do throws(SystemError) {
            return try spawn(child, launch, path, child.plan.words, peers, share, now: now)
        } catch {
            guard error.isOfProgram, error.errno == .notExecutable, launch.isScript else {
                throw error
            }
            // A script without a first line that names its interpreter: a shell would run it too.
            let words = ["/bin/sh", path] + child.plan.words.dropFirst()
            return try spawn(child, launch, "/bin/sh", words, peers, share, now: now)
        }
    }

    private func spawn(
        _ child: SupervisedChild, _ launch: Launch, _ path: ByteString, _ words: [ByteString],
        _ peers: [(name: String, port: UInt16)], _ share: BalancerShare?, now: Instant
    ) throws(SystemError) -> ChildProcess {
        let streams = try StandardStreams(for: child.plan, watch)
        var handed = HandedDown(
            descriptors: streams.handedDown.map { $0?.descriptor.reference },
            variables: Peers.variables(peers).map { ($0, ByteString($1)) }, words: words)
        let link = try share.map { share throws(SystemError) in
            try makeLink(share, &handed)
        }
        if child.plan.role == .admin { try handDownViews(to: &handed) }
        let readiness = try makeReadiness(of: child, launch, &handed, now: now)
        let echo =
            child.plan.runsEcho && launch.isOurs
            ? try makeEchoLink(child.standing.faults, &handed) : nil
        let forkedAt = Clock.now()
        let started = try Child(
            SpawnPlan(
                path: path, arguments: handed.words,
                environment: launch.environment(
                    handed.variables, notices: readiness.socket?.path),
                directory: plan.directory, descriptors: handed.descriptors,
                tellsListenPid: share != nil, descriptorLimit: plan.descriptorLimit,
                mark: child.mark))
        withExtendedLifetime((handed.held, streams)) {}
        return ChildProcess(
            child: started, forkedAt: forkedAt, streams: streams, readiness: readiness, link: link,
            echo: echo)
    }

    private func makeEchoLink(
        _ faults: EchoFaults, _ handed: inout HandedDown
    ) throws(SystemError) -> EchoLink {
        let pair = try Socket.pair()
        handed.words += ["--control-fd", "\(handed.descriptors.count)"]
        handed.add(pair.second)
        try pair.first.setNonBlocking()
        return EchoLink(pair.first, faults: faults)
    }

    private func makeLink(
        _ share: BalancerShare, _ handed: inout HandedDown
    ) throws(SystemError) -> BalancerLink {
        let pair = try Socket.pair()
        for socket in sockets.all { handed.descriptors.append(socket.reference) }
        handed.variables.append((Inheritance.listeners, "\(sockets.all.count)"))
        handed.variables.append((Inheritance.link, "\(handed.descriptors.count)"))
        handed.add(pair.second)
        handed.variables.append((Inheritance.scoreboard, "\(handed.descriptors.count)"))
        handed.descriptors.append(scoreboard.memory.descriptor.reference)
        try pair.first.setNonBlocking()
        return BalancerLink(pair.first, workers: share.workers, roster: share.roster)
    }

    /// What lb-admin looks at: the scoreboard, which it can't write, and where the rest is found.
    private func handDownViews(to handed: inout HandedDown) throws(SystemError) {
        handed.variables.append((Inheritance.scoreboard, "\(handed.descriptors.count)"))
        handed.add(try scoreboard.memory.readOnlyDescriptor())
        handed.variables.append((Inheritance.runtime, plan.runtimePath))
        handed.variables.append((Inheritance.history, plan.historyPath))
    }

    private func makeReadiness(
        of child: SupervisedChild, _ launch: Launch, _ handed: inout HandedDown, now: Instant
    ) throws(SystemError) -> ReadinessSource {
        if !launch.isOurs {
            let socket = try ReadinessSocket(path: folder.newNoticeSocket())
            let probe = child.isBalanced ? PortProbe(port: child.plan.port, now: now) : nil
            return ReadinessSource(pipe: nil, socket: socket, probe: probe)
        }
        let pipe = try Pipe()
        handed.words += ["--ready-fd", "\(handed.descriptors.count)"]
        handed.add(pipe.writeEnd)
        try pipe.readEnd.setNonBlocking()
        return ReadinessSource(pipe: SharedDescriptor(pipe.readEnd), socket: nil, probe: nil)
    }
}
