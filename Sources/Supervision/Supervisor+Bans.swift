import Basics
import Control
import Kernel
import Scoreboard

/// Clients that the balancers have shut out: who they are stands in the scoreboard, and a balancer
/// lets them in again.
extension Supervisor {
    func bans() -> [BanWord] {
        scoreboard.bans.entries(now: now).map {
            BanWord(client: "\($0.client)", remaining: $0.until.since(now))
        }
    }

    /// Has clients let in again, and answers with those whose ban is lifted.
    func lift(_ words: [String], asker key: SlabKey) {
        let there = scoreboard.bans.entries(now: now)
        var lifted: [ClientNetwork] = []
        for word in words {
            if word == "all" {
                lifted = there.map(\.client)
                break
            }
            guard let client = ClientNetwork(word) else {
                refuse("'\(word)' is no address", "such as 192.0.2.7 or 2001:db8::7", key)
                return
            }
            guard there.contains(where: { $0.client == client }) else {
                refuse("\(client) is not banned", "\(advised("bans")) lists who is", key)
                return
            }
            lifted.append(client)
        }
        // The table is the same for all; one balancer is enough.
        guard let child = children.first(where: { $0.process?.link != nil }),
            let link = child.process?.link
        else {
            refuse("no balancer runs", "\(advised("ps")) tells how they are", key)
            return
        }
        let answer = bans().filter { ban in lifted.contains { "\($0)" == ban.client } }
        link.lift(lifted.map { "\($0)" })
        watchLink(child, link)
        for client in lifted {
            // At once, so that nobody sees it who asks next.
            scoreboard.bans.remove(client, now: now)
            log.say("\(client) may come in again: its ban was lifted")
        }
        reply(.bans(answer), to: key)
    }

    private func refuse(_ why: String, _ advice: String, _ key: SlabKey) {
        reply(.refused(Refusal(what: "no ban was lifted", why: why, advice: advice)), to: key)
    }
}
