import Control
import Kernel
import Planning

/// What a child is to be: the plan by which it was started, and the one for its next start.
struct ChildPlans {
    private(set) var present: ChildPlan
    /// How it is to be from its next start on; nil where nothing has changed.
    private(set) var next: ChildPlan?
    /// What `.env` said at its last start; nil before the first.
    private(set) var environment: EnvironmentFile?
    /// Its name in UTF-8, as each line of it in the log is told with.
    private(set) var nameBytes: [UInt8]

    init(_ plan: ChildPlan) {
        present = plan
        nameBytes = Array(plan.name.utf8)
    }

    /// A `reload` wants it otherwise, which its next start brings.
    mutating func changed(to plan: ChildPlan) { next = plan }

    /// The change is not made, or is made by another child.
    mutating func changeWithdrawn() { next = nil }

    /// A plan that differs in nothing that a running process would notice.
    mutating func corrected(to plan: ChildPlan) { present = plan }

    /// Its next start has come, or it rests: it is as its plan has become. Returns whether that is
    /// another one.
    mutating func adoptNext() -> Bool {
        guard let plan = next else { return false }
        next = nil
        present = plan
        nameBytes = Array(plan.name.utf8)
        return true
    }

    /// It is started with these variables.
    mutating func started(with environment: EnvironmentFile) { self.environment = environment }
}
