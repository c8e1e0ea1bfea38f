import Basics
import Control
import History
import Kernel
import Logs
import Planning

/// What a token of the guardian's poller speaks of.
private enum GuardianEvent: UInt8 {
    case signals = 1
    case channel, supervisorEnded, audience
}

/// The process that the user started: the parent of the supervisor, which it watches over, and the
/// one that shows what the service says.
public final class Guardian {
    /// What people see of a service; done by a program that knows about terminals.
    public protocol Audience: AnyObject {
        /// Whether the log is to be shown.
        var showsLog: Bool { get }
        /// Where it comes from; asked for once, before anything is told. It ends with the
        /// supervisor.
        func follow(_ log: consuming Descriptor)
        /// Everything is ready; said again when the user comes back after Ctrl-Z.
        func isReady(_ status: ServiceStatus)
        func isNotReady(_ refusal: Refusal)
        /// A sentence of the guardian's own.
        func say(_ sentence: String)
        /// Why the service has no user left to run for; `nil` while it has. Then it ends.
        var gone: String? { get }
        /// Readable when the user that the service runs for goes away; `nil` where it runs for
        /// none.
        var departure: DescriptorReference? { get }
        /// That one is gone.
        func departed()
    }

    private enum Phase: Equatable {
        case running
        /// It was asked to end, at this moment.
        case ending(since: Instant)
        /// It was asked twice; the supervisor is killed when it takes longer than this.
        case hurrying(killAt: Instant)
    }

    static let hurry = Nanoseconds.milliseconds(500)
    /// What comes as soon after the first signal is not a second one.
    static let sameSignal = Nanoseconds.milliseconds(100)

    private let plan: ServicePlan
    private let folder: RuntimeFolder
    private let lock: FileLock
    private let signals: SignalQueue
    private let poller: Poller
    private let supervisor: Child
    private let channel: Descriptor
    private let audience: Audience
    /// The ports of children, until the supervisor has spoken: it holds them by then.
    private var holds: [PortHold]
    private var incoming = ByteQueue(capacity: 65536)
    private var phase = Phase.running
    private var isChannelOpen = true
    private var wasReady = false
    private var refusal: Refusal?

    /// Starts the supervisor. To be called on the thread that will run the guardian's loop: the
    /// kernel takes the end of that thread for the guardian's death.
    public init(
        _ plan: ServicePlan, folder: RuntimeFolder, lock: consuming FileLock,
        signals: consuming SignalQueue, holds: [PortHold], audience: Audience
    ) throws(SystemError) {
        try Children.becomeSubreaper()
        let poller = try Poller(capacity: 16)
        let pair = try Socket.pair()
        let log = try Socket.pair()
        let program = ThisProcess.program
        let supervisor = try Child(
            SpawnPlan(
                path: program, arguments: [program, ByteString(Self.verb)],
                environment: ThisProcess.environment,
                descriptors: [nil, nil, .standardError, pair.second.reference]
                    + (audience.showsLog ? [log.second.reference] : []),
                deathSignal: .terminate))
        try poller.add(
            signals.reference, for: .readable, token: Token(kind: GuardianEvent.signals.rawValue))
        try poller.add(
            pair.first.reference, for: .readable, token: Token(kind: GuardianEvent.channel.rawValue)
        )
        try poller.add(
            supervisor.pidDescriptor.reference, for: .readable,
            token: Token(kind: GuardianEvent.supervisorEnded.rawValue))
        if let departure = audience.departure {
            try poller.add(
                departure, for: .readable, token: Token(kind: GuardianEvent.audience.rawValue))
        }
        if audience.showsLog { audience.follow(log.first) }
        var words = ByteQueue(capacity: 16384)
        Framing.append(plan, to: &words)
        pair.first.reference.writeAll(&words)
        try pair.first.setNonBlocking()
        self.plan = plan
        self.folder = folder
        self.lock = lock
        self.signals = signals
        self.poller = poller
        self.supervisor = supervisor
        self.holds = holds
        self.audience = audience
        channel = pair.first
    }

    /// The verb under which lbctl is the supervisor.
    public static let verb = "__supervise"

    /// Runs until the supervisor is gone, and returns the exit code.
    public func run() -> Int32 {
        while true {
            let count = poller.wait(timeout: timeout())
            var ended = false
            for index in 0..<count {
                switch GuardianEvent(rawValue: poller.event(index).token.kind) {
                case .signals: takeSignals()
                case .channel: readChannel()
                case .supervisorEnded: ended = true
                case .audience:
                    // It never says anything: this is its end.
                    audience.departure.map { poller.remove($0) }
                    audience.departed()
                case nil: continue
                }
            }
            if let why = audience.gone { ask(why: why, signal: nil) }
            if ended, let ending = supervisor.reap() { return finish(ending) }
            if case .hurrying(let killAt) = phase, killAt < Clock.now() {
                supervisor.send(.kill)
            }
        }
    }

