import Basics
import Choosing
import Scoreboard

/// Backends that have come back and are given their share little by little.
///
/// What each is given is measured against the one that is given most, so that none is held back
/// where all have come at the same time.
struct Warming {
    private let slowStart: SlowStart?

    init(_ window: Nanoseconds?) { slowStart = window.map { SlowStart(window: $0) } }

    /// Whether any backend is on the way to its share.
    @inline(__always)
    func isUnderWay(_ scoreboard: Scoreboard, now: Instant) -> Bool {
        guard let slowStart, let last = scoreboard.lastReturn else { return false }
        return now.since(last) < slowStart.window
    }

    /// A process of a backend had failed often, and answers again.
    func recovered(_ slot: BackendSlot, _ scoreboard: Scoreboard, now: Instant) {
        if slowStart != nil { scoreboard.noteReturn(slot: slot, at: now) }
    }

    /// Those that were not to be chosen in `last` and are now have come back.
    func adopted(_ latest: Roster, after last: Roster, _ scoreboard: Scoreboard, now: Instant) {
        if slowStart == nil { return }
        for member in latest.members where member.fact == .ready {
            let before = last.index(ofSlot: member.slot).map { last.members[$0] }
            let wasReady = before?.fact == .ready && before?.generation == member.generation
            if !wasReady { scoreboard.noteReturn(slot: member.slot, at: now) }
        }
    }

    /// What a member is given of its share now, in 1024ths.
    func share(of index: Int, in roster: Roster, _ scoreboard: Scoreboard, now: Instant) -> UInt32 {
        guard let slowStart else { return SlowStart.whole }
        var most: UInt32 = 1
        for other in roster.ready {
            most = max(most, absolute(of: other, slowStart, roster, scoreboard, now))
        }
        return absolute(of: index, slowStart, roster, scoreboard, now) * SlowStart.whole / most
    }

    private func absolute(
        of index: Int, _ slowStart: SlowStart, _ roster: Roster, _ scoreboard: Scoreboard,
        _ now: Instant
    ) -> UInt32 {
        guard let returned = scoreboard.returned(slot: roster.members[index].slot) else {
            return SlowStart.whole
        }
        return slowStart.share(from: returned, now: now)
    }

    /// Where in the rotation to begin: at the turn's own place, or elsewhere where that is of
    /// one that does not take all of its turns yet.
    func place(ofTurn turn: UInt64, in roster: Roster, _ scoreboard: Scoreboard, now: Instant)
        -> Int
    {
        let count = roster.rotation.count
        let place = Int(turn % UInt64(count))
        if !isUnderWay(scoreboard, now: now) { return place }
        let given = share(of: roster.rotation[place], in: roster, scoreboard, now: now)
        if SlowStart.admits(turn: turn, of: count, at: given) { return place }
        // Of those that stand in none may be on the way too, or it would have more than its share.
        var standIn = Rotation.standIn(turn: turn, of: count)
        for _ in 0..<count {
            let other = share(of: roster.rotation[standIn], in: roster, scoreboard, now: now)
            if other == SlowStart.whole { break }
            standIn = standIn + 1 == count ? 0 : standIn + 1
        }
        return standIn
    }
}
