import Basics

/// What the backends' processes that have ended are called in the log, for what is told of them
/// later. The last so many are remembered.
struct ProcessTitles {
    private struct Process {
        let slot: BackendSlot
        let generation: UInt64
        let title: String
    }

    private var processes: [Process] = []

    /// A process of the backend in a slot of the scoreboard has ended.
    mutating func ended(slot: BackendSlot, generation: UInt64, title: String) {
        // Half at a time, so that it is seldom done.
        if processes.count == Limits.rememberedProcesses {
            processes.removeFirst(Limits.rememberedProcesses / 2)
        }
        processes.append(Process(slot: slot, generation: generation, title: title))
    }

    /// `backend.1 (port 3000, pid 42)`; nil for one that is not known any more.
    func title(slot: BackendSlot, generation: UInt64) -> String? {
        processes.last { $0.slot == slot && $0.generation == generation }?.title
    }
}
