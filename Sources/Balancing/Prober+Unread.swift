import Basics
import Choosing
import Kernel
import Scoreboard

/// Backends that can't serve all that is connected to them: a check there may wait for a connection
/// of the workers, and a request for the one that is kept for the next check.
extension Prober {
    /// Whether a process is known to be occupied by its connections, so that none is to be kept.
    func isOccupied(_ place: UInt32, _ now: Instant) -> Bool {
        let cell = scoreboard.load(slot: Int(probes[place].slot))
        return Occupation(word: cell.occupation(of: probes[place].generation)).isInForce(now)
    }

    /// Gives the kept connection up where a request waits for that.
    mutating func heedUnread(_ slot: UInt32, now: Instant) {
        guard let place = places[slot], probes[place].isKept else { return }
        if isOccupied(place, now) {
            probes[place].end()
            return
        }
        let cell = scoreboard.load(slot: Int(slot))
        let generation = probes[place].generation
        guard let request = UnreadRequest(words: cell.unread(of: generation), now: now),
            probes[place].since + Limits.idlesForNobody <= request.seenAt
        else { return }
        probes[place].end()
        if !request.isCertain { return }
        var occupation = Occupation(word: cell.occupation(of: generation))
        occupation.seen(now: now)
        cell.setOccupation(occupation.word, of: generation)
    }

    /// Looks whether the backend has read what a check over a new connection asks, and lets the
    /// workers know where it has not.
    mutating func lookWhetherRead(_ place: UInt32, _ now: Instant) {
        let since = probes[place].since
        switch probes[place].isUnread() {
        case .some(false): probes[place].unreadLook = .never
        case .some(true):
            probes[place].unreadLook = now + Limits.unreadLook
            note(UnreadRequest(since: since, seenAt: now, isCertain: true), place)
        case .none:
            // Of another machine it is not known: its answer may be on its way.
            let waited = now.since(since)
            probes[place].unreadLook = now + max(waited, Limits.unreadLook)
            if waited < Limits.answerOnItsWay { return }
            note(UnreadRequest(since: since, seenAt: now, isCertain: false), place)
        }
    }

    private func note(_ request: UnreadRequest, _ place: UInt32) {
        scoreboard.load(slot: Int(probes[place].slot))
            .setUnread(request.words, of: probes[place].generation)
    }

    /// Whether a check has had no answer because the backend has others to serve first, and does.
    func isHeldUp(_ place: UInt32) -> Bool {
        probes[place].isUnread() == true && answers(place) != probes[place].answersBefore
    }

    /// How often the backend has answered anybody, as far as that matters to a check.
    func answers(_ place: UInt32) -> UInt64 {
        endsUnheard ? 0 : scoreboard.answers(slot: probes[place].slot)
    }
}
