import Basics
import Control
import Scoreboard

/// What a child is to the balancers, if it is balanced: its place, its share of the choice, and
/// what they make of it.
struct BackendStanding {
    /// Its place in the roster and the scoreboard.
    let slot: BackendSlot
    /// What the scoreboard had counted in that place before it was this child's.
    let earlier: BackendTotals
    /// Its share of the choice; kept over restarts.
    private(set) var weight: UInt32
    /// How it is to behave, if it is an lb-echo; kept over restarts.
    private(set) var faults = EchoFaults()
    /// Whether it was drained: nothing new goes to it, even after a restart, until it is undrained.
    private(set) var isWithdrawn = false
    /// What the balancers think of the present generation.
    private(set) var isUp = true

    init(
        slot: BackendSlot = BackendSlot(0), earlier: BackendTotals = BackendTotals(),
        weight: UInt32
    ) {
        self.slot = slot
        self.earlier = earlier
        self.weight = weight
    }

    mutating func weighed(_ weight: UInt32) { self.weight = weight }

    mutating func faulted(_ faults: EchoFaults) { self.faults = faults }

    mutating func withdrawn() { isWithdrawn = true }

    mutating func broughtBack() { isWithdrawn = false }

    /// A new process is taken to be well until a balancer says otherwise.
    mutating func began() { isUp = true }

    /// A balancer says how it is. Returns whether that is news.
    mutating func judged(isUp: Bool) -> Bool {
        defer { self.isUp = isUp }
        return isUp != self.isUp
    }
}
