import Basics
import Choosing
import Kernel

/// One process of a backend under check, and its connection for that.
struct Probe: ~Copyable {
    /// How far a check has come.
    enum Stage {
        /// None is under way; the connection of the last one may be there for the next.
        case resting
        case connecting
        /// It has been asked, and owes an answer.
        case asked
    }

    let slot: BackendSlot
    let generation: UInt64
    let name: InlineText
    let address: BackendAddress
    /// Where the connection leads.
    private var peer: Address?
    var health = Health()
    /// When the check that is under way must be over, or when the next one begins.
    var due: Instant
    /// Whether a client is kept waiting by it, and since when it was looked at for that.
    var isUrgent = false
    var suspectedAt = Instant(nanoseconds: 0)
    /// Whether it has once ended a connection that was to be used again: then none is kept.
    var endsConnections = false
    private(set) var stage = Stage.resting
    /// When the check over a new connection began, or the last one was over.
    private(set) var since = Instant(nanoseconds: 0)
    /// When it is to be looked whether the backend has read what it was asked over a new one.
    var unreadLook = Instant.never
    /// How many answers the backend had given when that was begun.
    private(set) var answersBefore: UInt64 = 0
    /// How many bytes it was asked in.
    private var asked = 0
    private var socket: Descriptor?
    /// How many checks the connection has carried, with the one that is under way.
    private(set) var checksCarried = 0
    var answer = ByteQueue()

    init(
        slot: BackendSlot, generation: UInt64, name: InlineText, address: BackendAddress,
        due: Instant
    ) {
        self.slot = slot
        self.generation = generation
        self.name = name
        self.address = address
        self.due = due
    }

    /// Whether a check has begun and is not over.
    var isUnderWay: Bool {
        switch stage {
        case .resting: false
        case .connecting, .asked: true
        }
    }

    /// Whether the last check has left a connection.
    var hasConnection: Bool {
        switch socket {
        case .some: true
        case .none: false
        }
    }

    /// Whether a connection is there for the next check, and idle.
    var isKept: Bool { hasConnection && !isUnderWay }

    /// Whether the check that is under way goes over a connection that has carried another.
    var isReusing: Bool { checksCarried > 1 }

    /// A check begins over a new connection, to a backend that has answered so often by now.
    mutating func begin(
        _ begun: consuming BackendAddress.Begun, at now: Instant, answers: UInt64
    ) {
        since = now
        answersBefore = answers
        peer = begun.address
        socket = .some(begun.socket)
        stage = .connecting
        checksCarried = 1
    }

    /// A check begins over the connection that is there.
    mutating func beginAgain() {
        stage = .connecting
        checksCarried += 1
    }

    /// The check is over, and its connection is there for the next.
    mutating func rest(at now: Instant) {
        since = now
        rest()
    }

    private mutating func rest() {
        stage = .resting
        unreadLook = .never
        asked = 0
        answer = ByteQueue()
    }

    /// Lets the connection go; a check that was under way is over.
    mutating func end() {
        rest()
        socket = .none
        checksCarried = 0
    }

    /// Ends the connection so that the backend's program hears nothing of it if it has not yet.
    mutating func endUnheard() {
        switch socket {
        case .some(let socket): Socket.resetOnClose(socket)
        case .none: break
        }
        end()
    }

    borrowing func progress() -> Socket.Progress {
        switch socket {
        case .some(let socket): peer.map { Socket.progress(of: socket, to: $0) } ?? .underWay
        case .none: .underWay
        }
    }

    /// Asks, in one piece: a connection that does not take that much answers nothing either. There
    /// may be nothing to be said.
    mutating func ask(_ request: borrowing ByteQueue) -> Transfer {
        let outcome: Transfer
        switch socket {
        case .some(let socket):
            outcome = request.isEmpty ? .moved(0) : socket.send(request.bytes)
        case .none: outcome = .end
        }
        if case .moved(let count) = outcome {
            stage = .asked
            asked = count
            unreadLook = isReusing ? .never : since + Limits.unreadMoment
        }
        return outcome
    }

    /// Whether the backend has not read what it was asked over a new connection; `nil` where that
    /// can't be told.
    borrowing func isUnread() -> Bool? {
        switch socket {
        case .some(let socket): Socket.isUnread(by: socket, of: UInt64(asked))
        case .none: nil
        }
    }

    mutating func receive() -> Transfer {
        guard let reference else { return .end }
        return reference.read(into: &answer)
    }

    var reference: DescriptorReference? {
        switch socket {
        case .some(let socket): socket.reference
        case .none: nil
        }
    }
}

extension Probe {
    typealias Slot = Slab<Probe>.Slot
}
