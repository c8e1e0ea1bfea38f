import Basics
import Choosing
import Kernel
import Scoreboard

/// Which backend each client belongs to, by its address: kept in a table of the scoreboard, which
/// all threads of all balancers share. Nothing is kept where clients do not stay.
struct ClientPlaces: Sendable {
    typealias Place = StickyTable<SharedWords>.Place

    private let table: StickyTable<SharedWords>?
    private let identity: ClientIdentity

    /// `window`: how long a client that does not come again belongs there.
    init(_ scoreboard: Scoreboard, window: Nanoseconds?) {
        table = window.map { StickyTable(scoreboard.stickyWords, window: $0) }
        identity = scoreboard.bans.identity
    }

    /// Where a client belongs.
    func place(of client: ClientNetwork, now: Instant) -> Place? {
        table?.place(of: identity.of(client), now: now)
    }

    /// A client is sent to a process of a backend, and belongs there.
    func bind(_ client: ClientNetwork, slot: BackendSlot, generation: UInt64, now: Instant) {
        table?.bind(
            identity.of(client), to: .init(slot: slot, generation: generation), now: now)
    }
}
