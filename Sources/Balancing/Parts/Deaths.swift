import Basics

/// The processes that died with a request in hand, and for how many of them it may be to blame.
struct Deaths {
    private static let capacity = 4
    /// Those that have an ending still to be told.
    private var processes: [4 of BackendProcess] = .init(
        repeating: BackendProcess(slot: BackendSlot(0), generation: 0))
    private var open = 0
    /// How many ended by themselves.
    private(set) var known = 0

    /// How many may have ended because of it.
    var possible: Int { known + open }

    mutating func append(_ process: BackendProcess) {
        // With so many unaccounted for the request is not tried again anyway.
        if open == Self.capacity { return }
        processes[open] = process
        open += 1
    }

    /// Takes in what has been told by now.
    mutating func learn(_ ending: (BackendProcess) -> Ending) {
        var left = 0
        for index in 0..<open {
            let process = processes[index]
            switch ending(process) {
            case .unknown:
                processes[left] = process
                left += 1
            case .fromOutside: break
            case .byItself: known += 1
            }
        }
        open = left
    }
}
