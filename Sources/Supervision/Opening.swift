import Basics
import Control
import History
import Kernel
import Scoreboard

/// All that a supervisor holds, taken in order; what can't be had ends the attempt with a sentence.
struct Opening: ~Copyable {
    /// The least number of children that the scoreboard has room for.
    static let backends = 64
    /// How many balancers can have lanes at a time.
    static let balancers = 4

    let plan: ServicePlan
    let folder: RuntimeFolder
    let poller: Poller
    let signals: SignalQueue
    let lock: FileLock
    let log: LogStream
    let scoreboard: Scoreboard
    let listeners: [ListeningSocket]
    let controlSocket: ListeningSocket

    static var lanesPerBalancer: Int { max(8, ThisProcess.cores * 2) }

    init(_ plan: ServicePlan, signals: consuming SignalQueue) throws(Refusal) {
        let folder = RuntimeFolder(name: plan.name, path: plan.runtimePath)
        let listeners = try Self.listeners(plan)
        do throws(SystemError) {
            try Children.becomeSubreaper()
            guard let lock = try folder.take(folder.supervisorLock) else {
                throw SystemError(call: "flock \(folder.supervisorLock)", errno: .exists)
            }
            // The lock is ours, so whoever made this socket is gone.
            try? Files.remove(folder.controlSocket)
            let controlSocket = try ListeningSocket(.unix(folder.controlSocket))
            try Files.setPermissions(folder.controlSocket, to: 0o600)
            let log = LogStream(
                history: try HistoryWriter(
                    folder: plan.historyPath, limit: plan.historyLimit))
            let scoreboard = try Scoreboard(
                backends: max(Self.backends, plan.children.count),
                lanes: 1 + Self.balancers * Self.lanesPerBalancer)
            let poller = try Poller()
            try poller.add(
                signals.reference, for: .readable,
                token: Token(kind: EventSource.signals.rawValue))
            try poller.add(
                controlSocket.reference, for: .readable,
                token: Token(kind: EventSource.controlSocket.rawValue))
            self.lock = lock
            self.controlSocket = controlSocket
            self.log = log
            self.scoreboard = scoreboard
            self.poller = poller
        } catch {
            throw Refusal(what: "the supervisor can't start", why: "\(error)")
        }
        self.plan = plan
        self.folder = folder
        self.listeners = listeners
        self.signals = signals
    }

    private static func listeners(_ plan: ServicePlan) throws(Refusal) -> [ListeningSocket] {
        var listeners: [ListeningSocket] = []
        for text in plan.listen {
            guard var address = Address(text) else {
                throw Refusal(what: "the balancer can't listen on \(text)", why: "no address")
            }
            // Where the kernel chooses, both loopbacks get the same port.
            if address.port == 0, let chosen = listeners.first?.address.port {
                address = address.with(port: chosen)
            }
            do throws(SystemError) {
                listeners.append(try listener(address, sparing: plan.children))
            } catch {
                throw Refusal(what: "the balancer can't listen on \(address)", why: "\(error)")
            }
        }
        return listeners
    }

    /// Where the kernel chooses, it may choose what a child is about to listen on.
    private static func listener(
        _ address: Address, sparing children: [ChildPlan]
    ) throws(SystemError) -> ListeningSocket {
        while true {
            let listener = try ListeningSocket(address)
            let port = listener.address.port
            let isGiven = children.contains { $0.role != .balancer && $0.port == port }
            if address.port != 0 || !isGiven { return listener }
        }
    }
}
