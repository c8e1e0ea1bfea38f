import Basics

/// What can be asked for some of the children.
public enum ServiceVerb: UInt8, Sendable, CaseIterable {
    case stop, start, restart, pause, resume

    public var word: String {
        switch self {
        case .stop: "stop"
        case .start: "start"
        case .restart: "restart"
        case .pause: "pause"
        case .resume: "resume"
        }
    }
}

/// A verb with its targets.
public struct ServiceOrder: Equatable, Sendable {
    public var verb: ServiceVerb
    /// Ports, names, types or `all`.
    public var targets: [String]
    /// One at a time, each ready before the next is touched.
    public var isRolling: Bool
    /// Whether what is started must be ready before it counts as done.
    public var waits: Bool

    public init(
        _ verb: ServiceVerb, targets: [String], isRolling: Bool = false, waits: Bool = false
    ) {
        self.verb = verb
        self.targets = targets
        self.isRolling = isRolling
        self.waits = waits
    }
}

/// What has become of one target of an order.
public struct TargetReport: Equatable, Sendable {
    public var name: String
    /// 0 for a child without one.
    public var port: UInt16
    /// 0 where there is no process.
    public var pid: Int32
    public var isDone: Bool
    /// `stopped after 0.31 s`.
    public var outcome: String
    /// From the turn of this target until then.
    public var took: Nanoseconds

    public init(
        name: String, port: UInt16, pid: Int32, isDone: Bool, outcome: String,
        took: Nanoseconds = Nanoseconds(0)
    ) {
        self.name = name
        self.port = port
        self.pid = pid
        self.isDone = isDone
        self.outcome = outcome
        self.took = took
    }
}

extension ServiceOrder: Spelled {
    public func spell(into frame: inout FrameWriter) {
        frame.put(verb.rawValue)
        frame.put(targets)
        frame.put(isRolling)
        frame.put(waits)
    }

    public init(from frame: inout FrameReader) throws(Misspelling) {
        guard let verb = ServiceVerb(rawValue: try frame.byte()) else {
            throw Misspelling("an unknown verb")
        }
        self.verb = verb
        targets = try frame.texts()
        isRolling = try frame.flag()
        waits = try frame.flag()
    }
}

extension TargetReport: Spelled {
    public func spell(into frame: inout FrameWriter) {
        frame.put(name)
        frame.put(port)
        frame.put(pid)
        frame.put(isDone)
        frame.put(outcome)
        frame.put(took.count)
    }

    public init(from frame: inout FrameReader) throws(Misspelling) {
        name = try frame.text()
        port = try frame.number()
        pid = try frame.number()
        isDone = try frame.flag()
        outcome = try frame.text()
        took = Nanoseconds(try frame.number())
    }
}
