import Basics
import Control
import Kernel

/// One connection to the supervisor: of a verb, or of the guardian.
final class ControlConnection {
    typealias Key = Slab<ControlConnection>.Key

    /// What the supervisor waits for, or owes.
    enum State: Equatable {
        /// A request may come; a client must send one by then.
        case listening(until: Instant)
        /// An answer is owed once every child is ready.
        case awaitsReady
        /// An answer is owed once a kill has had its effect, or everything has ended.
        case awaitsOutcome
        /// A report for each target is owed, and then an answer.
        case awaitsReports
        /// An answer is owed once every balancer goes by this version of the roster, and so has
        /// handed over its lines, and at this moment in any case.
        case awaitsLines(version: UInt64, until: Instant)
    }

    /// What is at the other end.
    enum Peer {
        /// There as long as the service.
        case guardian
        /// What shows the log from its first line on, and asks for nothing.
        case audience
        case client
    }

    let socket: Descriptor
    let peer: Peer
    let outbox = Outbox()
    private(set) var state: State
    private var isFollowing = false
    private var interest = Readiness.readable
    /// Whether its turn to be asked for a request is still to come.
    var isQueued = false
    private var incoming = ByteQueue(capacity: 1024)

    /// What came of looking for a request.
    enum Arrival {
        case request(ControlRequest)
        case nothingYet
        /// It is none, or asks for what can't be had.
        case misspelt(String)
        /// The peer has left.
        case over
    }

    init(_ socket: consuming Descriptor, for peer: Peer, now: Instant) {
        self.socket = socket
        self.peer = peer
        switch peer {
        // What a guardian waits for first goes without saying.
        case .guardian: state = .awaitsReady
        case .audience: state = .listening(until: .never)
        case .client: state = .listening(until: now + Limits.clientPatience)
        }
    }

    var isGuardian: Bool { peer == .guardian }

    /// From now on it is sent every record. False where it is already.
    func beginFollowing() -> Bool {
        defer { isFollowing = true }
        return !isFollowing
    }

    /// A request has been read: notes what is owed for it. What a guardian is owed stays as it is,
    /// but for an order.
    func asked(_ request: ControlRequest) {
        if !isGuardian { state = .listening(until: .never) }
        switch request {
        case .awaitReady: state = .awaitsReady
        case .down: if !isGuardian { state = .awaitsOutcome }
        case .kill: state = .awaitsOutcome
        case .carryOut, .scale, .reload: state = .awaitsReports
        case .status, .board, .follow, .bans, .lift, .gatherLog: return
        }
    }

    /// An answer is owed once every balancer goes by this roster.
    func awaitsLines(version: UInt64, until: Instant) {
        state = .awaitsLines(version: version, until: until)
    }

    /// What was owed has been answered.
    func replied(_ reply: ControlReply) {
        outbox.put(reply)
        state = .listening(until: .never)
    }

    /// When a client has been silent, or has waited for lines, for too long; nil when never.
    var patienceEnds: Instant? {
        switch state {
        case .listening(let until), .awaitsLines(_, let until): until
        case .awaitsReady, .awaitsOutcome, .awaitsReports: nil
        }
    }

    /// Whether a client should have asked for something by now.
    func isSilent(now: Instant) -> Bool {
        if case .listening(let until) = state { until < now } else { false }
    }

    /// Until when it is given time to ask for something, where it can be closed in favour of
    /// another; nil where it can't.
    var spareUntil: Instant? {
        guard peer == .client, !isFollowing, case .listening(let until) = state else { return nil }
        return until
    }

    /// What the poller is to watch for from now on; nil where it does.
    func changedInterest(isBlocked: Bool) -> Readiness? {
        var wanted: Readiness = mustListen ? [] : .readable
        if isBlocked { wanted.insert(.writable) }
        if wanted == interest { return nil }
        interest = wanted
        return wanted
    }

    /// Whether it has to take its answers first: what is owed is bounded by what is read.
    var mustListen: Bool {
        if isGuardian { return false }
        switch state {
        case .awaitsOutcome, .awaitsReports, .awaitsLines: return true
        case .listening, .awaitsReady: return !outbox.isEmpty
        }
    }

    /// Whether a request can be taken that has come behind the last one, and of which the poller
    /// knows nothing more.
    var hasRequestWaiting: Bool { !mustListen && Framing.hasWhole(in: incoming) }

    /// The next request that has come whole.
    func nextRequest() -> Arrival {
        while true {
            do throws(Misspelling) {
                if let request = try Framing.take(ControlRequest.self, from: &incoming) {
                    return .request(request)
                }
            } catch {
                return .misspelt(error.reason)
            }
            if incoming.count > Limits.request {
                return .misspelt("it is longer than \(Limits.request) bytes")
            }
            incoming.reserve(4096)
            switch socket.receive(into: &incoming) {
            case .moved: continue
            case .wouldBlock: return .nothingYet
            case .end, .failed: return .over
            }
        }
    }
}
