import Basics
import Control
import Kernel
import Logs
import Scoreboard

/// Clients that the balancers have shut out. That stands in the scoreboard, by which each of them
/// goes: so they are let in again without asking one, and also while none runs.
extension Supervisor {
    func bans() -> ControlReply {
        let listed = scoreboard.bans.listed(now: now)
        let count = scoreboard.bans.count(now: now)
        return .bans(listed.map(word), unlisted: UInt64(max(0, count - listed.count)))
    }

    private func word(_ entry: BanList.Entry) -> BanWord {
        BanWord(client: "\(entry.client)", remaining: entry.until.since(now))
    }

    /// Has clients let in again, all that are named or none, and answers with those let in.
    func lift(_ words: [String], asker key: ControlConnection.Key) {
        if words.contains("all") {
            liftAll(key)
            return
        }
        var lifted: [BanList.Entry] = []
        for word in words {
            guard let client = ClientNetwork(word) else {
                refuse("'\(word)' is no address", "such as 192.0.2.7 or 2001:db8::7", key)
                return
            }
            guard let end = scoreboard.bans.end(of: client, now: now) else {
                refuse("\(client) is not banned", "\(plan.advised("bans")) lists who is", key)
                return
            }
            if lifted.contains(where: { $0.client == client }) { continue }
            lifted.append(BanList.Entry(client: client, until: end))
        }
        for entry in lifted {
            _ = scoreboard.bans.lift(entry.client, now: now)
            access.bans.lifted(entry.client)
            log.tell(
                ServiceEvent(.unbanned).with(.client, "\(entry.client)").with(.lifted, true))
        }
        control.reply(.bans(lifted.map(word), unlisted: 0), to: key)
    }

    private func liftAll(_ key: ControlConnection.Key) {
        let listed = scoreboard.bans.listed(now: now)
        let count = scoreboard.bans.liftAll(now: now)
        access.bans.liftedAll()
        if count > 0 {
            log.tell(ServiceEvent(.unbanned).with(.count, count).with(.lifted, true))
        }
        control.reply(
            .bans(listed.map(word), unlisted: UInt64(max(0, count - listed.count))), to: key)
    }

    /// Tells of the bans that are over.
    func lookAtBans() {
        let events = access.bans.look(now: now) { scoreboard.bans.end(of: $0, now: now) }
        for event in events { log.tell(event) }
    }

    private func refuse(_ why: String, _ advice: String, _ key: ControlConnection.Key) {
        control.reply(
            .refused(Refusal(what: "no ban was lifted", why: why, advice: advice)), to: key)
    }
}
