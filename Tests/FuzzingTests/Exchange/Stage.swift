import Basics
import Control
import Glibc
import Kernel
import Scoreboard

@testable import Balancing

/// A worker with clients and backends around it, all in one thread and by a clock that only the
/// play moves. The connections are real ones over loopback.
final class Stage {
    private let scoreboard: Scoreboard
    private let plan: WorkerPlan
    private let board: RosterBoard
    var worker: Worker
    private let listener: ListeningSocket
    private let backendListeners: [ListeningSocket]
    private var members: [RosterMember]
    private var version: UInt64 = 1
    private(set) var now: Instant
    /// By the number that the script calls them.
    var clients: [Int: Endpoint] = [:]
    /// Those that have been and are not spoken of any more.
    var earlierClients: [Endpoint] = []
    var backends: [Endpoint] = []
    /// Tells whether any side but the worker has something to do.
    private let others: Poller

    /// Where all sides listen in one play after the other: to look for free ports each time would
    /// take longer than the play. So there is one play at a time.
    private static let shared: [ListeningSocket]? = {
        var sockets: [ListeningSocket] = []
        for _ in 0..<3 {
            guard let socket = try? ListeningSocket(.loopback(port: 0)) else { return nil }
            Window.cutSmall(socket.reference)
            sockets.append(socket)
        }
        return sockets
    }()

    deinit {
        // Connections that came last and were not heard.
        for listener in Self.shared ?? [] {
            while case .connection = Socket.accept(from: listener.reference) {}
        }
    }

    /// The lowest bit: two backends; the next: one more, which refuses; then two: `--retries`; the
    /// next: there is a supervisor, which may have news; the next: bodies are limited; the next:
    /// the client is a proxy that is believed.
    init(setting: Int) throws(SystemError) {
        guard let shared = Self.shared else {
            throw SystemError(call: "listen", errno: .addressNotAvailable)
        }
        listener = try ListeningSocket(inherited: dup(Int32(shared[0].reference.text) ?? -1))
        let listeners = Array(shared[1...(1 + setting & 1)])
        backendListeners = listeners
        others = try Poller(capacity: 16)
        for each in listeners {
            try others.add(each.reference, for: .readable, token: Token(kind: 1))
        }
        var addresses = listeners.map(\.address)
        if setting & 2 != 0 { addresses.append(.loopback(port: 1)) }
        members = addresses.enumerated().map { slot, address in
            RosterMember(
                slot: BackendSlot(UInt32(slot)), generation: 1, name: "b\(slot)",
                address: "\(address)",
                fact: .ready)
        }
        var options = BalancerOptions()
        options.retries = setting >> 2 & 3
        options.maxConnections = 8
        options.accessLog = .off
        if setting & 32 != 0 { options.maxBody = 20_000 }
        if setting & 64 != 0 { options.trustProxy = ["127.0.0.0/8"] }
        scoreboard = try Scoreboard(backends: 4, workers: 1)
        let roster = Roster(RosterWord(version: 1, members: members))
        board = try RosterBoard(roster, workers: 1)
        plan = try WorkerPlan(
            options: options, listeners: [listener], board: board, scoreboard: scoreboard,
            workers: 1, accessLog: AccessLogOutput(isWanted: false, isPrivate: false),
            isSupervised: setting & 16 != 0)
        var worker = try Worker(plan, counters: scoreboard.counters(ofWorker: 0))
        try worker.begin()
        now = worker.now
        self.worker = worker
    }

    /// One turn of the worker, and of all that listen to it; true when anything happened.
    @discardableResult
    func turn() -> Bool {
        let count = worker.poller.wait(timeout: Nanoseconds(0))
        worker.turn(count, at: now)
        var hasMoved = count > 0 || worker.turns.hasUnfinished
        if listen() { hasMoved = true }
        for endpoint in backends + clients.values where endpoint.pumps {
            if endpoint.flush() { hasMoved = true }
        }
        return hasMoved
    }

    /// All sides but the worker take what has come.
    private func listen() -> Bool {
        var hasMoved = false
        let count = others.wait(timeout: Nanoseconds(0))
        for index in 0..<count where others.event(index).token.kind == 1 {
            for listener in backendListeners {
                while case .connection(let socket, _) = Socket.accept(from: listener.reference) {
                    if let backend = try? Endpoint(socket, watchedBy: others) {
                        backends.append(backend)
                    }
                    hasMoved = true
                }
            }
        }
        if count == 0 { return false }
        for endpoint in backends + clients.values where endpoint.read() { hasMoved = true }
        return hasMoved
    }

    /// The client with this number, which connects when there is none.
    func client(_ number: Int) -> Endpoint? {
        if let known = clients[number] { return known }
        guard !worker.acceptance.isLeaving, let socket = try? Socket.connect(to: listener.address),
            let client = try? Endpoint(socket, watchedBy: others)
        else { return nil }
        clients[number] = client
        return client
    }

    /// The connections to backends, the youngest first.
    func backend(_ number: Int) -> Endpoint? {
        backends.dropLast(number).last
    }

    func timePasses(_ span: Nanoseconds) { now = now + span }

    func rosterChanges(_ kind: Int, _ slot: Int) {
        let index = slot % members.count
        members[index].fact = MemberFact(rawValue: UInt8(kind % 5)) ?? .ready
        if kind & 8 != 0 { members[index].generation += 1 }
        version += 1
        board.put(up: Roster(RosterWord(version: version, members: members)))
        // At times it is only seen when a backend has to be chosen.
        if kind & 16 != 0 { plan.wakeAll() }
    }

    func balancerLeaves(_ kind: Int) {
        plan.leaving.begin(kind & 1 == 0 ? .stopping : .handingOver, until: .never)
        plan.wakeAll()
    }

    /// Turns until nothing happens any more. What was sent over loopback is there at once, unless
    /// the machine is busy: so a side that hangs is given real time before it is believed.
    func settle(_ turnsFirst: () -> Bool = { false }) {
        var quiet = 0
        for _ in 0..<5000 {
            let hasActed = turnsFirst()
            if turn() || hasActed {
                quiet = 0
                continue
            }
            quiet += 1
            let isOver = isDeserted && clients.values.allSatisfy { $0.end != .open }
            if quiet > (isOver ? 1 : isPatient ? 10 : 400) { return }
            if quiet > 2 { Poll.sleep(.milliseconds(1)) }
        }
    }

    /// Whether the worker lets a side wait until time has passed.
    var isPatient: Bool {
        !worker.queues.isEmpty
    }

    /// Whether the worker has no clients any more.
    var isDeserted: Bool { worker.clients.count == 0 }

    /// What is still held when all is over.
    func remains() -> String? {
        var held: [String] = []
        func note(_ count: Int, _ what: String) {
            if count != 0 { held.append("\(count) \(what)") }
        }
        note(worker.clients.count, "clients")
        note(worker.exchanges.count, "exchanges")
        note(worker.upstreams.count, "connections to backends")
        note(worker.buffers.bigLent, "body buffers")
        for member in members {
            for generation in 1...member.generation {
                let totals = scoreboard.totals(slot: member.slot, generation: generation)
                note(Int(truncatingIfNeeded: totals.inFlight), "requests in flight")
            }
        }
        return held.isEmpty ? nil : held.joined(separator: ", ")
    }
}
