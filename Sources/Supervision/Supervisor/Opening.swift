import Basics
import Control
import History
import Kernel
import Planning
import Scoreboard

/// All that a supervisor holds, taken in order; what can't be had ends the attempt with a sentence.
struct Opening: ~Copyable {
    /// How many backends there can be, those included that are still leaving. Memory that is never
    /// written takes no room.
    static let backends = 256

    let plan: ServicePlan
    let folder: RuntimeFolder
    let poller: Poller
    let signals: SignalQueue
    let lock: FileLock
    let log: LogStream
    let scoreboard: Scoreboard
    let listeners: [ListeningSocket]
    let controlSocket: ListeningSocket

    /// How many old balancers may still finish what they have, where there are to be so many.
    ///
    /// One that has to make room closes idle connections, and that may meet a request. So as many
    /// as are cheap to count: the scoreboard sums up to 64 by a look at those in use alone.
    static func mostLeaving(of balancers: Int) -> Int { balancers == 1 ? 5 : 2 * balancers }

    /// The workers of one balancer: one a thread.
    static func workers(of balancer: ChildPlan) -> Int {
        balancer.options?.threads ?? ThisProcess.cores
    }

    /// The workers for all that there may be at a time: those that serve, as many that are about to
    /// take over, and those that are leaving. A `reload` may ask for more threads than there were.
    private static func workers(_ plan: ServicePlan) -> Int {
        let balancers = plan.children.filter { $0.role == .balancer }
        let each = balancers.map { workers(of: $0) }.max() ?? 0
        let most = 2 * balancers.count + mostLeaving(of: balancers.count)
        return 1 + most * max(leastWorkers, each)
    }

    /// What a balancer can have at least, so that it may later have more threads.
    static var leastWorkers: Int { max(8, ThisProcess.cores * 2) }

    init(_ plan: ServicePlan, signals: consuming SignalQueue) throws(Refusal) {
        let folder = RuntimeFolder(name: plan.name, path: plan.runtimePath)
        let listeners = try Self.listeners(plan)
        do throws(SystemError) {
            try Children.becomeSubreaper()
            guard let lock = try folder.take(folder.supervisorLock) else {
                throw SystemError(call: "flock \(folder.supervisorLock.text)", errno: .exists)
            }
            // The lock is ours, so what made this socket is gone.
            try? Files.remove(folder.controlSocket)
            let controlSocket = try ListeningSocket(.unix(folder.controlSocket))
            try Files.setPermissions(folder.controlSocket, to: 0o600)
            if plan.children.contains(where: { $0.role == .admin }) {
                try AdminToken.make(in: folder)
            }
            let log = Self.log(plan)
            let scoreboard = try Scoreboard(
                backends: Self.backends, workers: Self.workers(plan))
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

    /// A history that can't be kept stops nothing, and is told.
    private static func log(_ plan: ServicePlan) -> LogStream {
        let commands = plan.recipe.flags.eventCommands
        do throws(Refusal) {
            let place = HistoryPlace(path: plan.historyPath)
            let history = try place.open(
                limit: plan.historyLimit, for: plan.directory)
            let remarks = history.foreignFiles.map { file in
                "\(file.fileName) in \(plan.historyPath.text) \(file.why): "
                    + "it is passed over"
            }
            return LogStream(history: history, remarks: remarks, telling: commands)
        } catch {
            return LogStream(
                history: nil, remarks: ["\(error.what): \(error.why); \(error.advice)"],
                telling: commands)
        }
    }

    private static func listeners(_ plan: ServicePlan) throws(Refusal) -> [ListeningSocket] {
        var listeners: [ListeningSocket] = []
        for address in plan.listen {
            var address = address
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
