import Basics
import Control

/// The requests that one process has let down.
struct ProcessLosses {
    let process: BackendProcess
    /// Which account of all it is: a process that ends connections while it lives has several.
    let number: UInt64
    /// Whether the process is known to have died.
    var isDeath: Bool
    /// Of those that it had, how many went on, and how many have failed since or at once.
    var retried: UInt32 = 0
    var failed: UInt32 = 0
    /// When it let down the last one.
    var last: Instant
    /// When the first report is made though something is in flight.
    var until = Instant.never
    /// What was reported first.
    private(set) var told: FailoverAccount?
    /// Requests that went on, some of them over by now.
    private(set) var open: [SlabKey] = []

    init(process: BackendProcess, number: UInt64, isDeath: Bool, last: Instant) {
        self.process = process
        self.number = number
        self.isDeath = isDeath
        self.last = last
    }

    /// One more that went on; answers with its place.
    mutating func add(_ request: SlabKey) -> Int {
        open.append(request)
        return open.count - 1
    }

    /// One that went on is no concern of this account any more.
    mutating func close(_ place: Int) { open[place] = .none }

    /// Whether all that went on are over. What is over is taken off the end, so that what is not is
    /// the only one that is looked at again and again.
    mutating func isOver<Request: ~Copyable>(_ requests: borrowing Slab<Request>) -> Bool {
        while let last = open.last {
            if last != .none && requests.isCurrent(last) { return false }
            open.removeLast()
        }
        return true
    }

    /// What is known by now, to be reported first.
    mutating func tell() -> FailoverAccount {
        told = account
        return account
    }

    /// What is known beyond what was reported.
    var rest: FailoverAccount {
        let told = told ?? account
        return FailoverAccount(
            slot: process.slot, generation: process.generation,
            inFlight: account.inFlight &- told.inFlight,
            retried: retried > told.retried ? retried - told.retried : 0,
            failed: failed &- told.failed)
    }

    private var account: FailoverAccount {
        FailoverAccount(
            slot: process.slot, generation: process.generation, inFlight: retried &+ failed,
            retried: retried, failed: failed)
    }
}
