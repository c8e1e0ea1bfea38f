import Control
import Kernel
import Planning

/// Where a child is reached, and what keeps that port for it while it does not listen there.
struct ChildPort {
    /// Nil while it may be either loopback.
    private(set) var address: Address?
    private var hold: PortHold?

    init(_ plan: ChildPlan) { address = Self.presumedAddress(plan) }

    /// It was seen to accept there.
    mutating func accepted(at address: Address) { self.address = address }

    /// A process is about to be started: a program may listen elsewhere than the last time.
    mutating func began(_ plan: ChildPlan) {
        address = Self.presumedAddress(plan)
        keep(for: plan)
    }

    /// Keeps the port from every other program until the child is at rest, where its own program
    /// allows that. Where another has it already, the child's will say so.
    mutating func keep(for plan: ChildPlan) {
        if !plan.isEcho { hold = nil }
        if plan.isEcho && hold?.port != plan.port { hold = try? PortHold(plan.port) }
    }

    /// The child is at rest.
    mutating func rested() { hold = nil }

    /// Only lb-echo is known to listen where it is told to.
    private static func presumedAddress(_ plan: ChildPlan) -> Address? {
        let isTold = plan.words.contains { $0.hasPrefix("--host") }
        return plan.isEcho && !isTold ? .loopback(port: plan.port) : nil
    }
}
