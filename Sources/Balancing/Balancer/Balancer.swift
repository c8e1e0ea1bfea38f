import Basics
import Control
import Kernel
import Scoreboard

/// The balancer as a process: it starts the workers, and from then on listens to the supervisor
/// and to signals. One thread, which is none of the workers.
public final class Balancer {
    /// What the process was started with.
    public struct Start: ~Copyable {
        public var options: BalancerOptions
        /// The sockets that clients connect to, listening already.
        public var listeners: [ListeningSocket]
        public var scoreboard: Scoreboard
        /// The number of the first worker in the scoreboard, where no link says otherwise.
        public var firstWorker = 0
        /// To the supervisor; `nil` when the balancer runs alone.
        public var link: Descriptor?
        /// The backends where there is no link.
        public var roster: RosterWord?
        public var ready: Descriptor?

        public init(
            options: BalancerOptions, listeners: [ListeningSocket], scoreboard: Scoreboard,
            link: consuming Descriptor?, roster: RosterWord?, ready: consuming Descriptor?
        ) {
            self.options = options
            self.listeners = listeners
            self.scoreboard = scoreboard
            self.link = link
            self.roster = roster
            self.ready = ready
        }
    }

    private enum Kind {
        static let signal: UInt8 = 1
        static let link: UInt8 = 2
        static let adoption: UInt8 = 3
        static let finished: UInt8 = 4
        static let probe: UInt8 = 5
        static let suspicion: UInt8 = 6
        static let unread: UInt8 = 7
    }

    private let signals: SignalQueue
    private let poller: Poller
    private let workers: Int
    private let options: BalancerOptions
    private let listeners: [ListeningSocket]
    private let scoreboard: Scoreboard
    private var link: Link?
    private var firstWorker: Int
    private var ready: Descriptor?
    private var plan: WorkerPlan?
    private var told: UInt64 = 0
    /// When it is to be gone at the latest, whenever it is asked to go.
    private var limit = Instant.never
    private var prober: Prober

    /// Prepares everything but the workers. To be called before there is another thread.
    public init(_ start: inout Start) throws(SystemError) {
        // A write to a connection that is gone is an ordinary outcome.
        Signals.letWritesFail()
        signals = try SignalQueue([.terminate, .interrupt, .hangUp])
        poller = try Poller()
        options = start.options
        listeners = start.listeners
        scoreboard = start.scoreboard
        firstWorker = start.firstWorker
        // No more than there may be clients: a worker may have one at least.
        workers = min(
            start.options.threads ?? ThisProcess.cores, start.options.maxConnections ?? .max)
        prober = Prober(start.options, start.scoreboard, kind: Kind.probe)
        let roster = start.roster
        ready = start.ready.take()
        link = nil
        if let descriptor = start.link.take() { link = try Link(descriptor) }
        try poller.add(signals.reference, for: .readable, token: Token(kind: Kind.signal))
        if let reference = link?.reference {
            try poller.add(reference, for: .readable, token: Token(kind: Kind.link))
        }
        if let roster { try begin(roster) }
    }

    /// Runs until the last worker has finished; the process then ends well.
    public func run() throws(SystemError) {
        while true {
            let due = min(prober.due ?? .never, plan?.board.nextBans ?? .never)
            let count = poller.wait(
                timeout: due == .never ? nil : due.since(Clock.now()))
            let now = Clock.now()
            for index in 0..<count {
                let event = poller.event(index)
                switch event.token.kind {
                case Kind.probe: prober.told(event, now: now, poller: poller)
                case Kind.signal: takeSignals()
                case Kind.suspicion: lookAtSuspects(now)
                case Kind.unread: heedUnread(now)
                case Kind.link: try takeOrders()
                case Kind.adoption:
                    tellAdoption()
                    tellBans(now)
                case Kind.finished:
                    tellAdoption()
                    return
                default: invariant(false, "an event of an unknown kind")
                }
            }
            prober.expire(now: now, poller: poller)
            if plan?.board.nextBans != nil { tellBans(now) }
            let findings = prober.takeFindings()
            for finding in findings { tell(finding) }
            // Requests that wait for a backend that is down need not wait any longer.
            if findings.contains(where: { !$0.isUp }) { plan?.wakeAll() }
        }
    }

    private func lookAtSuspects(_ now: Instant) {
        guard let plan else { return }
        for slot in plan.suspects.take() { prober.suspect(slot, now: now, poller: poller) }
    }

    /// The connection of a check may be what a request waits for.
    private func heedUnread(_ now: Instant) {
        guard let plan else { return }
        for slot in plan.unread.take() { prober.heedUnread(slot, now: now) }
    }

    private func takeSignals() {
        while let signal = signals.next() {
            // A terminal that was closed takes its programs with it; from any other sender it asks
            // to read the settings again, and here they are on the command line.
            if signal == .hangUp && !DescriptorReference.standardError.isTerminal { continue }
            // Asked a second time, it goes at once.
            let isLeaving = plan.map { $0.leaving.current == .stopping } ?? false
            leave(.stopping, within: isLeaving ? Nanoseconds(0) : options.drainTimeout)
        }
    }

