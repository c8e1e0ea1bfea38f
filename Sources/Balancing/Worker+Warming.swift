import Basics
import Choosing
import Kernel
import Scoreboard

/// Backends that have come back and are given their share little by little.
///
/// What each is given is measured against the one that is given most, so that nobody is held back
/// where all have come at the same time.
extension Worker {
    /// Those who were not to be chosen and are now have come back.
    func noteReturns(from last: Roster, to latest: Roster) {
        if plan.slowStart == nil { return }
        for member in latest.members where member.fact == .ready {
            let before = last.index(ofSlot: member.slot).map { last.members[$0] }
            let wasReady = before?.fact == .ready && before?.generation == member.generation
            if !wasReady { plan.scoreboard.noteReturn(slot: member.slot, at: now) }
        }
    }

    /// Whether anybody is on the way to its share.
    func isWarming() -> Bool {
        guard let window = plan.slowStart else { return false }
        guard let last = plan.scoreboard.lastReturn else { return false }
        return now.since(last) < window
    }

    /// What a member is given of its share now, in 1024ths.
    func warmth(of index: Int) -> UInt32 {
        guard let window = plan.slowStart else { return SlowStart.whole }
        let start = SlowStart(window: window)
        var most: UInt32 = 1
        for other in roster.ready { most = max(most, share(of: other, start)) }
        return share(of: index, start) * SlowStart.whole / most
    }

    private func share(of index: Int, _ start: SlowStart) -> UInt32 {
        let slot = roster.members[index].slot
        guard let returned = plan.scoreboard.returned(slot: slot) else { return SlowStart.whole }
        return start.share(from: returned, now: now)
    }

    /// Where in the rotation to begin: at the turn's own place, or elsewhere where that is of
    /// somebody who does not take all of its turns yet.
    mutating func placeOfTurn(_ turn: UInt64) -> Int {
        let count = roster.rotation.count
        let place = Int(turn % UInt64(count))
        if !isWarming() { return place }
        let share = warmth(of: roster.rotation[place])
        if SlowStart.admits(turn: turn, of: count, at: share) { return place }
        // Of those who stand in nobody may be on the way too, or it would have more than its share.
        var standIn = Rotation.standIn(turn: turn, of: count)
        for _ in 0..<count {
            if warmth(of: roster.rotation[standIn]) == SlowStart.whole { break }
            standIn = standIn + 1 == count ? 0 : standIn + 1
        }
        return standIn
    }
}
