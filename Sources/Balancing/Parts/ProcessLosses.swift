import Basics
import Control

/// A request that may be in flight with a process of a backend.
protocol AttemptedRequest: ~Copyable {
    /// The process that has it now.
    var holder: BackendProcess? { get }
}

/// The requests that one process has let down.
struct ProcessLosses<Request: AttemptedRequest & ~Copyable> {
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
    private(set) var open: [Slab<Request>.Key] = []
    /// Requests that it had when it was said to be gone. The scoreboard counts those of the newest
    /// process of a backend alone.
    private var held: [Slab<Request>.Key] = []

    init(process: BackendProcess, number: UInt64, isDeath: Bool, last: Instant) {
        self.process = process
        self.number = number
        self.isDeath = isDeath
        self.last = last
    }

    /// One more that went on; answers with its place.
    mutating func add(_ request: Slab<Request>.Key) -> UInt32 {
        open.append(request)
        return UInt32(clamping: open.count - 1)
    }

    /// One that went on is no concern of this account any more.
    mutating func close(_ place: UInt32) { open[Int(place)] = .none }

    /// Whether all that went on are over. What is over is taken off the end, so that what is not is
    /// the only one that is looked at again and again.
    mutating func isOver(
        in requests: borrowing Slab<Request>
    ) -> Bool {
        while let last = open.last {
            if last != .none && requests.isCurrent(last) { return false }
            open.removeLast()
        }
        return true
    }

    /// Notes what it has now.
    mutating func findHeld(
        in requests: borrowing Slab<Request>
    ) {
        let process = process
        var found: [Slab<Request>.Key] = []
        requests.forEachSlot { slot in
            if requests[slot].holder == process { found.append(requests.key(slot)) }
        }
        held = found
    }

    /// Whether nothing of what it had is in flight with it any more.
    mutating func holdsNothing(
        in requests: borrowing Slab<Request>
    ) -> Bool {
        while let last = held.last {
            let isCurrent = requests.isCurrent(last)
            if isCurrent && requests[last.slot].holder == process { return false }
            held.removeLast()
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
