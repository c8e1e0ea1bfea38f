import Basics
import Kernel

/// What a worker knows of a socket's two directions. Edges are told once, so they are kept here
/// until a call says that it would have to wait.
struct Directions: OptionSet {
    let rawValue: UInt8
    static let readable = Directions(rawValue: 1)
    static let writable = Directions(rawValue: 2)
    /// The peer's end has been told; a short read then does not mean that all has been read.
    static let peerEnded = Directions(rawValue: 4)

    @inline(__always)
    mutating func note(_ readiness: Readiness) {
        if readiness.contains(.readable) { insert(.readable) }
        if readiness.contains(.writable) { insert(.writable) }
        if !readiness.isDisjoint(with: [.peerEnded, .hungUp, .failed]) {
            insert([.readable, .peerEnded])
        }
    }

    /// A read filled less than it could have: there is no more, unless the end is waiting.
    @inline(__always)
    mutating func readShort() {
        if !contains(.peerEnded) { remove(.readable) }
    }
}

/// A client's connection.
struct ClientConnection: ~Copyable {
    enum Phase: Equatable {
        /// The proxy in front of it is yet to name the client.
        case introducing
        /// Between requests.
        case idle
        /// With the exchange in this slot.
        case serving(Exchange.Slot)
        /// It has something to say, and there is no room to hear it.
        case postponed
        /// Refused; it may finish what it was sending, which is thrown away.
        case lingering
    }

    let transport: Transport
    /// The client of the connection.
    var source: ClientSource
    /// The network that it is counted under; `nil` where it is not counted.
    var countedAs: ClientNetwork?
    var phase = Phase.idle
    /// A request has most often come with its connection, so that is tried once.
    var directions: Directions
    var requests: UInt32 = 0
    /// Whether the first of it has been read.
    var isHeard = false
    /// When it was seen to send no more; `never` while it may.
    var endedAt = Instant.never
    /// When it last went from one phase to another, or moved a byte of a body.
    var activeAt: Instant
    /// When one that has been refused is cut off, whatever it is still sending.
    var lingersUntil = Instant.never
    /// When the wheel will hand it out next.
    var filedFor: Instant
}

/// A connection to a backend.
struct UpstreamConnection: ~Copyable {
    enum Phase: Equatable {
        case connecting
        case ready
    }

    let transport: Transport
    /// The backend's place in the scoreboard, and which process of it this leads to.
    let slot: BackendSlot
    let generation: UInt64
    var phase = Phase.connecting
    var directions: Directions = [.writable]
    /// The client it serves; `nil` while it is in the pool.
    var client: ClientConnection.Slot?
    /// Neighbours in the pool.
    var next = UpstreamPool.none
    var previous = UpstreamPool.none
    /// Whether the backend lets another request follow on it.
    var isReusable = true
    var activeAt: Instant
    /// How long it had idled when it was used again; `nil` for one that is used first.
    var idled: Nanoseconds?
    /// When it came back to the pool while another request lay unread; see `UpstreamPool`.
    var returnedAt = Instant(nanoseconds: 0)
    /// When it is to be looked whether its first request has been read; `never` once it has.
    var unreadLook = Instant(nanoseconds: 0)
    /// When the backend was last looked at because of it.
    var suspectedAt = Instant(nanoseconds: 0)
    var filedFor: Instant
}

extension ClientConnection {
    var address: InlineText { source.address }
    var port: UInt16 { source.port }
    var isLocal: Bool { source.isLocal }
    var isTrusted: Bool { source.isTrusted }
    var network: ClientNetwork? { source.network }

    typealias Slot = Slab<ClientConnection>.Slot
    typealias Key = Slab<ClientConnection>.Key
}

extension UpstreamConnection {
    typealias Slot = Slab<UpstreamConnection>.Slot
}
