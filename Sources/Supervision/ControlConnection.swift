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

    /// Who is at the other end.
    enum Peer {
        /// There as long as the service.
        case guardian
        /// Whoever shows the log from its first line on, and asks for nothing.
        case audience
        case client
    }

    /// How long a client may take to say what it wants.
    static let patience = Nanoseconds.seconds(5)
    /// The longest request.
    static let longestRequest = 64 << 10

    let socket: Descriptor
    let peer: Peer
    let outbox = Outbox()
    var state: State
    private(set) var isFollowing = false
    var interest = Readiness.readable
    /// Whether its turn to be asked for a request is still to come.
    var isQueued = false
    private var incoming = ByteQueue(capacity: 1024)

    /// What came of looking for a request.
    enum Arrival {
        case request(ControlRequest)
        case nothingYet
        /// The peer does not speak our language, or asks for what nobody can have.
        case misspelt(String)
        /// The peer has left.
        case over
    }

    init(_ socket: consuming Descriptor, for peer: Peer, now: Instant) {
        self.socket = socket
        self.peer = peer
        switch peer {
        // What a guardian wants to hear first goes without saying.
        case .guardian: state = .awaitsReady
        case .audience: state = .listening(until: .never)
        case .client: state = .listening(until: now + Self.patience)
        }
    }

    var isGuardian: Bool { peer == .guardian }

    func beginFollowing() { isFollowing = true }

    /// Whether it has to take its answers first: what is owed is bounded by what is read.
    var mustListen: Bool {
        if isGuardian { return false }
        switch state {
        case .awaitsOutcome, .awaitsReports, .awaitsLines: return true
        case .listening, .awaitsReady: return !outbox.isEmpty
        }
    }

    /// Whether a request has come behind the last one, of which the poller knows nothing more.
    var hasRequestWaiting: Bool { Framing.hasWhole(in: incoming) }

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
            if incoming.count > Self.longestRequest {
                return .misspelt("it is longer than \(Self.longestRequest) bytes")
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
