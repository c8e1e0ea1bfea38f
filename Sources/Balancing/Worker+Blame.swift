import Choosing
import Control
import Kernel

/// Whether processes have died, and whether they may have died of what they were asked.
extension Worker {
    /// The signals by which somebody ends a process that has done nothing wrong.
    private static let innocent: Set<String> = [
        "SIGKILL", "SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT",
    ]

    /// Heeds what has been told of how processes ended that had a request.
    mutating func learnEndings(_ exchange: Exchange.Slot) {
        if exchanges[exchange].attempts.blame.possible == 0 { return }
        let roster = roster
        exchanges[exchange].attempts.learnEndings { process in
            let told = roster.ending(slot: process.slot, generation: process.generation)
            guard let told else { return .unknown }
            return Self.innocent.contains(told.signal) ? .bySignalFromOutside : .byItself
        }
    }

    /// Whether a process of a backend has ended or is about to. The kernel knows before the roster:
    /// what such a process had open is closed already, or is being closed.
    func hasDied(_ process: BackendProcess) -> Bool {
        guard plan.isSupervised, let index = roster.index(ofSlot: process.slot) else {
            return false
        }
        let member = roster.members[index]
        if member.process != process { return true }
        return member.fact == .gone || (member.pid > 0 && Processes.isDying(member.pid))
    }

    /// Whether nobody is left of those whom the roster has for alive.
    var isEverybodyDying: Bool {
        roster.rotation.allSatisfy { index in
            hasDied(roster.members[index].process)
        }
    }
}
