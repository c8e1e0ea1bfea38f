import Control
import Kernel

/// Whether the programs of a service could be started, without starting them.
public enum ProgramCheck {
    /// What stands in the way, one for each child that could not be started.
    public static func problems(_ plan: ServicePlan) -> [Refusal] {
        plan.children.compactMap { child in
            guard let why = Launch(plan: child, service: plan).obstacle else { return nil }
            return Refusal(
                what: "\(child.name) can't be started", why: why,
                advice: "install it, or mend the line of '\(child.type)'")
        }
    }
}
