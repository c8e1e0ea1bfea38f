import Basics
import Control
import HTTP1
import Kernel
import Scoreboard

/// The loop of lb-admin: one thread that takes requests, asks the supervisor and answers, and does
/// nothing while no client asks.
public struct AdminServer: ~Copyable {
    /// What it is started with.
    public struct Settings {
        /// Where it listens, on 127.0.0.1.
        public var port: UInt16
        /// Names that are taken in Host besides those of the loopback.
        public var hosts: [String]
        public var isReadOnly: Bool
        /// Where the service's figures are, to be read alone.
        public var scoreboard: Scoreboard
        /// Where the service is found.
        public var folder: ByteString
        /// Where its log is kept.
        public var history: ByteString
        /// What orders and logs need; empty where there is none.
        public var token: String

        public init(
            port: UInt16, hosts: [String] = [], isReadOnly: Bool = false, scoreboard: Scoreboard,
            folder: ByteString, history: ByteString,
            token: String
        ) {
            self.port = port
            self.hosts = hosts
            self.isReadOnly = isReadOnly
            self.scoreboard = scoreboard
            self.folder = folder
            self.history = history
            self.token = token
        }
    }

    private enum Kind: UInt8 {
        case listener = 1
        case signals, connection, session, history
    }

    public let address: Address
    private let access: Access
    private let control: ByteString
    private let poller: Poller
    private let signals: SignalQueue
    private let listener: Descriptor
    private let desk: HistoryDesk
    private var head = RequestHead()
    private var connections = Slab<AdminConnection>(capacity: AdminLimits.connections)
    private var sessions = Slab<SupervisorSession>(capacity: AdminLimits.sessions)
    /// What each request is about whose answer waits.
    private var routes: [Slab<AdminConnection>.Key: Route] = [:]
    private var view = ServiceView()
    private var board: ServiceBoard
    private var isLeaving = false
    private var now = Clock.now()

    /// Listens; fails where the port can't be had.
    public init(_ settings: Settings) throws(SystemError) {
        Signals.letWritesFail()
        let signals = try SignalQueue([.terminate, .interrupt])
        let poller = try Poller()
        let listener = try Socket.listen(on: .loopback(port: settings.port))
        let bound = try Socket.localAddress(of: listener)
        try poller.add(
            listener.reference, for: .readable, token: Token(kind: Kind.listener.rawValue))
        try poller.add(
            signals.reference, for: .readable, token: Token(kind: Kind.signals.rawValue))
        let desk = try HistoryDesk(folder: settings.history)
        try poller.add(
            desk.reference, for: .readable, token: Token(kind: Kind.history.rawValue))
        address = bound
        access = Access(
            hosts: settings.hosts, token: settings.token, isReadOnly: settings.isReadOnly)
        control = "\(settings.folder)/control.sock"
        board = ServiceBoard(settings.scoreboard)
        self.desk = desk
        self.poller = poller
        self.signals = signals
        self.listener = consume listener
    }

    /// Serves until a signal ends it.
    public mutating func run() {
        while !isLeaving {
            let count = poller.wait(timeout: patience)
            now = Clock.now()
            for index in 0..<count { dispatch(poller.event(index)) }
            giveUpLate()
        }
    }

    /// How long nothing needs to be done if nothing happens; without an end while no client waits.
    private var patience: Nanoseconds? {
        var first = Instant.never
        connections.forEachSlot { first = min(first, connections[$0].deadline) }
        sessions.forEachSlot { first = min(first, sessions[$0].deadline ?? .never) }
        return first == .never ? nil : first.since(Clock.now())
    }

    private mutating func dispatch(_ event: Event) {
        switch Kind(rawValue: event.token.kind) {
        case .listener: accept()
        case .signals:
            while signals.next() != nil { isLeaving = true }
        case .connection:
            let key = event.token.key(in: connections)
            if !connections.isCurrent(key) { return }
            if !event.readiness.isDisjoint(with: [.failed, .hungUp]) { return close(key) }
            connections[key.slot].note(event.readiness)
            turn(key)
        case .session:
            let key = event.token.key(in: sessions)
            if sessions.isCurrent(key) { turn(session: key) }
        case .history:
            for (client, response) in desk.take() {
                answer(client, response)
                turnIfThere(client)
            }
        case nil: return
        }
    }

    // MARK: Clients

    private mutating func accept() {
        // Not without end, so that a flood of new connections does not hold up the others.
        for _ in 0..<64 {
            switch Socket.accept(from: listener.reference) {
            case .connection(let socket, _): admit(socket)
            case .none: return
            case .exhausted: return
            case .vanished: continue
            }
        }
    }

    private mutating func admit(_ socket: consuming Descriptor) {
        if connections.isFull { makeRoom() }
        guard let key = connections.nextKey else { return }
        let token = Token(kind: Kind.connection.rawValue, key: key)
        do throws(SystemError) {
            try poller.add(socket.reference, for: .everyChange, token: token)
        } catch {
            return
        }
        _ = connections.insert(AdminConnection(socket, now: now))
        turn(key)
    }

    /// Of those whose request has not come yet, the one that has had the most time goes: so clients
    /// that only connect shut no other out.
    private mutating func makeRoom() {
        var oldest: Slab<AdminConnection>.Slot?
        connections.forEachSlot { slot in
            if !connections[slot].isUnheard { return }
            if oldest.map({ connections[slot].deadline < connections[$0].deadline }) ?? true {
                oldest = slot
            }
        }
        if let oldest { close(connections.key(oldest)) }
    }

