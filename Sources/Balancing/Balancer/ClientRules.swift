import Basics
import Choosing
import Control
import Kernel
import Scoreboard

/// How often single clients may ask: kept in tables of the scoreboard, so that it holds for all
/// threads of all balancers, and outlives them.
///
/// A table knows a client by a keyed hash of its network; no client can choose addresses that fall
/// on the same place.
final class ClientRules: Sendable {
    /// Why a client is not served.
    enum Refusal: Equatable {
        /// It asks too often, and may ask again after this time.
        case limited(Nanoseconds)
        /// It is shut out for this time.
        case banned(Nanoseconds)
        /// It has been shut out by this very request, for this time.
        case newlyBanned(Nanoseconds)
    }

    /// Within how long the refusals must fall that shut a client out.
    static let banWindow = Nanoseconds.seconds(10)

    private let rates: RateLimitTable<SharedWords>?
    private let refusals: BanTable<SharedWords>?
    private let bans: Bans

    init(_ options: BalancerOptions, _ scoreboard: Scoreboard) {
        rates = options.rateLimit.map { said in
            RateLimitTable(
                scoreboard.rateWords,
                limit: RateLimit(said.count, per: said.span, burst: said.burst))
        }
        refusals = options.ban.map { said in
            BanTable(
                scoreboard.refusedWords,
                ban: Ban(refusals: said.after, within: Self.banWindow, lasting: said.lasting))
        }
        bans = scoreboard.bans
        bans.setInForce(options.ban != nil)
    }

    /// Whether a client is shut out.
    func isBanned(_ client: ClientNetwork, now: Instant) -> Bool {
        refusals?.banned.end(of: identity(client), now: now) != nil
    }

    /// Counts a request of a client; why it is not served, if it isn't.
    func refuse(_ client: ClientNetwork, now: Instant) -> Refusal? {
        let identity = identity(client)
        if let end = refusals?.banned.end(of: identity, now: now) { return .banned(end.since(now)) }
        guard case .deny(let wait) = rates?.decide(identity, now: now) else { return nil }
        guard let refusals, let end = refusals.refused(identity, now: now) else {
            return .limited(wait)
        }
        // Of several threads that each count one refusal too many, one has changed the entry.
        if end != now + refusals.ban.lasting { return .banned(end.since(now)) }
        bans.note(client, until: end)
        return .newlyBanned(end.since(now))
    }

    /// What is told of a client that has just been banned.
    func notice(
        of client: ClientNetwork, bannedFor time: Nanoseconds, now: Instant
    ) -> BanNotice? {
        guard let refusals else { return nil }
        return BanNotice(
            client: "\(client)", until: now + time, lasting: time,
            refusals: refusals.ban.refusals, within: Self.banWindow)
    }

    private func identity(_ client: ClientNetwork) -> UInt64 { bans.identity.of(client) }
}
