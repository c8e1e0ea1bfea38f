import Basics
import Choosing
import Kernel

/// One process of a backend under check, and the check of it that is under way.
struct Probe: ~Copyable {
    let slot: UInt32
    let generation: UInt64
    let name: InlineText
    let address: Address
    var health = Health()
    /// When the check that is under way must be over, or when the next one begins.
    var due: Instant
    /// Whether somebody is kept waiting by it, and since when it was looked at for that.
    var isUrgent = false
    var suspectedAt = Instant(nanoseconds: 0)
    /// The connection of the check that is under way.
    private var socket: Descriptor?
    var hasAsked = false
    var answer = ByteQueue()

    init(
        slot: UInt32, generation: UInt64, name: InlineText, address: Address, due: Instant
    ) {
        self.slot = slot
        self.generation = generation
        self.name = name
        self.address = address
        self.due = due
    }

    /// Whether a check has begun and is not over.
    var isUnderWay: Bool {
        switch socket {
        case .some: true
        case .none: false
        }
    }

    mutating func begin(_ socket: consuming Descriptor, due: Instant) {
        self.socket = .some(socket)
        hasAsked = false
        self.due = due
    }

    mutating func end() {
        socket = .none
        answer = ByteQueue()
    }

    borrowing func pendingError() -> Errno? {
        switch socket {
        case .some(let socket): Socket.pendingError(of: socket)
        case .none: nil
        }
    }

    borrowing func send(_ request: inout ByteQueue) {
        switch socket {
        case .some(let socket): _ = socket.write(&request)
        case .none: break
        }
    }

    mutating func receive() -> Transfer {
        guard let reference = reference else { return .end }
        return reference.read(into: &answer)
    }

    private var reference: DescriptorReference? {
        switch socket {
        case .some(let socket): socket.reference
        case .none: nil
        }
    }
}