    private func leave(_ manner: Leaving.Manner, within time: Nanoseconds) {
        guard let plan else { ThisProcess.exit(0) }
        plan.leaving.begin(manner, until: min(Clock.now() + time, limit))
        plan.wakeAll()
    }

    private func take(limit: Instant) {
        self.limit = limit
        guard let plan, plan.leaving.current != .staying else { return }
        plan.leaving.hasten(until: limit)
        plan.wakeAll()
    }

    private func takeOrders() throws(SystemError) {
        guard let orders = link?.receive() else {
            // The supervisor is gone, and with it everything that this process was for.
            ThisProcess.exit(0)
        }
        for order in orders {
            switch order {
            case .workers(let first, let count):
                firstWorker = Int(first)
                invariant(Int(count) >= workers, "the supervisor gave too few numbers")
            case .roster(let roster): try take(roster)
            case .drain(let time): leave(.handingOver, within: time)
            case .limit(let until): take(limit: until)
            }
        }
    }

    private var needs: Roster.Needs {
        Roster.Needs(
            algorithm: options.algorithm,
            cookieSecret: options.sticky == .cookie ? scoreboard.secret : nil)
    }

    private func take(_ word: RosterWord) throws(SystemError) {
        guard let plan else {
            try begin(word)
            return
        }
        let roster = Roster(word, needs: needs, after: plan.board.roster)
        plan.board.put(up: roster)
        plan.wakeAll()
        prober.follow(roster, now: Clock.now())
    }

    /// The first roster: now there is something to do.
    private func begin(_ word: RosterWord) throws(SystemError) {
        let roster = Roster(word, needs: needs)
        prober.follow(roster, now: Clock.now())
        let plan = try WorkerPlan(
            options: options, listeners: listeners,
            board: RosterBoard(roster, workers: workers), scoreboard: scoreboard,
            firstWorker: firstWorker, workers: workers,
            accessLog: AccessLogOutput(
                isWanted: options.accessLog != .off, isPrivate: link != nil),
            isSupervised: link != nil)
        self.plan = plan
        try poller.add(
            plan.board.adoptionReference, for: .readable, token: Token(kind: Kind.adoption))
        try poller.add(
            plan.leaving.finishedReference, for: .readable, token: Token(kind: Kind.finished))
        try poller.add(
            plan.suspects.reference, for: .readable, token: Token(kind: Kind.suspicion))
        try poller.add(plan.unread.reference, for: .readable, token: Token(kind: Kind.unread))
        for index in 0..<workers {
            scoreboard.use(worker: firstWorker + index)
            let counters = scoreboard.counters(ofWorker: firstWorker + index)
            let isStarted = Thread.start(named: "worker-\(index)") {
                do throws(SystemError) {
                    var worker = try Worker(plan, counters: counters)
                    try worker.run()
                } catch {
                    DescriptorReference.standardError.writeAll(
                        "lb-balancer: a worker can't go on: \(error)\n")
                    ThisProcess.exit(1)
                }
            }
            if !isStarted { throw SystemError(call: "a worker's thread", errno: .tryAgain) }
        }
    }

    /// A verdict has changed: the supervisor is told, or standard error where there is none.
    private func tell(_ finding: Prober.Finding) {
        if link != nil {
            link?.send(
                .verdict(
                    slot: finding.slot, generation: finding.generation, isUp: finding.isUp,
                    reason: finding.reason))
            return
        }
        let state = finding.isUp ? "up" : "down"
        DescriptorReference.standardError.writeAll(
            "\(Worker.string(finding.name)) is \(state): \(finding.reason)\n")
    }

    /// Clients were shut out: the supervisor is told, or standard error where there is none.
    private func tellBans(_ now: Instant) {
        guard let told = plan?.board.takeBans(now: now) else { return }
        if link != nil {
            for notice in told.notices { link?.send(.banned(notice)) }
            if told.more > 0 { link?.send(.bannedMore(told.more)) }
            return
        }
        for notice in told.notices {
            DescriptorReference.standardError.writeAll(notice.sentence + "\n")
        }
        if told.more > 0 {
            DescriptorReference.standardError.writeAll(
                "\(Figures.count(told.more, "more client")) banned\n")
        }
    }

    private func tellAdoption() {
        guard let plan else { return }
        let version = plan.board.adoptedByAll()
        for report in plan.board.takeAccounts() {
            switch report {
            case .first(let account): link?.send(.failedOver(account))
            case .rest(let account): link?.send(.failedOverSince(account))
            }
        }
        for sentence in plan.board.takeSentences() {
            DescriptorReference.standardError.writeAll(sentence + "\n")
        }
        if plan.board.takeEndOfAccepting() { link?.send(.stoppedAccepting) }
        if version <= told { return }
        told = version
        link?.send(.adopted(version: version))
        sayReady()
    }

    /// One byte, once: from now on connections are accepted (s6's notification-fd).
    private func sayReady() {
        guard let descriptor = ready.take() else { return }
        var byte = ByteQueue(capacity: 1)
        byte.append(Ascii.lineFeed)
        _ = descriptor.write(&byte)
    }
}