    private func timeout() -> Nanoseconds? {
        guard case .hurrying(let killAt) = phase else { return nil }
        return killAt.since(Clock.now())
    }

    private func takeSignals() {
        while let signal = signals.next() {
            switch signal {
            case .interrupt: ask(why: "Ctrl-C", signal: signal)
            case .terminate, .hangUp, .quit:
                ask(why: "\(signal.name) to lbctl", signal: signal)
            case .child: reapOrphans()
            case .proceed: comeBack()
            default: continue
            }
        }
    }

    /// After Ctrl-Z and `fg` there may be nothing to see for long: then at least where things are.
    private func comeBack() {
        if phase == .running && wasReady { order(.status) }
    }

    /// Reaps what was left to us, but not the supervisor: its pidfd tells.
    private func reapOrphans() {
        while let pid = Children.endedUnreaped(), pid != supervisor.pid {
            _ = Children.reap(pid: pid)
        }
    }

    /// Ends the service: the first time gracefully, the second time at once. Without a signal it is
    /// the first time however often it is said.
    private func ask(why: String, signal: Signal?) {
        switch phase {
        case .running:
            phase = .ending(since: Clock.now())
            order(.down(within: nil, why: why))
            if signal == .interrupt {
                audience.say("stopping; Ctrl-C again to stop at once")
            }
        case .ending(let since):
            // Some send one and the same signal to a process and to its group, as timeout(1) does.
            if signal == nil || Clock.now() < since + Self.sameSignal { return }
            phase = .hurrying(killAt: Clock.now() + Self.hurry)
            audience.say("stopping at once: whatever still runs is killed")
            order(.down(within: Nanoseconds(0), why: why))
        case .hurrying: return
        }
    }

    private func order(_ request: ControlRequest) {
        var words = ByteQueue(capacity: 256)
        Framing.append(request, to: &words)
        // A few bytes into an empty socket: they fit, or the supervisor does not read any more, and
        // then the second time helps.
        _ = channel.write(&words)
    }

    private func readChannel() {
        // So many reads a turn, that signals are heard between them.
        for _ in 0..<16 {
            incoming.reserve(65536)
            let came = channel.receive(into: &incoming)
            while let reply = nextReply() { take(reply) }
            switch came {
            case .moved: continue
            case .wouldBlock: return
            case .end, .failed:
                isChannelOpen = false
                poller.remove(channel.reference)
                return
            }
        }
    }

    private func nextReply() -> ControlReply? {
        do throws(Misspelling) {
            return try Framing.take(ControlReply.self, from: &incoming)
        } catch {
            incoming.removeAll()
            return nil
        }
    }

    private func take(_ reply: ControlReply) {
        holds = []
        switch reply {
        case .done:
            wasReady = true
            order(.status)
        case .status(let status): audience.isReady(status)
        case .refused(let refusal):
            self.refusal = refusal
            if phase != .running { return }
            audience.isNotReady(refusal)
            // The rest runs, unless no user is left.
            if audience.gone == nil { order(.status) }
        case .board, .killed, .following, .record, .missed, .reported, .bans: return
        }
    }

    /// The supervisor has ended: shows its last words, ends what is left, tells the exit code.
    private func finish(_ ending: Ending) -> Int32 {
        while isChannelOpen {
            let before = incoming.count
            readChannel()
            if incoming.count == before && channel.peek() == .wouldBlock { break }
        }
        let killed = Descendants.end(within: .seconds(2))
        folder.removeAll()
        switch ending.cause {
        case .exited(code: 0):
            if case .hurrying = phase { return 130 }
            return 0
        case .exited, .killed:
            if case .hurrying = phase { return 130 }
            if case .exited = ending.cause, refusal != nil { return 1 }
            let event = ServiceEvent(.supervisorDied)
                .with(.supervisorPid, supervisor.pid).with(ending.cause)
                .with(.count, killed == 0 ? nil : killed)
            audience.say(event.sentence)
            // What it would have said itself; where that fails no process is left that could mend
            // it.
            let stamp = try? HistoryWriter.add(
                event, to: plan.historyPath, limit: plan.historyLimit)
            LastMessage.tell(
                event, at: stamp ?? Stamp(sequence: 0, time: Clock.wallTime()), in: plan)
            return 1
        }
    }
}
