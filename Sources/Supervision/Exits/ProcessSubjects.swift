import Basics
import Logs

/// What the backends' processes that have ended are called in the log, for what is told of them
/// later. The last so many are remembered.
struct ProcessSubjects {
    private struct Process {
        let slot: BackendSlot
        let generation: UInt64
        let subject: ServiceEvent.Subject
    }

    private var processes: [Process] = []

    /// A process of the backend in a slot of the scoreboard has ended.
    mutating func ended(
        slot: BackendSlot, generation: UInt64, _ subject: ServiceEvent.Subject
    ) {
        // Half at a time, so that it is seldom done.
        if processes.count == Limits.rememberedProcesses {
            processes.removeFirst(Limits.rememberedProcesses / 2)
        }
        processes.append(Process(slot: slot, generation: generation, subject: subject))
    }

    /// What events of it are about; nil for one that is not known any more.
    func subject(slot: BackendSlot, generation: UInt64) -> ServiceEvent.Subject? {
        processes.last { $0.slot == slot && $0.generation == generation }?.subject
    }
}
