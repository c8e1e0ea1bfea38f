/// Whether a service goes on, as it says of itself.
public enum ServicePhase: UInt8, Sendable, CaseIterable {
    case running
    /// It was told to end, and does so.
    case stopping

    /// As programs are told it.
    public var word: String {
        switch self {
        case .running: "running"
        case .stopping: "stopping"
        }
    }
}
