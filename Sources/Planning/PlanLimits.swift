import Basics

/// What applies to a child's start and end where nothing else is said.
public enum PlanLimits {
    /// How long a child may take to become ready.
    public static let start = Nanoseconds.seconds(60)
    /// How long it may take to end once it has been asked to.
    public static let stop = Nanoseconds.seconds(10)
}
