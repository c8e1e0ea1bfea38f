import Basics
import Choosing
import Kernel
import Scoreboard

/// Backends that can't serve all that is connected to them: a check there may wait for a connection
/// of the workers, and a request for the one that is kept for the next check.
extension Prober {
    /// Whether a process is known to be occupied by its connections, so that none is to be kept.
    func isOccupied(_ probe: Probe.Slot, _ now: Instant) -> Bool {
        let cell = scoreboard.load(slot: probes[probe].slot)
        return Occupation(word: cell.occupation(of: probes[probe].generation)).isInForce(now)
    }

    /// Gives the kept connection up where a request waits for that.
    mutating func heedUnread(_ slot: BackendSlot, now: Instant) {
        guard let place = places[slot], probes[place].isKept else { return }
        if isOccupied(place, now) {
            probes[place].end()
            return
        }
        let cell = scoreboard.load(slot: slot)
        let generation = probes[place].generation
        guard let request = UnreadRequest(words: cell.unread(of: generation), now: now),
            probes[place].since + Limits.idlesInTheWay <= request.seenAt
        else { return }
        probes[place].end()
        if !request.isCertain { return }
        var occupation = Occupation(word: cell.occupation(of: generation))
        occupation.seen(now: now)
        cell.setOccupation(occupation.word, of: generation)
    }

    /// Looks whether the backend has read what a check over a new connection asks, and lets the
    /// workers know where it has not.
    mutating func lookWhetherRead(_ probe: Probe.Slot, _ now: Instant) {
        let since = probes[probe].since
        switch probes[probe].isUnread() {
        case .some(false): probes[probe].unreadLook = .never
        case .some(true):
            probes[probe].unreadLook = now + Limits.unreadLook
            note(UnreadRequest(since: since, seenAt: now, isCertain: true), probe)
        case .none:
            // Of another machine it is not known: its answer may be on its way.
            let waited = now.since(since)
            probes[probe].unreadLook = now + max(waited, Limits.unreadLook)
            if waited < Limits.answerOnItsWay { return }
            note(UnreadRequest(since: since, seenAt: now, isCertain: false), probe)
        }
    }

    private func note(_ request: UnreadRequest, _ probe: Probe.Slot) {
        scoreboard.load(slot: probes[probe].slot)
            .setUnread(request.words, of: probes[probe].generation)
    }

    /// Whether a check has had no answer because the backend has others to serve first, and does.
    func isHeldUp(_ probe: Probe.Slot) -> Bool {
        probes[probe].isUnread() == true && answers(probe) != probes[probe].answersBefore
    }

    /// How many answers the backend has given, as far as that matters to a check.
    func answers(_ probe: Probe.Slot) -> UInt64 {
        endsUnheard ? 0 : scoreboard.answers(slot: probes[probe].slot)
    }
}
