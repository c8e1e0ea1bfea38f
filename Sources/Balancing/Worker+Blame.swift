import Choosing
import Control
import Kernel

/// Whether processes have died, and whether they may have died of what they were asked.
extension Worker {
    /// Of how many deaths a request may be the cause.
    struct Blame {
        /// By now, as far as is known,
        var least = 0
        /// and where all of those would be its fault whose ending is not known yet.
        var most = 0
    }

    /// What is said of a request that is given to nobody any more.
    static let deadly = "processes died of this request, so no other is given it"

    /// The signals by which somebody ends a process that has done nothing wrong.
    private static let innocent: Set<String> = [
        "SIGKILL", "SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT",
    ]

    /// Of how many deaths a request may be the cause. Of those whom somebody has killed it is not.
    func blame(_ number: UInt32) -> Blame {
        var blame = Blame()
        for index in 0..<exchanges[number].deaths.count {
            let death = exchanges[number].deaths[index]
            let ending = roster.ending(slot: UInt32(death.slot), generation: death.generation)
            if let ending, Self.innocent.contains(ending.signal) { continue }
            if ending != nil { blame.least += 1 }
            blame.most += 1
        }
        return blame
    }

    /// Whether a process of a backend has ended or is about to. The kernel knows before the roster:
    /// what such a process had open is closed already, or is being closed.
    func hasDied(_ slot: UInt32, _ generation: UInt64) -> Bool {
        guard plan.isSupervised, let index = roster.index(ofSlot: slot) else { return false }
        let member = roster.members[index]
        if member.generation != generation { return true }
        return member.fact == .gone || (member.pid > 0 && Processes.isDying(member.pid))
    }

    /// Whether nobody is left of those whom the roster has for alive.
    var isEverybodyDying: Bool {
        roster.rotation.allSatisfy { index in
            hasDied(roster.members[index].slot, roster.members[index].generation)
        }
    }
}
