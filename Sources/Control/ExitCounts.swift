import Basics

/// How often the processes of a child have ended, by how.
public struct ExitCounts: Equatable, Sendable {
    /// How a process ended.
    public enum Reason: Int, CaseIterable, Sendable {
        /// As it was to.
        case planned
        /// By itself, with 0.
        case zero
        /// By itself, with another exit code.
        case other
        /// By a signal.
        case signal

        /// As metrics name it.
        public var word: String {
            switch self {
            case .planned: "planned"
            case .zero: "exit_0"
            case .other: "exit_other"
            case .signal: "signal"
            }
        }
    }

    private var counts = [UInt64](repeating: 0, count: Reason.allCases.count)

    public init() {}

    public subscript(reason: Reason) -> UInt64 {
        get { counts[reason.rawValue] }
        set { counts[reason.rawValue] = newValue }
    }
}

extension BackendEnding {
    /// As what it is counted.
    public var reason: ExitCounts.Reason {
        if wasPlanned { return .planned }
        return switch cause {
        case .exited(code: 0): .zero
        case .exited: .other
        case .killed: .signal
        }
    }
}

extension ExitCounts: Spelled {
    public func spell(into frame: inout FrameWriter) {
        for count in counts { frame.put(count) }
    }

    public init(from frame: inout FrameReader) throws(Misspelling) {
        for reason in Reason.allCases { self[reason] = try frame.number() }
    }
}