    private mutating func turn(_ key: Slab<AdminConnection>.Key) {
        // What a request asks for may be there at once; then it is answered, and over, within.
        while connections.isCurrent(key) {
            switch connections[key.slot].turn(&head, now: now) {
            case .waits: return
            case .over: return close(key)
            case .request(let request): take(request, of: key)
            }
        }
    }

    private mutating func close(_ key: Slab<AdminConnection>.Key) {
        connections.discard(key.slot)
        routes[key] = nil
    }

    private mutating func answer(
        _ key: Slab<AdminConnection>.Key, _ response: AdminResponse
    ) {
        routes[key] = nil
        if connections.isCurrent(key) { connections[key.slot].answer(response, now: now) }
    }

    private mutating func giveUpLate() {
        var late: [Slab<AdminConnection>.Key] = []
        connections.forEachSlot { slot in
            if connections[slot].deadline <= now { late.append(connections.key(slot)) }
        }
        for key in late {
            if !connections[key.slot].isUnheard {
                close(key)
                continue
            }
            answer(key, .error(408, "the request did not come whole in time"))
            turn(key)
        }
        var silent: [Slab<SupervisorSession>.Key] = []
        sessions.forEachSlot { slot in
            if sessions[slot].deadline ?? .never <= now { silent.append(sessions.key(slot)) }
        }
        for key in silent { conclude(key, nil) }
    }

    // MARK: Requests

    private mutating func take(_ request: AdminRequest, of key: Slab<AdminConnection>.Key) {
        switch Route.find(request) {
        case .absent:
            // Only to those that may know: what a foreign page asks for is no question of paths.
            let fault = access.fault(of: request, needing: .none)
            answer(key, fault.map { Self.refusal($0) } ?? .error(404, "there is no such path"))
        case .wrongMethod(let allowed):
            answer(
                key,
                .error(
                    405, "the method is none that this path takes", fields: ["Allow: \(allowed)"]))
        case .found(let route):
            if let fault = access.fault(of: request, needing: route.privilege) {
                return answer(key, Self.refusal(fault))
            }
            begin(route, request, for: key)
        }
    }

    private static func refusal(_ fault: Access.Fault) -> AdminResponse {
        let fields = fault.status == 401 ? ["WWW-Authenticate: Bearer"] : []
        return .error(fault.status, fault.sentence, fields: fields)
    }

    private mutating func begin(
        _ route: Route, _ request: AdminRequest, for key: Slab<AdminConnection>.Key
    ) {
        switch Answers.need(of: route, request, now: Clock.wallTime()) {
        case .nothing(let response): answer(key, response)
        case .status:
            switch view.wanted(by: key, now: now) {
            case .answer(let status):
                answer(key, Answers.answer(route, status, board, now: now))
            case .wait: routes[key] = route
            case .ask:
                routes[key] = route
                ask(.board, for: .view, until: now + AdminLimits.patience)
            }
        case .reply(let question, let isOrder):
            routes[key] = route
            ask(
                question, for: .client(key),
                until: isOrder ? nil : now + AdminLimits.patience)
        case .history(let question):
            routes[key] = route
            if !desk.ask(question, for: key) {
                answer(key, Answers.unavailable("too many searches wait"))
            }
        }
    }

    // MARK: The supervisor

    private mutating func ask(
        _ request: ControlRequest, for asker: SupervisorSession.Asker, until deadline: Instant?
    ) {
        guard let key = sessions.nextKey else {
            return fail(asker, "too many requests wait for the supervisor")
        }
        do throws(SystemError) {
            let session = try SupervisorSession(request, at: control, for: asker, until: deadline)
            try poller.add(
                session.reference, for: .everyChange,
                token: Token(kind: Kind.session.rawValue, key: key))
            _ = sessions.insert(session)
        } catch {
            return fail(asker, "the supervisor can't be reached: \(error.errno)")
        }
        turn(session: key)
    }

    private mutating func turn(session key: Slab<SupervisorSession>.Key) {
        switch sessions[key.slot].turn() {
        case .waits: return
        case .over(let replies): conclude(key, replies)
        case .lost: conclude(key, nil)
        }
    }

    /// A session has ended, with its replies or without.
    private mutating func conclude(
        _ key: Slab<SupervisorSession>.Key, _ replies: [ControlReply]?
    ) {
        let asker = sessions[key.slot].asker
        sessions.discard(key.slot)
        guard let replies else { return fail(asker, "the supervisor did not answer") }
        switch asker {
        case .view: viewCame(replies)
        case .client(let client):
            view.outdated()
            let setting: Setting.Kind? =
                if case .order(.order(let verb, _))? = routes[client] { verb.setting } else { nil }
            answer(client, OrderAnswer.response(replies, with: setting))
            turnIfThere(client)
        }
    }

    private mutating func viewCame(_ replies: [ControlReply]) {
        guard case .board(let status, let rows)? = replies.first else {
            return fail(.view, "the supervisor did not answer")
        }
        board.told(rows)
        for client in view.told(status, now: now) {
            guard let route = routes[client] else { continue }
            answer(client, Answers.answer(route, status, board, now: now))
            turnIfThere(client)
        }
    }

    private mutating func fail(_ asker: SupervisorSession.Asker, _ why: String) {
        switch asker {
        case .view:
            for client in view.failed() {
                answer(client, Answers.unavailable(why))
                turnIfThere(client)
            }
        case .client(let client):
            answer(client, Answers.unavailable(why))
            turnIfThere(client)
        }
    }

    private mutating func turnIfThere(_ client: Slab<AdminConnection>.Key) {
        if connections.isCurrent(client) { turn(client) }
    }
}
