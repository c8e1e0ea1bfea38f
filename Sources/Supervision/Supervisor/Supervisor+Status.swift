import Basics
import Control
import Kernel
import Scoreboard

extension Supervisor {
    /// A row for each child.
    func status() -> ServiceStatus {
        let usage = lineage.usage()
        return ServiceStatus(
            name: plan.name, supervisorPid: ThisProcess.pid, guardianPid: identity.guardianPid,
            url: url,
            directory: plan.directory, procfile: plan.recipe.file ?? "",
            startedAt: identity.startedAt,
            phase: shutdown.isRunning ? .running : .stopping,
            adminPort: plan.children.first { $0.role == .admin }?.port,
            children: table.children.map { status(of: $0, usage[$0.number]) })
    }

    /// Where each backend is counted.
    var board: [BoardRow] {
        let present = table.children.filter(\.isBalanced).map { child in
            BoardRow(
                name: child.name,
                place: BoardRow.Place(
                    slot: child.standing.slot, generation: child.generation),
                words: child.standing.earlier.words)
        }
        return present
            + table.departed.all.map { BoardRow(name: $0.name, place: nil, words: $0.totals.words) }
    }

    /// Where people reach the balancer; empty without one, and once all of it ends.
    private var url: String {
        guard shutdown.isRunning, let address = sockets.address, let port = address.port
        else { return "" }
        let place = "\(Self.host(of: address)):\(port)"
        return plan.isStream ? place : "http://\(place)/"
    }

    /// As a browser wants it: `localhost` means 127.0.0.1 and ::1 alone.
    static func host(of address: Address) -> String {
        let plain = address.with(port: 0)
        if plain == .loopback(port: 0) || plain == .loopback6(port: 0) { return "localhost" }
        return "\(plain)".dropSuffix(":0")
    }

    /// What a backend has counted, over all its processes.
    func counted(by child: SupervisedChild) -> BackendTotals {
        var totals = scoreboard.totals(slot: child.standing.slot, generation: child.generation)
        totals.subtract(child.standing.earlier)
        return totals
    }

    private func status(of child: SupervisedChild, _ usage: LineageUsage?) -> ChildStatus {
        let isPlanned = child.plan.port != 0
        var row = ChildStatus(
            name: child.name, type: child.plan.type, port: isPlanned ? child.plan.port : nil,
            pid: child.process?.livingPid, state: child.state, health: health(of: child),
            startedAt: child.process == nil ? nil : child.record.startedAt,
            restarts: child.life.restarting.count)
        row.exits = child.record.exits
        if child.plan.role == .balancer { row.port = sockets.port ?? row.port }
        if let process = child.process, let usage, usage.processes > 0 {
            let lived = process.age.seconds
            if lived > 0 { row.cpuPercent = usage.cpu.seconds / lived * 100 }
            row.residentBytes = usage.residentBytes
        }
        if child.plan.runsEcho { row.faults = child.standing.faults }
        switch child.plan.role {
        case .backend:
            let totals = counted(by: child)
            row.weight = child.standing.weight
            row.active = totals.inFlight
            row.requests = totals.requests
            row.p50 = totals.latency.percentile(0.5)?.milliseconds
            row.p99 = totals.latency.percentile(0.99)?.milliseconds
            row.traffic = BackendTraffic(
                totals,
                average: scoreboard.load(slot: child.standing.slot).average(of: child.generation))
        case .balancer:
            row.algorithm = publisher.algorithm
            if child.process != nil { row.active = scoreboard.inHand(of: child) }
            row.fronting = fronting(child)
            row.requests = row.fronting?.requests
        case .other, .admin: break
        }
        return row
    }

    /// What its threads have counted; the first one has what is left of those that have died.
    private func fronting(_ child: SupervisedChild) -> BalancerTraffic {
        var workers = Array(child.process?.link?.workers ?? 0..<0)
        if child === table.balancers.first { workers.append(0) }
        return BalancerTraffic(scoreboard.totals(ofWorkers: workers))
    }

    private func health(of child: SupervisedChild) -> ChildHealth {
        switch child.state {
        case .ready: child.standing.isUp ? .up : .down
        case .starting, .draining, .stopping, .done: .unknown
        case .paused, .stopped, .backoff, .failed: .down
        }
    }
}

extension BackendTraffic {
    fileprivate init(
        _ totals: BackendTotals, average: Double?
    ) {
        self.init()
        classes = totals.classes
        failures = CauseCounts(totals.failures)
        retriedFrom = totals.retriedFrom
        retriedTo = totals.retriedTo
        retriesDenied = totals.retriesDenied
        connections.tried = totals.connects
        connections.failed = totals.connectFailures
        connections.reused = totals.reuses
        connections.open = totals.connectionsOpen
        connections.idle = totals.connectionsIdle
        abandoned = totals.abandoned
        lost = totals.lost
        unanswered = totals.unanswered
        spoilt = totals.spoilt
        streams = totals.streams
        bytesSent = totals.octets.sent
        bytesReceived = totals.octets.received
        responseTime = Nanoseconds(totals.latency.sum.count)
        withdrawals = totals.withdrawals.counts.reduce(0, &+)
        withdrawalTime = totals.withdrawals.sum
        checksPassed = totals.checks.passed
        checksFailed = totals.checks.failed
        self.average = average.map { $0 / 1e6 }
    }
}

extension BalancerTraffic {
    fileprivate init(_ totals: WorkerTotals) {
        self.init()
        connections = totals.connectionsAccepted
        requests = totals.requests
        delivered = totals.delivered
        classes = totals.classes
        streams = totals.streams
        abandoned = totals.abandoned
        lost = totals.lost
        uncertain = totals.uncertain
        bytesReceived = totals.bytesReceived
        bytesSent = totals.bytesSent
        ownAnswers = totals.answeredByBalancer
        // Two for each cause; which class an answer had the page and the metrics tell.
        for cause in Cause.allCases {
            let first = 2 * Int(cause.rawValue)
            ownAnswersByCause[cause] = totals.ownAnswers[first] &+ totals.ownAnswers[first + 1]
        }
        limited = totals.limited
        shutOut = totals.shutOut
        waiting = totals.queued
        waited = totals.waited.counts.reduce(0, &+)
        waitingTime = totals.waited.sum
        linesDropped = totals.linesDropped
    }
}

extension String {
    /// The text without this ending, where it has it.
    func dropSuffix(_ ending: String) -> String {
        hasSuffix(ending) ? String(dropLast(ending.count)) : self
    }
}
