import Basics
import Control
import Kernel

/// What is known of a child's present process, or else of its last one.
struct ProcessRecord {
    /// Counted up at each start, from 1.
    private(set) var generation: UInt64
    /// When it was started; nil before the first start.
    private(set) var startedAt: WallTime?
    /// How long the present process took until it was ready, from its start; nil before.
    private(set) var readyAfter: Nanoseconds?
    /// How the last process ended, or why the present one is ended or could not be started; or
    /// empty.
    private(set) var ending: String
    /// How the last process ended, for the balancers, which explain their answers with it.
    private(set) var ended: BackendEnding?
    /// How its processes have ended so far.
    private(set) var exits = ExitCounts()
    /// The pid of the last process, while it may have left some of its own behind.
    private(set) var leftBy: Int32?

    init(
        generation: UInt64 = 0, readyAfter: Nanoseconds? = nil, ending: String = ""
    ) {
        self.generation = generation
        self.readyAfter = readyAfter
        self.ending = ending
    }

    /// The next process is about to be started.
    mutating func began() {
        generation += 1
        readyAfter = nil
    }

    mutating func started(at time: WallTime) { startedAt = time }

    mutating func becameReady(after time: Nanoseconds?) { readyAfter = time }

    /// Why it could not be started, or is ended before it was ready.
    mutating func failed(_ why: String) { ending = why }

    /// All of it has ended, with these words for people; `ended` is for the balancers.
    mutating func exited(_ words: String, _ ended: BackendEnding) {
        exits[ended.reason] += 1
        ending = words
        self.ended = ended
        leftBy = ended.pid
    }

    /// What it had left behind is being ended.
    mutating func leftNothing() { leftBy = nil }

    /// Another child's processes came before this one's.
    mutating func inherited(from other: ProcessRecord) {
        generation = other.generation
        exits = other.exits
    }
}
