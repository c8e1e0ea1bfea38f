import Basics
import Control
import Kernel

/// A question to the supervisor on a connection of its own, which is never waited for.
struct SupervisorSession: ~Copyable {
    /// What waits for the replies.
    enum Asker: Equatable {
        /// All that asks for the state of the service: it is asked for once for all of them.
        case view
        /// One request.
        case client(Slab<AdminConnection>.Key)
    }

    /// What came of a turn.
    enum Turn {
        case waits
        /// All that is to come has come.
        case over([ControlReply])
        /// The supervisor has gone, or says what can't be understood.
        case lost
    }

    let asker: Asker
    /// When it is given up; `nil` for an order, which takes as long as it takes.
    let deadline: Instant?
    private let socket: Descriptor
    private var outgoing = ByteQueue(capacity: 256)
    private var incoming = ByteQueue(capacity: AdminLimits.piece)
    private var replies: [ControlReply] = []

    /// Connects and asks; fails where no supervisor takes the connection.
    init(
        _ request: ControlRequest, at control: ByteString, for asker: Asker,
        until deadline: Instant?
    ) throws(SystemError) {
        socket = try Socket.connect(to: .unix(control))
        self.asker = asker
        self.deadline = deadline
        Framing.append(request, to: &outgoing)
    }

    var reference: DescriptorReference { socket.reference }

    /// Sends what is to be sent, and takes what has come.
    mutating func turn() -> Turn {
        while !outgoing.isEmpty {
            switch socket.send(outgoing.bytes) {
            case .moved(let count): outgoing.consume(count)
            case .wouldBlock: return .waits
            case .end, .failed: return .lost
            }
        }
        while true {
            do throws(Misspelling) {
                while let reply = try Framing.take(ControlReply.self, from: &incoming) {
                    replies.append(reply)
                    if reply.isLast { return .over(replies) }
                }
            } catch {
                return .lost
            }
            incoming.compact()
            incoming.reserve(AdminLimits.piece)
            switch socket.receive(into: &incoming) {
            case .moved: continue
            case .wouldBlock: return .waits
            case .end, .failed: return .lost
            }
        }
    }
}

extension ControlReply {
    /// Whether nothing comes behind it: an order is told target by target, and then that it is
    /// done.
    fileprivate var isLast: Bool {
        switch self {
        case .reported: false
        case .done, .refused, .status, .killed, .following, .record, .missed, .bans, .board: true
        }
    }
}
