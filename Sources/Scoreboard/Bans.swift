import Basics
import Choosing
import Kernel

/// The banned clients, for all threads, balancers and other processes that read the scoreboard.
///
/// The table decides: it has a place for each client, by a keyed hash. Addresses are known of those
/// that were banned last alone; the others can be counted, and each can be let in by its address.
/// Both lie in shared memory, and each step is sound by itself: a balancer that is killed after it
/// has banned a client, and before it has listed the address, leaves one that is not listed.
public struct Bans: Sendable {
    public let identity: ClientIdentity
    private let banned: BannedClients<SharedWords>
    private let list: BanList

    init(_ scoreboard: Scoreboard) {
        identity = ClientIdentity(scoreboard.secret)
        banned = BannedClients(scoreboard.refusedWords)
        list = scoreboard.banList
    }

    /// Says whether clients are banned at all from now on.
    public func setInForce(_ isInForce: Bool) { list.isInForce = isInForce }

    /// A client has been banned by the table: its address is listed.
    public func note(_ client: ClientNetwork, until end: Instant) { list.add(client, until: end) }

    /// Until when a client is banned; `nil` when it is not.
    public func end(of client: ClientNetwork, now: Instant) -> Instant? {
        list.isInForce ? banned.end(of: identity.of(client), now: now) : nil
    }

    /// Those whose addresses are known, the latest end first.
    public func listed(now: Instant) -> [BanList.Entry] {
        if !list.isInForce { return [] }
        return list.entries(now: now).compactMap { entry in
            end(of: entry.client, now: now).map { .init(client: entry.client, until: $0) }
        }
    }

    /// How many there are, known by their addresses or not.
    public func count(now: Instant) -> Int { list.isInForce ? banned.count(now: now) : 0 }

    /// Lets a client in again; false where it was not banned.
    public func lift(_ client: ClientNetwork, now: Instant) -> Bool {
        let wasBanned = list.isInForce && banned.lift(identity.of(client), now: now)
        list.remove(client, now: now)
        return wasBanned
    }

    /// Lets all in again, and says how many there were.
    public func liftAll(now: Instant) -> Int {
        if !list.isInForce { return 0 }
        let count = banned.liftAll(now: now)
        list.removeAll()
        return count
    }
}

/// What the tables know a client by: a keyed hash of its network, so that no client can choose
/// addresses that fall on the same place.
public struct ClientIdentity: Sendable {
    private let hashing: SipHash

    /// `secret` is the scoreboard's, so that all processes of a service know a client by the same
    /// hash.
    public init(_ secret: (UInt64, UInt64)) { hashing = SipHash(key: secret) }

    /// The hash of a client's network.
    public func of(_ client: ClientNetwork) -> UInt64 {
        switch client {
        case .inet(let number): hashing.hash(UInt64(number))
        // Another word than that of any IPv4 address: of these the upper half is 0.
        case .network6(let high): ~hashing.hash(high)
        }
    }
}
