import Basics

/// The processes that a request has been tried on, the last eighteen: as many as `--retries` may
/// ask for, the first, and one that a death ended. Of more, which takes as many kills, the earliest
/// are forgotten.
struct AttemptLog {
    static let capacity = 18
    private var slots: [18 of UInt32] = .init(repeating: .max)
    /// The lower half tells processes of one slot apart.
    private var generations: [18 of UInt32] = .init(repeating: 0)
    /// Why each failed; 0 for one that has not.
    private var causes: [18 of UInt8] = .init(repeating: 0)
    /// How many there have been, those forgotten included.
    private(set) var count = 0

    /// The attempts that are kept, the earliest first, by number.
    var kept: Range<Int> { max(0, count - Self.capacity)..<count }

    mutating func append(_ process: BackendProcess) {
        let place = count % Self.capacity
        slots[place] = process.slot
        generations[place] = UInt32(truncatingIfNeeded: process.generation)
        causes[place] = 0
        count += 1
    }

    /// The last attempt failed.
    mutating func failed(_ cause: Cause) {
        invariant(count > 0, "an attempt failed that did not begin")
        causes[(count - 1) % Self.capacity] = cause.rawValue
    }

    func slot(_ number: Int) -> UInt32 { slots[number % Self.capacity] }

    /// Why an attempt failed; nothing for one that did not.
    func cause(_ number: Int) -> Cause? { Cause(rawValue: causes[number % Self.capacity]) }

    func includes(_ process: BackendProcess) -> Bool {
        let generation = UInt32(truncatingIfNeeded: process.generation)
        for place in 0..<min(count, Self.capacity)
        where slots[place] == process.slot && generations[place] == generation {
            return true
        }
        return false
    }
}

/// The processes that died with a request in hand, and for which of them it may be to blame.
struct Deaths {
    private static let capacity = 4
    private var processes: [4 of BackendProcess] = .init(
        repeating: BackendProcess(slot: .max, generation: 0))
    /// How many of them are still to be accounted for.
    private var open = 0
    /// How many ended by themselves.
    private(set) var known = 0

    /// How many may have ended because of it.
    var possible: Int { known + open }

    mutating func append(_ process: BackendProcess) {
        // With so many unaccounted for it is given to nobody anyway.
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
            case .bySignalFromOutside: break
            case .byItself: known += 1
            }
        }
        open = left
    }
}
