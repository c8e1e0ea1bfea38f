import Basics
import Control
import Kernel
import Logs

/// Which clients the balancers have said that they shut out, so that it is told when they may come
/// in again. What decides lies in the scoreboard; here are the last so many, for the log.
struct BanWatch {
    private var ends: [ClientNetwork: Instant] = [:]
    /// The first end of them; `never` where there is none.
    private(set) var nextLook = Instant.never

    /// A balancer has shut out a client. Returns what is told.
    mutating func banned(_ notice: BanNotice) -> ServiceEvent {
        if let client = ClientNetwork(notice.client) {
            if ends.count < Limits.rememberedBans || ends[client] != nil {
                ends[client] = notice.until
                nextLook = min(nextLook, notice.until)
            }
        }
        return ServiceEvent(.banned).with(.client, notice.client)
            .with(.lasting, notice.lasting).with(.refusals, notice.refusals)
            .with(.within, notice.within)
    }

    /// A ban was lifted.
    mutating func lifted(_ client: ClientNetwork) { ends[client] = nil }

    /// All bans were lifted.
    mutating func liftedAll() {
        ends = [:]
        nextLook = .never
    }

    /// Returns what is told of those whose time is over. `end` says until when a client is shut
    /// out, which may have been done again meanwhile.
    mutating func look(
        now: Instant, end: (ClientNetwork) -> Instant?
    ) -> [ServiceEvent] {
        if now <= nextLook { return [] }
        var over: [ClientNetwork] = []
        for (client, until) in ends where until < now {
            ends[client] = end(client)
            if ends[client] == nil { over.append(client) }
        }
        nextLook = ends.values.min() ?? .never
        if over.count > Limits.bansNamed {
            return [ServiceEvent(.unbanned).with(.count, over.count)]
        }
        return over.map { "\($0)" }.sorted().map { ServiceEvent(.unbanned).with(.client, $0) }
    }
}
